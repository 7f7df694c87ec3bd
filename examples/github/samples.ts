import { createRequire } from 'node:module';
import { type JsonObject, part } from '../../src/model/presets/fields.ts';
import type { Delivery } from './to-event.ts';

type Kind = Readonly<{ name: string; examples: readonly JsonObject[] }>;

/** The package is one JSON file of some megabytes; its own types would make every type check read GitHub's whole API. */
const kinds = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Kind[];

/**
 * GitHub's own examples of webhook payloads, 329 of 58 kinds, as deliveries. They come without headers, so their ids are
 * made of their place in the package.
 */
export function sampleDeliveries(): Delivery[] {
  return kinds.flatMap(({ name, examples }) =>
    examples.map((payload, i) => ({ kind: name, id: `sample-${name}-${i}`, payload })),
  );
}

/** The first payload of a kind with this action, and whatever else is asked for, to be told again with other ids and times. */
export function sample(kind: string, action: string, holds: (payload: JsonObject) => boolean = () => true): Delivery {
  const found = sampleDeliveries().find(
    ({ kind: of, payload }) => of === kind && payload.action === action && holds(payload),
  );
  if (!found) throw new Error(`the package has no such ${kind}.${action}`);
  return found;
}

/** A copy of a delivery with some fields replaced, however deep they are. */
export function varied(delivery: Delivery, id: string, changes: JsonObject): Delivery {
  return { ...delivery, id, payload: merged(delivery.payload, changes) };
}

function merged(base: JsonObject, changes: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(changes)) {
    const [old, inner] = [part(base[name]), part(value)];
    result[name] = old && inner ? merged(old, inner) : value;
  }
  return result;
}
