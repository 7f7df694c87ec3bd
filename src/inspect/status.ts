import type { Redis } from 'ioredis';
import { backlogByBook, backlogByGroup, fieldsOf } from '../redis/backlog.ts';
import { BELIEVED_MS } from '../redis/heartbeat.ts';
import { memoryRatio } from '../redis/info.ts';
import { ACTIONS_GROUP } from '../redis/keys.ts';
import type { Store } from '../redis/store.ts';

/** Most workers and triggers that are looked at: more than anybody runs or reads. */
const WORKER_LIMIT = 1_000;
const TRIGGER_LIMIT = 10_000;

/** The most the lag can hold back absences (rules 1). */
export const LAG_LIMIT_MS = 15 * 60_000;

/** `paused`: queues that this worker gives no jobs, since they are full or fail. */
export type WorkerStatus = {
  id: string;
  host: string;
  pid: number;
  generation: number;
  seenMsAgo: number;
  paused: { queue: string; why: string }[];
};

/** One look at an engine. Durations and times in ms; `now` is Redis time. */
export type Status = {
  now: number;
  /** Id of the last applied entry, `0-0` when none was applied. */
  position: string;
  /** Entries kept in the log, and how many of them are not applied; null when Redis cannot tell. */
  entries: number;
  behind: number | null;
  /** How long the oldest entry that is not applied waits; 0 when all are. */
  waitingMs: number;
  /** How much the events themselves run behind (rules 4). */
  lagMs: number;
  generation: number;
  automations: number;
  workers: WorkerStatus[];
  /** Keys that are looked at some time, and when the first of them is. */
  due: { windows: number; next: number | null };
  /** Firings recorded, and how many of them are not relayed to their queues yet. */
  firings: number;
  unrelayed: number | null;
  parked: number;
  dead: number;
  counters: Record<string, number>;
  /** Entries that others removed before they were applied (lua/audit.lua). */
  lost: number;
  /** The consumer group that keeps the log from being trimmed, and the entry it keeps it from; null when none does. */
  keptBy: { group: string; from: string } | null;
  /** Bytes; `ratio`: the part of `limit` that counts against it, 0 without a limit. */
  memory: { used: number; limit: number; ratio: number; policy: string };
};

/** Reads all of it in some five round trips. */
export async function readStatus(redis: Redis, store: Store): Promise<Status> {
  const { keys } = store;
  const base = await baseOf(redis, store);
  const [waiting] = await redis.xrange(keys.events, `(${base.position}`, '+', 'COUNT', 1);
  const workers = await workersOf(redis, store);
  const due = await dueOf(redis, store);
  const waitingMs = waiting ? Math.max(0, base.now - Number.parseInt(waiting[0], 10)) : 0;
  const behind = waiting ? await behindOf(redis, store) : 0;
  const unrelayed = base.firings > 0 ? await unrelayedOf(redis, store, base.firings) : 0;
  return { ...base, waitingMs, behind, unrelayed, workers, due };
}

async function baseOf(
  redis: Redis,
  store: Store,
): Promise<Omit<Status, 'waitingMs' | 'behind' | 'unrelayed' | 'workers' | 'due'>> {
  const { keys } = store;
  const [time, position, entries, clock, generation, automations, firings, parked, dead, counters, kept, memory] =
    await Promise.all([
      redis.time(),
      redis.get(keys.position),
      redis.xlen(keys.events),
      redis.hmget(keys.clock, 'newest', 'arrival'),
      redis.get(keys.generation),
      redis.hlen(keys.automations),
      redis.xlen(keys.firings),
      redis.zcard(keys.parked),
      redis.xlen(keys.dead),
      redis.hgetall(keys.counters),
      redis.hmget(keys.audit, 'kept_by', 'kept_from'),
      redis.info('memory'),
    ]);
  const [C, U] = clock;
  const read = (name: string): string => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(memory)?.[1] ?? '';
  return {
    now: Number(time[0]) * 1_000 + Math.floor(Number(time[1]) / 1_000),
    position: position ?? '0-0',
    entries,
    lagMs: C && U ? Math.max(0, Math.min(LAG_LIMIT_MS, Number(U) - Number(C))) : 0,
    generation: Number(generation ?? 0),
    automations,
    firings,
    parked,
    dead,
    counters: Object.fromEntries(Object.entries(counters).map(([word, count]) => [word, Number(count)])),
    lost: Number(counters.lost ?? 0),
    keptBy: kept[0] ? { group: kept[0], from: kept[1] ?? '0-0' } : null,
    memory: {
      used: Number(read('used_memory')),
      limit: Number(read('maxmemory')),
      ratio: memoryRatio(memory),
      policy: read('maxmemory_policy'),
    },
  };
}

/** Entries of the log that are not applied. The book is exact; a sum that cannot be balanced is left to Redis. */
async function behindOf(redis: Redis, store: Store): Promise<number | null> {
  return (await backlogByBook(redis, store)).behind ?? (await backlogByGroup(redis, store)).behind;
}

/** Firings that no relay was given, or was given and has not finished; null when Redis lost count. */
async function unrelayedOf(redis: Redis, store: Store, firings: number): Promise<number | null> {
  const groups = ((await redis.xinfo('GROUPS', store.keys.firings)) as unknown[][]).map(fieldsOf);
  const group = groups.find((one) => one.get('name') === ACTIONS_GROUP);
  if (!group) return firings;
  const pending = Number(group.get('pending'));
  const [next] = await redis.xrange(store.keys.firings, `(${String(group.get('last-delivered-id'))}`, '+', 'COUNT', 1);
  if (!next) return pending;
  const lag = group.get('lag');
  return typeof lag === 'number' ? Math.min(firings, lag + pending) : null;
}

async function workersOf(redis: Redis, store: Store): Promise<WorkerStatus[]> {
  const ids = await redis.zrange(store.keys.workers, '0', String(WORKER_LIMIT - 1));
  const found = await Promise.all(
    ids.map(async (id) => {
      const key = store.prefixes.worker + id;
      const [fields, left] = await Promise.all([redis.hgetall(key), redis.pttl(key)]);
      return { id, fields, left };
    }),
  );
  return found
    .filter(({ left }) => left > 0)
    .map(({ id, fields, left }) => ({
      id,
      host: fields.host ?? '',
      pid: Number(fields.pid),
      generation: Number(fields.generation),
      seenMsAgo: BELIEVED_MS - left,
      paused: JSON.parse(fields.paused ?? '[]'),
    }));
}

async function dueOf(redis: Redis, store: Store): Promise<Status['due']> {
  const [first, at] = await redis.zrange(store.keys.due, '0', '0', 'WITHSCORES');
  if (first === undefined) return { windows: 0, next: null };
  const names = await redis.zrange(store.keys.due, '0', String(TRIGGER_LIMIT - 1));
  const [next, ...counts] = await Promise.all([
    redis.zrange(store.prefixes.deadlines + first, '0', '0', 'WITHSCORES'),
    ...names.map((name) => redis.zcard(store.prefixes.deadlines + name)),
  ]);
  const windows = counts.reduce((sum, count) => sum + count, 0);
  // The timetable of triggers may be early; the one of its keys is closer to the truth.
  return { windows, next: Number(next[1] ?? at) };
}
