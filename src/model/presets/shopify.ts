import type { Incoming, Preset } from '../incoming.ts';
import { header, type JsonObject, known, labels, objectIn, related, text } from './fields.ts';

/**
 * A webhook of Shopify (https://shopify.dev/docs/apps/build/webhooks), named by its topic: `orders/create` is `shopify.orders.create`. The resource is the thing by its
 * kind and id, `orders/450789469`, or the shop.
 */
export const shopifyPreset: Preset = (incoming) => {
  const entry = objectIn(incoming);
  const topic = header(incoming, 'x-shopify-topic');
  const [kind = topic] = topic.split('/');
  const shop = text(incoming.headers, 'x-shopify-shop-domain');
  const id = text(entry, 'id');
  const occurred = momentOf(incoming, entry);
  return [
    {
      id: incoming.id,
      event: `shopify.${topic.replaceAll('/', '.')}`,
      resource: labels({
        id: id === undefined ? `shop/${shop ?? 'unknown'}` : `${kind}/${id}`,
        name: text(entry, 'name') ?? text(entry, 'title'),
        shop,
        currency: text(entry, 'currency'),
        financial_status: text(entry, 'financial_status'),
        fulfillment_status: text(entry, 'fulfillment_status'),
        status: text(entry, 'status'),
      }),
      related: known([
        related('shop', shop && `shop/${shop}`),
        related('customer', prefixed('customers/', text(entry, 'customer', 'id'))),
        related('order', prefixed('orders/', text(entry, 'order_id'))),
      ]),
      ...(occurred !== undefined && { occurred }),
      payload: entry,
    },
  ];
};

function prefixed(start: string, id: string | undefined): string | undefined {
  return id === undefined ? undefined : `${start}${id}`;
}

/** What Shopify sends late happened when it was triggered. */
function momentOf({ headers }: Incoming, entry: JsonObject): string | undefined {
  return text(headers, 'x-shopify-triggered-at') ?? text(entry, 'updated_at') ?? text(entry, 'created_at');
}
