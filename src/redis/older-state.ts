import type { Redis } from 'ioredis';
import { fieldsOf } from './backlog.ts';
import { CannotMigrate } from './cannot-migrate.ts';
import type { Store } from './store.ts';
import { execute } from './transaction.ts';

/*
 * What stands in Redis of earlier versions, as `watchfire migrate` reads it (src/migrate). Old names of keys stand here only.
 */

/** An earlier version by the number of its form. 0.1.0 wrote no number; it counts as 1. */
export type Origin = 1 | 2 | 3 | 4 | 5;

type Name = (suffix: string) => string;

/** The names that one of these versions had for what is called otherwise now. */
export type OlderNames = Readonly<{
  /** hash per trigger and key: fields of the window and its alert. */
  window: (name: string, key: string) => string;
  /** zset per trigger: its deadlines. */
  deadlines: (name: string) => string;
  quotaUsed: string;
  quotas: string;
  /** hash, small: digest of an applied id -> ms since its generation began. */
  shard: (generation: number, prefix: string) => string;
}>;

export function olderNames(store: Store, origin: Origin): OlderNames {
  const name: Name = (suffix) => `{${store.namespace}}:${suffix}`;
  const first = origin === 1;
  return {
    window: (trigger, key) => name(`${first ? 'bucket' : 'window'}:${trigger}:${key}`),
    deadlines: (trigger) => name(`${first ? 'windows' : 'deadlines'}:${trigger}`),
    quotaUsed: name(first ? 'held' : 'quota-used'),
    quotas: name(first ? 'limits' : 'quotas'),
    shard: (generation, prefix) => name(`seen:${generation}:${prefix}`),
  };
}

/** Fields of a hash. */
export type Fields = Readonly<Record<string, string>>;

/** Whole hashes, in one round trip; an empty one where there is no key. @throws CannotMigrate naming a key that is none */
export async function hashesAt(redis: Redis, keys: readonly string[]): Promise<Fields[]> {
  if (keys.length === 0) return [];
  const transaction = redis.multi();
  for (const key of keys) transaction.hgetall(key);
  const answers = (await transaction.exec()) ?? [];
  return await Promise.all(
    keys.map(async (key, i) => {
      const [error, fields] = answers[i] ?? [];
      if (error) throw await unlike(redis, key, error);
      return fields as Fields;
    }),
  );
}

async function unlike(redis: Redis, key: string, error: Error): Promise<Error> {
  if (!error.message.startsWith('WRONGTYPE')) return error;
  const type = await redis.type(key);
  return new CannotMigrate(key, `must be a hash, is a ${type}`, type === 'string' ? await redis.get(key) : type);
}

/** The types of these keys; `none` where there is no key. */
export async function typesOf(redis: Redis, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.type(key);
  return (await execute(pipeline)).map(String);
}

/** How many members each of these sorted sets has. */
export async function sizesOf(redis: Redis, keys: readonly string[]): Promise<number[]> {
  if (keys.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.zcard(key);
  return (await execute(pipeline)).map(Number);
}

/** Members of a sorted set in its order, `count` from place `from` on. */
export async function membersFrom(redis: Redis, key: string, from: number, count: number): Promise<string[]> {
  return await redis.zrange(key, String(from), String(from + count - 1));
}

/** A string; null where there is none. */
export async function textAt(redis: Redis, key: string): Promise<string | null> {
  return await redis.get(key);
}

/** Strings as bytes; null where there is none, or something else. */
export async function bytesAt(redis: Redis, keys: readonly string[]): Promise<(Buffer | null)[]> {
  if (keys.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.getBuffer(key);
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, bytes]) => (error ? null : (bytes as Buffer | null)));
}

/** The milliseconds in the id of the newest entry of a stream; 0 where it is empty. */
export async function newestMs(redis: Redis, stream: string): Promise<number> {
  const [newest] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1);
  return Number(newest?.[0].split('-')[0] ?? 0);
}

/** Whether any of these keys is there. */
export async function anyThere(redis: Redis, keys: readonly string[]): Promise<boolean> {
  return (await redis.exists(...keys)) > 0;
}

/** Whether a stream has a consumer group of that name. */
export async function hasGroup(redis: Redis, stream: string, name: string): Promise<boolean> {
  const groups = (await redis.xinfo('GROUPS', stream)) as unknown[][];
  return groups.some((flat) => fieldsOf(flat).get('name') === name);
}
