import type { Redis } from 'ioredis';
import { keysIn } from './namespace.ts';
import { adminBeside } from './redis.ts';

/** A stream as a whole: its entries, and for each group what was given to whom. */
export type StreamValue = {
  entries: [id: string, fields: Record<string, string>][];
  groups: Record<string, { delivered: string; pending: Record<string, string> }>;
};

/** The value of a key: strings as text, hashes and sorted sets as objects, sets as sorted lists. */
export type Value = string | Record<string, string> | Record<string, number> | readonly string[] | StreamValue;

/** All keys of a namespace, named without `{namespace}:`, with their values. */
export type Snapshot = Readonly<Record<string, Value>>;

/** More entries than any test has pending. */
const MANY = 100_000;

export async function snapshot(client: Redis, namespace: string): Promise<Snapshot> {
  const redis = adminBeside(client);
  const keys = await keysIn(redis, namespace);
  const values = await Promise.all(keys.map((key) => readKey(redis, `{${namespace}}:${key}`)));
  return Object.fromEntries(keys.map((key, i) => [key, values[i] as Value]));
}

/** The keys whose values differ; null is no such key. */
export function difference(before: Snapshot, after: Snapshot): Record<string, Value | null> {
  const changed: Record<string, Value | null> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) changed[key] = after[key] ?? null;
  }
  return changed;
}

async function readKey(redis: Redis, key: string): Promise<Value> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return ordered((await redis.get(key)) ?? '');
    case 'hash':
      return sorted(await redis.hgetall(key));
    case 'set':
      return (await redis.smembers(key)).sort();
    case 'zset':
      return sorted(pairs(await redis.zrange(key, '0', '-1', 'WITHSCORES'), Number));
    case 'stream':
      return await streamOf(redis, key);
    default:
      throw new Error(`${key} is a ${type}`);
  }
}

/** JSON that Lua wrote has its names in no order, and not in the same one with each server. */
function ordered(text: string): string {
  if (!/^[[{]/.test(text)) return text;
  const sort = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? sorted(value as Record<string, unknown>)
      : value;
  return JSON.stringify(JSON.parse(text, sort));
}

async function streamOf(redis: Redis, key: string): Promise<StreamValue> {
  const found = await redis.xrange(key, '-', '+');
  const entries = found.map(([id, fields]): [string, Record<string, string>] => [id, pairs(fields, String)]);
  const groups: StreamValue['groups'] = {};
  for (const flat of (await redis.xinfo('GROUPS', key)) as (string | number)[][]) {
    const group = pairs(flat.map(String), String);
    const name = group.name ?? '';
    const pending = (await redis.xpending(key, name, '-', '+', MANY)) as unknown as [string, string][];
    groups[name] = {
      delivered: group['last-delivered-id'] ?? '',
      pending: Object.fromEntries(pending.map(([id, consumer]) => [id, consumer])),
    };
  }
  return { entries, groups };
}

function pairs<T>(flat: readonly string[], convert: (text: string) => T): Record<string, T> {
  const found: Record<string, T> = {};
  for (let i = 0; i < flat.length; i += 2) found[flat[i] ?? ''] = convert(flat[i + 1] ?? '');
  return found;
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
