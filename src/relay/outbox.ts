import type { Redis } from 'ioredis';
import { ACTIONS_GROUP } from '../redis/keys.ts';
import {
  acknowledgeFirings,
  claimFirings,
  type LedgerEntry,
  ledgerLength,
  readOwnFirings,
  waitForFirings,
} from '../redis/ledger-group.ts';
import { ensureGroup } from '../redis/log.ts';
import { serverTimeMs } from '../redis/server-time.ts';
import { rejectFiring } from '../redis/steps/reject-firing.ts';
import { takeFirings } from '../redis/steps/take-firings.ts';
import type { Store } from '../redis/store.ts';
import { DEDUPLICATION_TTL_MS } from './jobs.ts';

/** Firings of one read: few at first, because their size is unknown; at most several calls of `addBulk`. */
export const FIRST_BATCH = 25;
const LARGEST_BATCH = 200;

/** Characters that one read may bring: an event can have 1.5 MB, and a job repeats it, so hundreds of those would not fit. */
const BATCH_CHARACTERS = 4_000_000;

/**
 * The part of DEDUPLICATION_TTL_MS by which a new group goes back. The rest, 1.7 hours, is for what lies between making the group and adding
 * the last of its jobs again, such as a full queue.
 */
const RECOGNISED_SHARE = 0.99;

export type OutboxParts = {
  /** For everything but waiting. Shared, stays the caller's. */
  redis: Redis;
  /** For reads that block; used for nothing else. */
  blocking: Redis;
  store: Store;
  /** Name of this consumer, the worker's id. */
  consumer: string;
};

/** The ledger as the group `actions` sees it: what a relay reads, acknowledges, takes over and moves to the dead letters. */
export class Outbox {
  readonly #parts: OutboxParts;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Up to `count` firings that no relay has read, without waiting for any. */
  async take(count: number): Promise<LedgerEntry[]> {
    const { blocking, store, consumer } = this.#parts;
    const taken = await takeFirings(blocking, store.keys.firings, consumer, count);
    return taken.map(([id, fields]) => ({ id, fields }));
  }

  /** The same, waiting at most `blockMs` for the first one. */
  async waitFor(count: number, blockMs: number): Promise<LedgerEntry[]> {
    const { blocking, store, consumer } = this.#parts;
    return await waitForFirings(blocking, store, consumer, count, blockMs);
  }

  /** Up to `count` firings that this consumer has read but not acknowledged, behind the entry `after`. */
  async readOwn(after: string, count: number): Promise<LedgerEntry[]> {
    const { redis, store, consumer } = this.#parts;
    return await readOwnFirings(redis, store, consumer, count, after);
  }

  /** Takes over up to `count` firings that lay unacknowledged for `idleMs`; see `claimFirings`. */
  async claim(after: string, count: number, idleMs: number): Promise<{ entries: LedgerEntry[]; next: string }> {
    const { redis, store, consumer } = this.#parts;
    return await claimFirings(redis, store, consumer, { after, count, idleMs });
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    await acknowledgeFirings(this.#parts.redis, this.#parts.store, ids);
  }

  /** Puts a firing that can never be relayed to the dead letters and acknowledges it. */
  async moveToDeadLetters({ id }: LedgerEntry, reason: string): Promise<void> {
    const { redis, store } = this.#parts;
    await rejectFiring(redis, store.keys, { entry: id, reason, error: '' });
  }

  /** @see ensureActionsGroup */
  async createGroup(): Promise<void> {
    await ensureActionsGroup(this.#parts.redis, this.#parts.store);
  }
}

/**
 * Makes the group of the firings where it is missing. It begins with the oldest firing whose jobs would be recognised as repeats:
 * what lies before has had its jobs long ago, and would get them a second time. In an empty ledger nothing lies before, and under
 * a clock that is not the server's, the ids of later firings can be as old as they like.
 */
export async function ensureActionsGroup(redis: Redis, store: Store): Promise<void> {
  const [length, nowMs] = await Promise.all([ledgerLength(redis, store), serverTimeMs(redis)]);
  const fromMs = Math.max(0, nowMs - Math.floor(DEDUPLICATION_TTL_MS * RECOGNISED_SHARE));
  await ensureGroup(redis, store.keys.firings, ACTIONS_GROUP, length === 0 ? '0' : `${fromMs}-0`);
}

/** How many firings to read next, after a read of at most `count` that brought `entries`. */
export function nextBatchSize(count: number, entries: readonly LedgerEntry[]): number {
  if (entries.length === 0) return count;
  let characters = 0;
  for (const { fields } of entries) for (const field of fields ?? []) characters += field.length;
  const fitting = Math.floor((BATCH_CHARACTERS * entries.length) / Math.max(characters, 1));
  return Math.max(1, Math.min(fitting, count * 2, LARGEST_BATCH));
}
