import type { Redis } from 'ioredis';
import { execute } from './transaction.ts';

/** Fields of a job of BullMQ, by the name of its key; null for those that it has not. Of large ones, only what is named is read. */
export async function jobFields(redis: Redis, key: string, fields: readonly string[]): Promise<(string | null)[]> {
  return await redis.hmget(key, ...fields);
}

/**
 * Ids of jobs that are not finished: up to `limit` of those that are worked on, that wait, and that wait for a time.
 * @param keys of the queue
 */
export async function unfinishedJobs(
  redis: Redis,
  keys: UnfinishedKeys & Readonly<{ waiting: string }>,
  limit: number,
): Promise<string[]> {
  const found = await Promise.all([
    redis.lrange(keys.active, 0, limit - 1),
    // The next one stands at the end.
    redis.lrange(keys.waiting, -limit, -1),
    redis.zrange(keys.prioritized, '0', String(limit - 1)),
    redis.zrange(keys.delayed, '0', String(limit - 1)),
  ]);
  // Markers of BullMQ are no jobs.
  return [...new Set(found.flat())].filter((id) => !/^0(?::|$)/.test(id)).slice(0, limit);
}

/** Keys of a queue in which jobs are that are not finished: sorted sets, and the list of those that are worked on. */
export type UnfinishedKeys = Readonly<{ delayed: string; prioritized: string; active: string }>;

/**
 * In which of them a job is; null: in none of them. Only as many jobs are active as are worked on, so that list is gone through.
 * @returns 'unknown' where the user of the connection may not ask
 */
export async function placeOfJob(
  redis: Redis,
  keys: UnfinishedKeys,
  id: string,
): Promise<keyof UnfinishedKeys | 'unknown' | null> {
  try {
    const [delayed, prioritized, active] = await Promise.all([
      redis.zscore(keys.delayed, id),
      redis.zscore(keys.prioritized, id),
      redis.lpos(keys.active, id),
    ]);
    if (active !== null) return 'active';
    if (delayed !== null) return 'delayed';
    return prioritized === null ? null : 'prioritized';
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return 'unknown';
    throw error;
  }
}

/** Which of these keys of jobs are there. */
export async function whichJobsAre(redis: Redis, keys: readonly string[]): Promise<boolean[]> {
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.exists(key);
  return (await execute(pipeline)).map((found) => Number(found) === 1);
}
