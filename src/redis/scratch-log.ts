import type { Redis } from 'ioredis';
import type { Entry } from '../model/intake.ts';
import type { FiringEntry } from './ledger.ts';
import type { Agreed } from './past.ts';
import { forgetEarly } from './steps/forget-early.ts';
import { forgetIds } from './steps/forget-ids.ts';
import { sweep } from './steps/sweep.ts';
import type { Store } from './store.ts';

/*
 * The log of an engine that replays another one's, in a namespace where nothing else writes. Commands of one connection are answered in
 * order, so all of a step is sent at once.
 */

/** Appends entries under their ids, which rise; those that the engine wrote are known as its own (lua/include/own.lua). */
export async function appendAll(
  redis: Redis,
  { keys }: Store,
  entries: readonly Entry[],
  own: readonly string[],
): Promise<void> {
  const marks = own.flatMap((id) => [id.slice(0, id.indexOf('-')), id]);
  const added = entries.map(({ id, fields }) => redis.xadd(keys.events, id, ...fields));
  await Promise.all([...added, ...(marks.length > 0 ? [redis.zadd(keys.own, ...marks)] : [])]);
}

/** What came of a step: entries that the engine appended behind `last`, new firings behind `noted`, and the clock in ms. */
export type CallOutcome = Readonly<{
  appended: readonly Entry[];
  firings: readonly FiringEntry[];
  clock: Readonly<{ newest: number | null; arrival: number | null }>;
}>;

export async function outcomeBehind(redis: Redis, { keys }: Store, last: string, noted: string): Promise<CallOutcome> {
  const [appended, firings, [newest, arrival]] = await Promise.all([
    redis.xrange(keys.events, `(${last}`, '+'),
    redis.xrange(keys.firings, `(${noted}`, '+'),
    redis.hmget(keys.clock, 'newest', 'arrival'),
  ]);
  return {
    appended: appended.map(([id, fields]) => ({ id, fields })),
    firings,
    clock: { newest: newest ? Number(newest) : null, arrival: arrival ? Number(arrival) : null },
  };
}

/** Takes entries out of the end of the log again, as if they had not been appended. */
export async function takeBack(redis: Redis, { keys }: Store, last: string, entries: readonly Entry[]): Promise<void> {
  const ids = entries.map(({ id }) => id);
  await redis
    .multi()
    .xdel(keys.events, ...ids)
    .xsetid(keys.events, last)
    .zrem(keys.own, ...ids)
    .exec();
}

/** An event that waits goes out of the parked ones, as when it comes back. @returns whether it waited */
export async function unpark(redis: Redis, { keys, prefixes }: Store, id: string): Promise<boolean> {
  const name = prefixes.parked_event + id;
  const [followers, member] = await redis.hmget(name, 'followers', 'member');
  if (!followers || !member) return false;
  await redis
    .multi()
    .zrem(prefixes.followers + followers, member)
    .del(name)
    .zrem(keys.parked, id)
    .exec();
  return true;
}

/** Sources that fed the log before it begins: its time does not run ahead of them (rules 18). @param ms up to when they had told of it */
export async function openSources(redis: Redis, { keys }: Store, names: readonly string[], ms: number): Promise<void> {
  await redis
    .multi()
    .hset(keys.reached, ...names.flatMap((name) => [name, String(ms)]))
    .hset(keys.clock, 'fed', String(names.length))
    .exec();
}

/** Gives the next change this number. */
export async function setGeneration(redis: Redis, { keys }: Store, generation: number): Promise<void> {
  await redis.set(keys.generation, String(generation));
}

/** The fields of the settings or the quotas. */
export async function fieldsThere(redis: Redis, { keys }: Store, of: Agreed): Promise<string[]> {
  return await redis.hkeys(keys[of]);
}

/** Whether any automation wants state-change events. */
export async function anybodyListens(redis: Redis, { keys }: Store): Promise<boolean> {
  return (await redis.exists(keys.listeners)) === 1;
}

/** Forgets what a janitor would, and what was read already of streams. */
export async function tidy(redis: Redis, store: Store, last: string, noted: string): Promise<void> {
  const { events, firings, dead, history } = store.keys;
  await redis.xtrim(events, 'MINID', last);
  await redis.xtrim(firings, 'MINID', noted);
  await redis.del(dead, history);
  while ((await forgetIds(redis, store)) === 'forgotten');
  while ((await forgetEarly(redis, store)) === 'forgotten');
  while ((await sweep(redis, store)) === 'swept');
}

/** Entries of a log from one to another; `(` in front leaves an id out. */
export async function readEntries(
  redis: Redis,
  { keys }: Store,
  from: string,
  to: string,
  count: number,
): Promise<Entry[]> {
  const entries = await redis.xrange(keys.events, from, to, 'COUNT', count);
  return entries.map(([id, fields]) => ({ id, fields }));
}
