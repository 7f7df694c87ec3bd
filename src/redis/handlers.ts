import type { Redis } from 'ioredis';
import { type Announced, allActions, DEFAULT_QUEUE, queueOf } from '../model/action.ts';
import type { Automation } from '../model/automation.ts';
import { isRecord } from '../model/record.ts';
import type { Store } from './store.ts';
import { shownJson } from './stored.ts';

/** A type of actions that somebody carries out. `schema`: of its actions; null where what stands there is none. */
export type AnnouncedType = Readonly<{ sinceMs: number; schema: Readonly<Record<string, unknown>> | null }>;

/** Types of actions that somebody carries out. */
export type AnnouncedTypes = ReadonlyMap<string, AnnouncedType>;

/** The announced types among those of the actions of these automations. */
export async function announcedIn(
  redis: Redis,
  store: Store,
  automations: readonly Automation[],
): Promise<AnnouncedTypes> {
  const own = automations.flatMap(allActions).filter((action) => queueOf(action) === DEFAULT_QUEUE);
  return await announcedTypes(redis, store, [...new Set(own.map(({ type }) => type))]);
}

/** Whether a type was announced before a firing was decided (ms): then its job is in the queue `deliveries`, whenever it is relayed. */
export function announcedBefore(announced: AnnouncedTypes, decided: number): Announced {
  return (type) => (announced.get(type)?.sinceMs ?? decided) < decided;
}

/** Those of the types that are announced. What others wrote there is no announcement. */
export async function announcedTypes(redis: Redis, store: Store, types: readonly string[]): Promise<AnnouncedTypes> {
  const announced = new Map<string, AnnouncedType>();
  if (types.length === 0) return announced;
  const texts = await redis.hmget(store.shared.handlers, ...types);
  for (const [i, type] of types.entries()) {
    const [, since, schema] = /^(\d{1,15}) ([\s\S]*)$/.exec(texts[i] ?? '') ?? [];
    const read = shownJson(schema);
    if (since !== undefined) announced.set(type, { sinceMs: Number(since), schema: isRecord(read) ? read : null });
  }
  return announced;
}
