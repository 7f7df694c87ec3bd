import type { Redis } from 'ioredis';
import { isRecord } from '../model/record.ts';
import type { Store } from './store.ts';
import { shownJson } from './stored.ts';

/** A type of actions that somebody carries out. `schema`: of its actions; null where what stands there is none. */
export type AnnouncedType = Readonly<{ sinceMs: number; schema: Readonly<Record<string, unknown>> | null }>;

/** Those of the types that are announced. What others wrote there is no announcement. */
export async function announcedTypes(
  redis: Redis,
  store: Store,
  types: readonly string[],
): Promise<ReadonlyMap<string, AnnouncedType>> {
  const announced = new Map<string, AnnouncedType>();
  if (types.length === 0) return announced;
  const texts = await redis.hmget(store.keys.handlers, ...types);
  for (const [i, type] of types.entries()) {
    const [, since, schema] = /^(\d{1,15}) ([\s\S]*)$/.exec(texts[i] ?? '') ?? [];
    const read = shownJson(schema);
    if (since !== undefined) announced.set(type, { sinceMs: Number(since), schema: isRecord(read) ? read : null });
  }
  return announced;
}
