import { isUtf8 } from 'node:buffer';
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

/** The fields of what is kept of a trigger (lua/include/definition.lua); undefined when its definition is gone. */
function fieldsOfTrigger(state: Snapshot, name: string): string[] | undefined {
  const text = state[`trigger:${name}`] as string | undefined;
  if (text === undefined) return undefined;
  const packed = /^[0-9a-f]+$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text);
  const fields: string[] = [];
  for (let at = 0; at < packed.length; ) {
    const end = at + 4 + packed.readUInt32LE(at);
    fields.push(packed.subarray(at + 4, end).toString());
    at = end;
  }
  return fields;
}

/** The kind of a trigger (src/match/plan.ts); undefined when its definition is gone. */
export function kindOfTrigger(state: Snapshot, name: string): number | undefined {
  const [kind] = fieldsOfTrigger(state, name) ?? [];
  return kind === undefined ? undefined : Number(kind);
}

/** Where `within` stands among the fields of a trigger. */
const WITHIN = 10;

/** How long a Reactive window is kept behind its `due` (rules 6): 60 s, and 30 days where there is no `within`. */
export function keepMsOf(state: Snapshot, name: string): number {
  return fieldsOfTrigger(state, name)?.[WITHIN] === '0' ? 30 * 24 * 3_600_000 : 60_000;
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
      return ordered(textOf((await redis.getBuffer(key)) ?? Buffer.alloc(0)));
    case 'hash':
      return sorted(pairs(((await redis.callBuffer('HGETALL', key)) as Buffer[]).map(textOf), String));
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

/** Text, or bytes that are none as hexadecimal digits. */
function textOf(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString() : bytes.toString('hex');
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
