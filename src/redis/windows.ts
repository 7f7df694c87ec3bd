import type { Redis } from 'ioredis';
import type { Store } from './store.ts';
import { execute } from './transaction.ts';

/** The keys of one trigger that are looked at soonest, with the times in ms, and how many keys it has in all. */
export type Deadlines = Readonly<{ total: number; soonest: readonly { key: string; wakesMs: number }[] }>;

/** For each trigger, by its state name, the `limit` soonest. One round trip. */
export async function deadlinesOf(
  redis: Redis,
  store: Store,
  names: readonly string[],
  limit: number,
): Promise<Deadlines[]> {
  const pipeline = redis.pipeline();
  for (const name of names) {
    const deadlines = store.prefixes.deadlines + name;
    pipeline.zcard(deadlines).zrange(deadlines, '0', String(limit - 1), 'WITHSCORES');
  }
  const answers = await execute(pipeline);
  return names.map((_, i) => {
    const flat = answers[2 * i + 1] as string[];
    const soonest: { key: string; wakesMs: number }[] = [];
    for (let at = 0; at + 1 < flat.length; at += 2)
      soonest.push({ key: flat[at] ?? '', wakesMs: Number(flat[at + 1]) });
    return { total: Number(answers[2 * i]), soonest };
  });
}

/** A window of an event trigger, or the group of a composite: state name and key say which. */
export type WindowPlace = Readonly<{ kind: 'event' | 'composite'; name: string; key: string }>;

/** What Redis holds of a window: its text (`window-text.ts`) and the event that an absence would report; or the hash of a group. */
export type StoredWindow = Readonly<{ text: string; last: string | null } | { group: Record<string, string> }>;

/** What stands at these places, in one round trip; null where there is nothing. */
export async function storedWindows(
  redis: Redis,
  store: Store,
  places: readonly WindowPlace[],
): Promise<(StoredWindow | null)[]> {
  if (places.length === 0) return [];
  const { windows, last, composite } = store.prefixes;
  const pipeline = redis.pipeline();
  for (const { kind, name, key } of places) {
    if (kind === 'event') pipeline.hget(windows + name, key).hget(last + name, key);
    else pipeline.hgetall(`${composite}${name}:${key}`).echo('');
  }
  const answers = await execute(pipeline);
  return places.map(({ kind }, i) => {
    const found = answers[2 * i] as string | Record<string, string> | null;
    if (kind === 'event')
      return found === null ? null : { text: found as string, last: answers[2 * i + 1] as string | null };
    const group = found as Record<string, string>;
    return Object.keys(group).length === 0 ? null : { group };
  });
}

/** The place in the deadlines of a key that waits for parked events alone: HELD of lua/include/limits.lua. */
const HELD_MS = Number.MAX_SAFE_INTEGER;

/** When the first key of any trigger is looked at (null: none, or all wait for parked events), and how many keys the first `limit` triggers have. */
export async function nextDeadline(
  redis: Redis,
  store: Store,
  limit: number,
): Promise<{ windows: number; next: number | null }> {
  const [first, at] = await redis.zrange(store.keys.due, '0', '0', 'WITHSCORES');
  if (first === undefined) return { windows: 0, next: null };
  const names = await redis.zrange(store.keys.due, '0', String(limit - 1));
  const [next, ...counts] = await Promise.all([
    redis.zrange(store.prefixes.deadlines + first, '0', '0', 'WITHSCORES'),
    ...names.map((name) => redis.zcard(store.prefixes.deadlines + name)),
  ]);
  const windows = counts.reduce((sum, count) => sum + count, 0);
  // The timetable of triggers may be early; the one of its keys is closer to the truth.
  const nextMs = Number(next[1] ?? at);
  return { windows, next: nextMs < HELD_MS ? nextMs : null };
}

/** Some keys of one trigger, in the order in which they are looked at, from place `from` on. */
export async function keysOfWindows(
  redis: Redis,
  store: Store,
  name: string,
  from: number,
  count: number,
): Promise<string[]> {
  return await redis.zrange(store.prefixes.deadlines + name, String(from), String(from + count - 1));
}

/** The texts (`window-text.ts`) of windows of one event trigger, by key; null where there is none. One round trip. */
export async function windowTexts(
  redis: Redis,
  store: Store,
  name: string,
  keys: readonly string[],
): Promise<(string | null)[]> {
  return keys.length === 0 ? [] : await redis.hmget(store.prefixes.windows + name, ...keys);
}
