import type { Redis } from 'ioredis';
import type { Store } from './store.ts';
import { storedNumber } from './stored.ts';

/** What the counters of conditions that could not be answered begin with; the id of the automation follows (lua/include/log.lua). */
const WHERE_ERROR = 'where-error:';

/** What became of entries by words, and the applied events about which conditions failed, by the ids of their automations. */
export type Counted = Readonly<{ words: Record<string, number>; whereErrors: Record<string, number> }>;

/** Tells apart what stands in the hash of counters. */
export function countedIn(counters: Readonly<Record<string, string>>): Counted {
  const counts = Object.entries(counters).map(([name, text]) => [name, storedNumber(text, 0)] as const);
  const failures = counts.filter(([name]) => name.startsWith(WHERE_ERROR));
  return {
    words: Object.fromEntries(counts.filter(([name]) => !name.startsWith(WHERE_ERROR))),
    whereErrors: Object.fromEntries(failures.map(([name, count]) => [name.slice(WHERE_ERROR.length), count])),
  };
}

/** About how many applied events a condition of that automation could not be answered. */
export async function whereErrorsOf(redis: Redis, store: Store, automation: string): Promise<number> {
  return storedNumber(await redis.hget(store.keys.counters, WHERE_ERROR + automation), 0);
}

/** How often each of these words was counted. */
export async function countsOfWords<W extends string>(
  redis: Redis,
  store: Store,
  words: readonly W[],
): Promise<Record<W, number>> {
  const counts = await redis.hmget(store.keys.counters, ...words);
  return Object.fromEntries(words.map((word, at) => [word, storedNumber(counts[at], 0)])) as Record<W, number>;
}
