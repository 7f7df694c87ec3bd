import type { Redis } from 'ioredis';
import { ENGINE_GROUP } from './keys.ts';
import { isAfter, readPosition } from './log.ts';
import type { Store } from './store.ts';

/** What becomes of an entry, once for each: as in lua/include/book.lua. */
export const OUTCOMES = ['applied', 'duplicate', 'parked', 'rejected', 'ignored', 'marked'] as const;

/**
 * How much of the log waits. `behind`: entries not applied; `applied`: entries ever applied, in some way; both null where
 * this is unknown, as after others deleted entries. `length`: entries kept.
 */
export type Backlog = Readonly<{ behind: number | null; applied: number | null; length: number }>;

/** How many entries were ever applied, in some way. */
export async function readOutcomes(redis: Redis, store: Store): Promise<number> {
  const counts = await redis.hmget(store.keys.counters, ...OUTCOMES);
  return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
}

/**
 * By the book of the log (lua/include/book.lua): what was ever added, less what became of entries, less what came before
 * the engine. So it is right from the first moment after a restart or a failover, where Redis itself has lost count of what a group
 * has read (before 7.4). Entries that others removed count as waiting until the auditor has noticed.
 */
export async function backlogByBook(redis: Redis, store: Store): Promise<Backlog> {
  const { events, audit } = store.keys;
  const [length, added, applied, [anchor]] = await Promise.all([
    redis.xlen(events),
    countAdded(redis, events),
    readOutcomes(redis, store),
    redis.hmget(audit, 'anchor'),
  ]);
  // Nobody has looked at this log yet: all of it waits.
  if (applied === 0 && !anchor) return { behind: length, applied, length };
  if (!anchor) return { behind: null, applied, length };
  const behind = Math.min(length, Math.max(0, added - applied - Number(anchor)));
  return { behind, applied, length };
}

/**
 * How many entries were removed from the log, as its book has it (lua/include/book.lua); null where the book does not know. Those that others
 * removed before they were applied count until the auditor has noticed.
 */
export async function readRemoved(redis: Redis, { keys }: Store): Promise<number | null> {
  // First: an anchor that is older than the rest only says that more was removed. A log without the group is another one.
  const [anchor, group] = await Promise.all([redis.hget(keys.audit, 'anchor'), engineGroup(redis, keys.events)]);
  if (anchor === null || group === undefined) return null;
  const { length, added } = await streamCounts(redis, keys.events);
  return added - Number(anchor) - length;
}

/** How many entries were ever added. What the group knows comes first: with the stream itself Redis shows its last entry, however large. */
async function countAdded(redis: Redis, events: string): Promise<number> {
  const group = await engineGroup(redis, events);
  const [lag, read] = [group?.get('lag'), group?.get('entries-read')];
  if (typeof lag === 'number' && typeof read === 'number') return lag + read;
  return (await streamCounts(redis, events)).added;
}

/** Entries that a stream has, and that it ever had. */
async function streamCounts(redis: Redis, stream: string): Promise<Readonly<{ length: number; added: number }>> {
  const info = await redis.xinfo('STREAM', stream).then((flat) => fieldsOf(flat as unknown[]), noStream);
  return { length: Number(info.get('length') ?? 0), added: Number(info.get('entries-added') ?? 0) };
}

async function engineGroup(redis: Redis, events: string): Promise<ReadonlyMap<string, unknown> | undefined> {
  return await groupNamed(redis, events, ENGINE_GROUP);
}

/** What Redis says of a group of a stream; undefined where there is none (yet). */
export async function groupNamed(
  redis: Redis,
  stream: string,
  name: string,
): Promise<ReadonlyMap<string, unknown> | undefined> {
  const groups = await redis.xinfo('GROUPS', stream).then((flat) => (flat as unknown[][]).map(fieldsOf), noGroups);
  return groups.find((one) => one.get('name') === name);
}

/** Whether every entry that came was read by a worker and is applied. */
export async function isAllApplied(redis: Redis, store: Store): Promise<boolean> {
  const [group, position] = await Promise.all([engineGroup(redis, store.keys.events), readPosition(redis, store)]);
  return group?.get('lag') === 0 && !isAfter(String(group.get('last-delivered-id')), position);
}

/** From what Redis says of the group, for a user who may not read the state of the engine. */
export async function backlogByGroup(redis: Redis, store: Store): Promise<Backlog> {
  const { events } = store.keys;
  const [length, group] = await Promise.all([redis.xlen(events), engineGroup(redis, events)]);
  // No worker was ever here: all of the log waits.
  if (!group) return { behind: length, applied: 0, length };
  const pending = Number(group.get('pending'));
  const [lag, read] = [group.get('lag'), group.get('entries-read')];
  return {
    behind: typeof lag === 'number' ? Math.min(length, lag + pending) : null,
    applied: typeof read === 'number' ? read - pending : null,
    length,
  };
}

/** name, value, name, value … as a map. */
export function fieldsOf(flat: unknown[]): ReadonlyMap<string, unknown> {
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1]] as const] : [])));
}

function isNoStream(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('ERR no such key');
}

/** For a stream that is not there (yet). */
export function noStream(error: unknown): ReadonlyMap<string, unknown> {
  if (isNoStream(error)) return new Map();
  throw error;
}

/** The same of its groups. */
function noGroups(error: unknown): ReadonlyMap<string, unknown>[] {
  if (isNoStream(error)) return [];
  throw error;
}
