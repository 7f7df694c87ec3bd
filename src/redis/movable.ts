import type { Redis } from 'ioredis';
import type { Store } from './store.ts';
import { execute } from './transaction.ts';

/*
 * The state of an engine, read page by page. `watchfire repartition` reads it while no worker lives, so nothing changes meanwhile. While workers
 * live, a field of a hash may come twice.
 */

/** Fields, members and entries of one page; entries can be large. */
const PAGE = 500;
const ENTRIES = 100;

/** All fields of a small hash. */
export async function fieldsOfHash(redis: Redis, key: string): Promise<Record<string, string>> {
  return await redis.hgetall(key);
}

/** Fields of a hash, page by page. */
export async function* hashPages(redis: Redis, key: string): AsyncGenerator<[string, string][]> {
  for (let cursor = '0'; ; ) {
    const [next, flat] = await redis.hscan(key, cursor, 'COUNT', PAGE);
    if (flat.length > 0) yield pairsIn(flat);
    if (next === '0') return;
    cursor = next;
  }
}

/** The same as bytes. */
export async function* hashBytes(redis: Redis, key: string): AsyncGenerator<[Buffer, Buffer][]> {
  for (let cursor = '0'; ; ) {
    const [next, flat] = (await redis.hscanBuffer(key, cursor, 'COUNT', PAGE)) as unknown as [Buffer, Buffer[]];
    if (flat.length > 0) yield pairsIn(flat);
    if (String(next) === '0') return;
    cursor = String(next);
  }
}

/** Members of a sorted set with their scores, page by page. */
export async function* memberPages(redis: Redis, key: string): AsyncGenerator<[member: string, score: string][]> {
  for (let from = 0; ; from += PAGE) {
    const flat = await redis.zrange(key, String(from), String(from + PAGE - 1), 'WITHSCORES');
    if (flat.length === 0) return;
    yield pairsIn(flat);
  }
}

/** Ids of automations that have a replaced document which firings may still name. */
export async function outdatedIds(redis: Redis, { keys }: Store): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const page of memberPages(redis, keys.outdated))
    for (const [member] of page) ids.add(member.slice(member.indexOf(':') + 1));
  return ids;
}

function pairsIn<T>(flat: readonly T[]): [T, T][] {
  return flat.flatMap((one, i): [T, T][] => (i % 2 === 0 ? [[one, flat[i + 1] as T]] : []));
}

/** An entry of a stream, as it stands there. */
export type RawEntry = Readonly<{ id: string; fields: readonly Buffer[] }>;

/** Entries of a stream behind `after`, or from its begin, up to `end`, page by page. */
export async function* entryPages(redis: Redis, key: string, end = '+', after?: string): AsyncGenerator<RawEntry[]> {
  for (let from = after === undefined ? '-' : `(${after}`; ; ) {
    const page = (await redis.xrangeBuffer(key, from, end, 'COUNT', ENTRIES)) as unknown as [Buffer, Buffer[]][];
    if (page.length === 0) return;
    yield page.map(([id, fields]) => ({ id: String(id), fields }));
    from = `(${String(page.at(-1)?.[0])}`;
  }
}

/** The last id that a stream ever had; `0-0` for none. */
export async function endOfStream(redis: Redis, key: string): Promise<string> {
  if ((await redis.exists(key)) === 0) return '0-0';
  const flat = (await redis.xinfo('STREAM', key)) as unknown[];
  return String(flat[flat.indexOf('last-generated-id') + 1]);
}

/** How many entries a stream has. */
export async function lengthOfStream(redis: Redis, key: string): Promise<number> {
  return await redis.xlen(key);
}

/** Strings, in one round trip. */
export async function textsOf(redis: Redis, keys: readonly string[]): Promise<(string | null)[]> {
  return keys.length === 0 ? [] : await Promise.all(keys.map((key) => redis.get(key)));
}

export async function hashesOf(redis: Redis, keys: readonly string[]): Promise<Record<string, string>[]> {
  if (keys.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.hgetall(key);
  return (await execute(pipeline)) as Record<string, string>[];
}

/** Whether a key is there. */
export async function isThere(redis: Redis, key: string): Promise<boolean> {
  return (await redis.exists(key)) === 1;
}

/** The forms of the entries that an engine wrote itself and has not applied, of the first `limit`. */
export async function ownFormsBehind(
  redis: Redis,
  { keys }: Store,
  position: string,
  limit: number,
): Promise<string[]> {
  const from = position.split('-')[0] ?? '0';
  const ids = await redis.zrange(keys.own, from, '+inf', 'BYSCORE', 'LIMIT', '0', String(limit));
  const found = await Promise.all(ids.map((id) => redis.xrange(keys.events, id, id)));
  return found.flat().flatMap(([id, fields]) => (id === position ? [] : (fields[0] ?? '')));
}

/** Removes groups of a stream that no engine reads by any more. */
export async function removeGroups(redis: Redis, key: string, names: readonly string[]): Promise<void> {
  for (const name of names) await redis.xgroup('DESTROY', key, name);
}

/** The names of the groups of a stream. */
export async function groupsOf(redis: Redis, key: string): Promise<string[]> {
  if ((await redis.exists(key)) === 0) return [];
  const groups = (await redis.xinfo('GROUPS', key)) as unknown[][];
  return groups.map((flat) => String(flat[flat.indexOf('name') + 1]));
}
