import type { Redis } from 'ioredis';
import { timeOf } from '../model/intake.ts';
import type { KnownSource } from '../model/known-source.ts';
import { backlogByBook, backlogByGroup } from '../redis/backlog.ts';
import { countedIn } from '../redis/counters.ts';
import { type Damage, damageIn, generationIn, positionIn } from '../redis/damage.ts';
import { unfinishedOf } from '../redis/groups.ts';
import { BELIEVED_MS, liveWorkers } from '../redis/heartbeat.ts';
import { memoryRatio } from '../redis/info.ts';
import { ACTIONS_GROUP } from '../redis/keys.ts';
import { readBehind } from '../redis/log.ts';
import { type Overview, overviewOf } from '../redis/overview.ts';
import type { Store } from '../redis/store.ts';
import { shownJson, storedNumber, textIn } from '../redis/stored.ts';
import { nextDeadline } from '../redis/windows.ts';
import { type EntryIds, entryIdsOf } from './entry-ids.ts';
import type { SourceStatus } from './sources.ts';

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
  /** Applied events about which a condition could not be answered (rules 17.1), by the ids of the automations. */
  whereErrors: Record<string, number>;
  /** Entries that others removed before they were applied (lua/audit.lua). */
  lost: number;
  /** What others did to keys of the engine within a day, the newest first, unless somebody acknowledged it. */
  damage: readonly Damage[];
  /** The consumer group that keeps the log from being trimmed, and the entry it keeps it from; null when none does. */
  keptBy: { group: string; from: string } | null;
  /** An id in the log that is no time of arrival, until workers have replaced it; null when all are usable. */
  unusable: string | null;
  /** How far Redis' clock lies behind what was applied, when it was set back by more than 5 s; else 0. */
  clockBehindMs: number;
  /** Streams, queues and programs that events are brought in from. */
  sources: readonly KnownSource[];
  /**
   * How many partitions there are, those that have not taken over the definitions of this generation, and how far each is fed; absent
   * without partitions.
   */
  partitions?: { count: number; behind: string[]; feeds: readonly SourceStatus[] };
  /** Bytes; `ratio`: the part of `limit` that counts against it, 0 without a limit. */
  memory: { used: number; limit: number; ratio: number; policy: string };
};

/** What of it one engine knows; sources and partitions are those of its namespace. */
export type EngineStatus = Omit<Status, 'sources' | 'partitions'>;

/** Reads it in some five round trips. */
export async function readStatus(redis: Redis, store: Store): Promise<EngineStatus> {
  const overview = await overviewOf(redis, store);
  positionIn(store, overview.position);
  const base = baseOf(overview, generationIn(store, overview.generation));
  const [waiting] = await readBehind(redis, store, base.position, 1);
  const workers = await workersOf(redis, store);
  const due = await nextDeadline(redis, store, TRIGGER_LIMIT);
  const waitingMs = waiting ? Math.max(0, base.now - (timeOf(waiting) ?? Number.parseInt(waiting.id, 10))) : 0;
  const behind = waiting ? await behindOf(redis, store) : 0;
  const { firings } = store.keys;
  const unrelayed = base.firings > 0 ? await unfinishedOf(redis, firings, ACTIONS_GROUP, base.firings) : 0;
  return { ...base, ...entryIdsOf(overview, waiting), waitingMs, behind, unrelayed, workers, due };
}

type Later = 'waitingMs' | 'behind' | 'unrelayed' | 'workers' | 'due' | keyof EntryIds;

function baseOf(overview: Overview, generation: string): Omit<EngineStatus, Later> {
  const { nowMs, position, newest, arrival, counters, damage, keptBy, keptFrom, memory, ...other } = overview;
  const { lastId, straightens, generation: _, ...counts } = other;
  const read = (name: string): string => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(memory)?.[1] ?? '';
  const { words, whereErrors } = countedIn(counters);
  return {
    ...counts,
    now: nowMs,
    position: position ?? '0-0',
    lagMs: Math.max(
      0,
      Math.min(LAG_LIMIT_MS, storedNumber(arrival, 0) - storedNumber(newest, storedNumber(arrival, 0))),
    ),
    generation: Number(generation),
    counters: words,
    damage: damageIn(damage, nowMs),
    whereErrors,
    lost: storedNumber(counters.lost, 0),
    keptBy: keptBy ? { group: keptBy, from: keptFrom ?? '0-0' } : null,
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

async function workersOf(redis: Redis, store: Store): Promise<WorkerStatus[]> {
  const found = await liveWorkers(redis, store, WORKER_LIMIT);
  return found.map(({ id, fields, leftMs }) => ({
    id,
    host: fields.host ?? '',
    pid: storedNumber(fields.pid, 0),
    generation: storedNumber(fields.generation, 0),
    seenMsAgo: BELIEVED_MS - leftMs,
    paused: pausedOf(shownJson(fields.paused)),
  }));
}

/** The queues that a worker says to have paused; anything else that stands there is left out. */
function pausedOf(value: unknown): WorkerStatus['paused'] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    const [queue, why] = [textIn(one, 'queue'), textIn(one, 'why')];
    return queue === null || why === null ? [] : [{ queue, why }];
  });
}
