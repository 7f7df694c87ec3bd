import type { Redis } from 'ioredis';
import { groupNamed } from './backlog.ts';
import { isMissingGroup } from './retryable.ts';

/** Names of the consumers of a group; none when there is no such group (yet). */
export async function consumersOf(redis: Redis, stream: string, group: string): Promise<string[]> {
  const consumers = (await redis.xinfo('CONSUMERS', stream, group).catch(noneIfMissing)) as string[][];
  return consumers.flatMap((flat) => flat[flat.indexOf('name') + 1] ?? []);
}

function noneIfMissing(error: unknown): unknown[] {
  if (isMissingGroup(error)) return [];
  throw error;
}

/**
 * Entries of a stream of `length` entries that a group was not given, or was given and has not finished; null when Redis lost
 * count.
 */
export async function unfinishedOf(redis: Redis, stream: string, name: string, length: number): Promise<number | null> {
  const group = await groupNamed(redis, stream, name);
  if (!group) return length;
  const pending = Number(group.get('pending'));
  const [next] = await redis.xrange(stream, `(${String(group.get('last-delivered-id'))}`, '+', 'COUNT', 1);
  if (!next) return pending;
  const lag = group.get('lag');
  return typeof lag === 'number' ? Math.min(length, lag + pending) : null;
}
