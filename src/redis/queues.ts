import type { Redis } from 'ioredis';
import type { Store } from './store.ts';
import { execute } from './transaction.ts';

/** Queues that automations named at some time, the last named first. */
export async function queuesEverNamed(redis: Redis, store: Store, limit: number): Promise<string[]> {
  return await redis.zrange(store.keys.queues, '0', String(limit - 1), 'REV');
}

/** Which of these strings are there, in one round trip. */
export async function areThere(redis: Redis, keys: readonly string[]): Promise<boolean[]> {
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.get(key);
  return (await execute(pipeline)).map((value) => value !== null);
}

/** The names that the clients of this server gave themselves; null where Redis does not tell this user. */
export async function clientNames(redis: Redis): Promise<ReadonlySet<string> | null> {
  try {
    const list = String(await redis.client('LIST'));
    return new Set([...list.matchAll(/ name=(\S+)/g)].map(([, name = '']) => name));
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return null;
    throw error;
  }
}
