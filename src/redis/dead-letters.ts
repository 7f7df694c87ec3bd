import type { Redis } from 'ioredis';
import type { Store } from './store.ts';

/** A dead letter as it stands in its stream: id, and name, value, name, value … Values are bytes: what was sent need not be text. */
export type DeadLetterEntry = [id: string, fields: Buffer[]];

/** Letters from `before` back, newest first. `before`: a stream id, `(` in front to leave it out, or `+`. */
export async function deadLettersBefore(
  redis: Redis,
  store: Store,
  before: string,
  count: number,
): Promise<DeadLetterEntry[]> {
  return (await redis.xrevrangeBuffer(store.keys.dead, before, '-', 'COUNT', count)).map(withId);
}

/** Letters of a range of ids, oldest first. */
export async function deadLettersBetween(
  redis: Redis,
  store: Store,
  [from, to]: readonly [string, string],
  count: number,
): Promise<DeadLetterEntry[]> {
  return (await redis.xrangeBuffer(store.keys.dead, from, to, 'COUNT', count)).map(withId);
}

function withId([id, fields]: [Buffer, Buffer[]]): DeadLetterEntry {
  return [id.toString(), fields];
}

/** Id of the newest letter, or null. */
export async function newestDeadLetter(redis: Redis, store: Store): Promise<string | null> {
  const [newest] = await redis.xrevrange(store.keys.dead, '+', '-', 'COUNT', 1);
  return newest?.[0] ?? null;
}

/** Removes letters by their ids. @returns how many of them there were */
export async function deleteDeadLetters(redis: Redis, store: Store, ids: readonly string[]): Promise<number> {
  return ids.length === 0 ? 0 : await redis.xdel(store.keys.dead, ...ids);
}

/** Removes all letters with an id below `id`. @returns how many */
export async function trimDeadLetters(redis: Redis, store: Store, id: string): Promise<number> {
  return await redis.xtrim(store.keys.dead, 'MINID', id);
}
