import type { Redis } from 'ioredis';
import type { Overload } from '../errors.ts';
import { type Backlog, backlogByBook, backlogByGroup } from '../redis/backlog.ts';
import { memoryRatio } from '../redis/info.ts';
import { infoOf } from '../redis/server.ts';
import type { Store } from '../redis/store.ts';

/** After a bound was passed, events are refused until there is this much room below it; otherwise every event would switch it. */
const REOPEN_BELOW = 0.9;
const MEMORY_REOPEN_BELOW = 0.98;

/** Two looks closer together than this say nothing of a rate. */
const SHORTEST_SPAN_MS = 100;

/** Shortest and longest `retryAfterMs`: less is not worth a round trip, and the future beyond is unknown. */
const SHORTEST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 60_000;

/** When to come back while nothing is being applied, and while memory is short: both need a person to act. */
export const STANDSTILL_RETRY_MS = 5_000;
export const MEMORY_RETRY_MS = 5_000;

/** Above what part of a bound, or of all memory, events are refused. */
export type Bounds = Readonly<{ maxBacklog: number; maxMemoryRatio: number }>;

/**
 * How full an engine is. `behind`: entries not applied; `applied`: entries ever applied; both null where Redis cannot tell, as
 * after others deleted entries. `memory`: part of maxmemory in use, 0 when there is no limit.
 */
export type Look = Readonly<{ atMs: number; behind: number | null; applied: number | null; memory: number }>;

/** Why events are refused, in words, and when to come back. */
export type Refusal = Readonly<{ reason: Overload; sentence: string; retryAfterMs: number }>;

/**
 * Makes the function that looks, in one round trip and some 50 microseconds of Redis' time. A user who may not see the book of the log, as a
 * producer, is refused once; from then on what Redis says of the group is used.
 */
export function gaugeOf(redis: Redis, store: Store, nowMs: () => number): () => Promise<Look> {
  let mayReadBook = true;
  const backlog = async (): Promise<Backlog> => {
    try {
      const known = mayReadBook ? await backlogByBook(redis, store) : null;
      if (known !== null && known.behind !== null) return known;
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOPERM'))) throw error;
      mayReadBook = false;
    }
    return await backlogByGroup(redis, store);
  };
  return async () => {
    const [{ behind, applied }, info] = await Promise.all([backlog(), infoOf(redis, 'memory')]);
    return { atMs: nowMs(), behind, applied, memory: memoryRatio(info) };
  };
}

/**
 * Whether the last of `looks` (oldest first) passes a bound. `before`: the bound that was passed at the look before it.
 */
export function refusalOf(looks: readonly Look[], bounds: Bounds, before: Overload | null): Refusal | null {
  const last = looks.at(-1);
  if (!last) return null;
  const { behind, memory } = last;
  const most = before === 'backlog' ? bounds.maxBacklog * REOPEN_BELOW : bounds.maxBacklog;
  if (behind !== null && behind >= most) return backlog(behind, looks, bounds);
  const ratio = before === 'memory' ? bounds.maxMemoryRatio * MEMORY_REOPEN_BELOW : bounds.maxMemoryRatio;
  if (memory < ratio) return null;
  const sentence = `Redis has used ${percent(memory)} of its memory, the bound is ${percent(bounds.maxMemoryRatio)}`;
  return { reason: 'memory', sentence, retryAfterMs: MEMORY_RETRY_MS };
}

function backlog(behind: number, looks: readonly Look[], { maxBacklog }: Bounds): Refusal {
  const perMs = drainRate(looks);
  const full = `${behind} events are not applied yet, the bound is ${maxBacklog}`;
  if (perMs === null || perMs <= 0) {
    const sentence = perMs === null ? full : `${full}, and no worker applies any`;
    return { reason: 'backlog', sentence, retryAfterMs: STANDSTILL_RETRY_MS };
  }
  const roomInMs = Math.ceil((behind - maxBacklog * REOPEN_BELOW) / perMs);
  const retryAfterMs = Math.max(SHORTEST_RETRY_MS, Math.min(LONGEST_RETRY_MS, roomInMs));
  return { reason: 'backlog', sentence: full, retryAfterMs };
}

/** Entries applied in a millisecond between the first and the last of these looks; null when they do not tell. */
export function drainRate(looks: readonly Look[]): number | null {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last || first.applied === null || last.applied === null) return null;
  const spanMs = last.atMs - first.atMs;
  return spanMs < SHORTEST_SPAN_MS ? null : (last.applied - first.applied) / spanMs;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(ratio < 0.995 ? 0 : 1)} %`;
}
