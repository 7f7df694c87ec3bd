import type { Redis } from 'ioredis';
import { BLOCK_MS } from './connection.ts';
import type { Store } from './store.ts';
import { execute } from './transaction.ts';

/** An entry of the ledger: its stream id, and name, value, name, value … */
export type FiringEntry = [id: string, fields: string[]];

/** Entries of the ledger from `before` back to the time `sinceMs`, newest first. `before`: a stream id, `(` in front to leave it out, or `+`. */
export async function ledgerBefore(
  redis: Redis,
  store: Store,
  { before, sinceMs, count }: { before: string; sinceMs: number; count: number },
): Promise<FiringEntry[]> {
  return await redis.xrevrange(store.keys.firings, before, String(Math.max(0, sinceMs)), 'COUNT', count);
}

/** Entries of the ledger from one place to another, oldest first. Both are stream ids or times in ms; `(` in front leaves an id out. */
export async function ledgerBetween(
  redis: Redis,
  store: Store,
  { from, to, count }: { from: string; to: string; count: number },
): Promise<FiringEntry[]> {
  return await redis.xrange(store.keys.firings, from, to, 'COUNT', count);
}

/** All entries of the ledger behind `after`, oldest first. */
export async function ledgerBehind(redis: Redis, store: Store, after: string): Promise<FiringEntry[]> {
  return await redis.xrange(store.keys.firings, `(${after}`, '+');
}

/** Id of the last entry, `0-0` when there is none. */
export async function endOfLedger(redis: Redis, store: Store): Promise<string> {
  const [last] = await redis.xrevrange(store.keys.firings, '+', '-', 'COUNT', 1);
  return last?.[0] ?? '0-0';
}

/** The next entries behind `after`, waited for a while; none when none came. @param blocking a connection of its own */
export async function awaitLedger(blocking: Redis, store: Store, after: string, count: number): Promise<FiringEntry[]> {
  const answer = await blocking.xread('COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS', store.keys.firings, after);
  const [stream] = (answer ?? []) as [string, FiringEntry[]][];
  return stream?.[1] ?? [];
}

/** These entries, in their order; null for one that is gone. */
export async function ledgerEntries(
  redis: Redis,
  store: Store,
  ids: readonly string[],
): Promise<(FiringEntry | null)[]> {
  if (ids.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const id of ids) pipeline.xrange(store.keys.firings, id, id);
  return ((await execute(pipeline)) as FiringEntry[][]).map(([entry]) => entry ?? null);
}
