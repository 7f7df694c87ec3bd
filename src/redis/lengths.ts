import type { Redis } from 'ioredis';
import { execute } from './transaction.ts';

/** A list or a sorted set, and the command that counts its members. */
export type CountedKey = readonly [key: string, command: 'llen' | 'zcard'];

/** How many members each of these keys has, in one round trip. */
export async function lengthsOf(redis: Redis, counted: readonly CountedKey[]): Promise<number[]> {
  const pipeline = redis.pipeline();
  for (const [key, command] of counted) pipeline[command](key);
  return (await execute(pipeline)).map(Number);
}
