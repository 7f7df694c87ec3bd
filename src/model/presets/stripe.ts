import { InvalidDocument } from '../../errors.ts';
import type { Preset } from '../incoming.ts';
import { known, labels, needed, objectIn, own, part, related, secondsAt, text } from './fields.ts';

/** Other objects that an object of Stripe names, each with its role. */
const NAMED = ['customer', 'subscription', 'invoice', 'payment_intent', 'charge', 'price', 'product'] as const;

/**
 * An event of Stripe (https://docs.stripe.com/api/events/object). It keeps its type, as `stripe.invoice.payment_failed`, and its id. The resource is the object that
 * it is about, by the object's own id.
 */
export const stripePreset: Preset = (incoming) => {
  const entry = objectIn(incoming);
  const type = needed(entry, 'type');
  const object = part(entry, 'data', 'object');
  if (object === undefined) throw new InvalidDocument('data.object', 'must be an object', own(entry.data, 'object'));
  const kind = text(object, 'object');
  const occurred = secondsAt(entry, 'created');
  const before = part(entry, 'data', 'previous_attributes');
  return [
    {
      id: incoming.id,
      event: `stripe.${type}`,
      resource: labels({
        // An object that is about to be, as a coming invoice, has no id yet.
        id: text(object, 'id') ?? text(object, 'customer') ?? kind ?? 'stripe',
        kind,
        status: text(object, 'status'),
        currency: text(object, 'currency'),
        livemode: text(entry, 'livemode'),
        account: text(entry, 'account'),
      }),
      related: known(NAMED.map((name) => related(name, idOf(own(object, name))))),
      ...(occurred !== undefined && { occurred }),
      payload: { object, ...(before && { previous_attributes: before }) },
    },
  ];
};

/** The id of an object that may be spelled out. */
function idOf(value: unknown): string | undefined {
  return typeof value === 'string' ? text(value) : text(value, 'id');
}
