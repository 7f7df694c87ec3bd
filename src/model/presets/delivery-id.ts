import { createHash } from 'node:crypto';
import { EVENT_ID_LIMIT } from '../event.ts';
import type { Incoming } from '../incoming.ts';
import { fits } from '../text.ts';
import { text } from './fields.ts';

type Where = (incoming: Pick<Incoming, 'headers' | 'entry'>) => string | undefined;

/** Where a service names what it delivers, so that it is known when it comes again. */
const WHERE: Readonly<Record<string, Where>> = {
  github: ({ headers }) => text(headers, 'x-github-delivery'),
  shopify: ({ headers }) => text(headers, 'x-shopify-webhook-id'),
  stripe: ({ entry }) => text(entry, 'id'),
  slack: ({ entry }) => text(entry, 'event_id') ?? text(entry, 'trigger_id'),
};

/** Standard Webhooks, and the header of a draft of the IETF that programs use. */
const anywhere: Where = ({ headers }) => text(headers, 'webhook-id') ?? text(headers, 'idempotency-key');

/** The id of what came by a source, made of that of its delivery; null where it has none. */
export function deliveryId(preset: string | undefined, incoming: Omit<Incoming, 'id'>): string | null {
  const where = preset !== undefined && Object.hasOwn(WHERE, preset) ? WHERE[preset] : undefined;
  const delivery = (where ?? anywhere)(incoming);
  return delivery === undefined ? null : idFrom(incoming.source, delivery);
}

/** `<source>:<what it names>`, or a digest of it where that is too long for an event's id. */
export function idFrom(source: string, named: string): string {
  const whole = `${source}:${named}`;
  return fits(whole, EVENT_ID_LIMIT) && whole.isWellFormed()
    ? whole
    : `${source}:${createHash('sha256').update(whole).digest('hex')}`;
}
