import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { liveChannelOf } from './channel.ts';
import type { Store } from './store.ts';
import { insist } from './transaction.ts';

/** How long a worker counts as alive after a sign of life; the time left says how old the sign is. */
export const BELIEVED_MS = 10_000;

/** How long the name of a worker is kept without a sign of life: above any difference between the clocks of two machines. */
const NAMED_MS = 3_600_000;

/** What a worker says of itself. `paused`: queues it gives no jobs, and why. `atMs`: by its own clock. */
export type Sign = Readonly<{
  id: string;
  generation: string;
  paused: readonly { queue: string; why: string }[];
  atMs: number;
}>;

/** Says that a worker lives. @returns how many want to know what workers do */
export async function signOfLife(redis: Redis, store: Store, sign: Sign): Promise<number> {
  const { id, generation, paused, atMs } = sign;
  const { workers } = store.keys;
  const live = liveChannelOf(redis, store);
  const key = store.prefixes.worker + id;
  const fields = { host: hostname(), pid: process.pid, generation, at: atMs, paused: JSON.stringify(paused) };
  try {
    const answers = await insist(() =>
      redis
        .multi()
        .hset(key, fields)
        .pexpire(key, BELIEVED_MS)
        .zadd(workers, atMs, id)
        .zremrangebyscore(workers, '-inf', atMs - NAMED_MS)
        .pexpire(workers, NAMED_MS)
        .pubsub('NUMSUB', live)
        .exec(),
    );
    return countOf(answers?.at(-1)?.[1]);
  } catch (error) {
    // A full Redis writes nothing new, but what stands there may stay: a worker that waits for memory is not dead.
    if (!(error instanceof Error) || !error.message.startsWith('EXECABORT')) throw error;
    const [renewed, counts] = await Promise.all([redis.pexpire(key, BELIEVED_MS), redis.pubsub('NUMSUB', live)]);
    if (renewed === 0) throw error;
    return countOf(counts);
  }
}

function countOf(counts: unknown): number {
  return Array.isArray(counts) ? Number(counts[1]) : 0;
}

/** A worker whose sign of life is believed: what it said of itself, and how long it is believed still. */
export type LiveWorker = Readonly<{ id: string; fields: Readonly<Record<string, string>>; leftMs: number }>;

/** The workers that live, the `limit` first. */
export async function liveWorkers(redis: Redis, store: Store, limit: number): Promise<LiveWorker[]> {
  const ids = await redis.zrange(store.keys.workers, '0', String(limit - 1));
  const found = await Promise.all(
    ids.map(async (id) => {
      const key = store.prefixes.worker + id;
      const [fields, leftMs] = await Promise.all([redis.hgetall(key), redis.pttl(key)]);
      return { id, fields, leftMs };
    }),
  );
  return found.filter(({ leftMs }) => leftMs > 0);
}

/** Takes back the sign of life of a worker that ends. Not as a transaction, which a full Redis would refuse. */
export async function endOfLife(redis: Redis, store: Store, id: string): Promise<void> {
  await Promise.all([redis.del(store.prefixes.worker + id), redis.zrem(store.keys.workers, id)]);
}
