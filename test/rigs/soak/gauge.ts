import type { Redis } from 'ioredis';
import type { Memory } from '../crowd.ts';

const OUTCOMES = ['applied', 'duplicate', 'parked', 'rejected', 'ignored'];

/** What there was at one moment. Memory is in bytes, `at` in minutes since the beginning. */
export type Sample = Readonly<{
  at: number;
  pushed: number;
  /** Entries that had their outcome. */
  done: number;
  /** Entries that had none yet. */
  lag: number;
  jobs: number;
  workers: readonly Memory[];
  redis: number;
  redisRss: number;
  /** Entries that are kept. */
  events: number;
  firings: number;
  dead: number;
}>;

/** What became of entries, as the engine counted it. */
export async function outcomesOf(redis: Redis, prefix: string): Promise<Record<string, number>> {
  const counters = await redis.hgetall(`${prefix}counters`);
  const counted = OUTCOMES.map((word) => [word, Number(counters[word] ?? 0)] as const);
  return { ...Object.fromEntries(counted), done: counted.reduce((sum, [, count]) => sum + count, 0) };
}

export async function addedTo(redis: Redis, stream: string): Promise<number> {
  const info = (await redis.xinfo('STREAM', stream)) as unknown[];
  return Number(info[info.indexOf('entries-added') + 1]);
}

/** Looks at Redis. */
export async function look(redis: Redis, prefix: string): Promise<Omit<Sample, 'at' | 'pushed' | 'jobs' | 'workers'>> {
  const [info, outcomes, added, ...lengths] = await Promise.all([
    redis.info('memory'),
    outcomesOf(redis, prefix),
    addedTo(redis, `${prefix}events`),
    ...['events', 'firings', 'dead'].map((name) => redis.xlen(prefix + name)),
  ]);
  const [events = 0, firings = 0, dead = 0] = lengths;
  const bytes = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const done = outcomes.done ?? 0;
  return {
    done,
    lag: Math.max(0, added - done),
    redis: bytes('used_memory'),
    redisRss: bytes('used_memory_rss'),
    events,
    firings,
    dead,
  };
}
