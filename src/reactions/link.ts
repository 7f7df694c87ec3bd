import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/*
 * The rule of signed links: a link does one thing to one alert, for some time, and only in the namespace that it was made in.
 */

/** What a link does. */
export const LINK_ACTS = ['ack', 'snooze'] as const;
export type LinkAct = (typeof LINK_ACTS)[number];

/** How long a link snoozes a key. */
export const SNOOZED_FOR = '1h';

/** What a link is about. */
export type LinkOrder = Readonly<{
  act: LinkAct;
  /** Id of the automation */
  automation: string;
  /** The key, by its names */
  labels: Readonly<Record<string, string>>;
  /** When the firing of the message happened, in ms of event time: an alert that began later is another one */
  firedMs: number;
  /** From when on the link does nothing, in ms */
  untilMs: number;
}>;

/** What links are signed with. */
export type LinkKey = Readonly<{ secret: string; namespace: string }>;

/** `id`: of the link, the same at every use. */
export type ReadLink =
  | Readonly<{ word: 'valid'; order: LinkOrder; id: string }>
  | Readonly<{ word: 'forged' }>
  | Readonly<{ word: 'expired' }>;

/** Longest token: two links of it stand beside a text in a message of 2,000 characters. */
export const TOKEN_CHARACTERS = 600;

/** A payload and 32 bytes of a signature, both in base64url. */
const TOKEN = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;

const payload = z.tuple([z.enum(LINK_ACTS), z.string(), z.record(z.string(), z.string()), z.int(), z.int()]);

/** The token of a link; null where it would be longer than a message has room for. */
export function linkToken({ act, automation, labels, firedMs, untilMs }: LinkOrder, key: LinkKey): string | null {
  const said: z.input<typeof payload> = [act, automation, { ...labels }, firedMs, Math.floor(untilMs / 1_000)];
  const text = Buffer.from(JSON.stringify(said)).toString('base64url');
  const token = `${text}.${signatureOf(text, key)}`;
  return token.length <= TOKEN_CHARACTERS ? token : null;
}

/** What a token says. Nothing of it is read before its signature is known to be right. */
export function readLink(token: string, key: LinkKey, nowMs: number): ReadLink {
  const [, text, signature] = (token.length <= TOKEN_CHARACTERS && TOKEN.exec(token)) || [];
  if (text === undefined || signature === undefined) return { word: 'forged' };
  // As texts: of the last character of base64 two bits say nothing, so other texts would mean the same bytes.
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(text, key)))) return { word: 'forged' };
  const [act, automation, labels, firedMs, untilS] = payload.parse(
    JSON.parse(Buffer.from(text, 'base64url').toString('utf8')),
  );
  const untilMs = untilS * 1_000;
  if (untilMs <= nowMs) return { word: 'expired' };
  const id = createHash('sha256').update(`${key.namespace}\n${text}`).digest('hex').slice(0, 24);
  return { word: 'valid', order: { act, automation, labels, firedMs, untilMs }, id };
}

function signatureOf(text: string, { secret, namespace }: LinkKey): string {
  return createHmac('sha256', secret)
    .update(`watchfire link\n${JSON.stringify(namespace)}\n${text}`)
    .digest('base64url');
}
