import type { Redis } from 'ioredis';
import { pino } from 'pino';
import type { Clock } from '../clock.ts';
import { InvalidDocument } from '../errors.ts';
import { persist } from '../loop.ts';
import { type Firing, parseFiring } from '../model/firing.ts';
import { awaitLedger, endOfLedger, type FiringEntry, ledgerBefore } from '../redis/ledger.ts';
import type { Store } from '../redis/store.ts';

/** Entries read at a time: some megabytes at most, with firings of ordinary size. */
const PAGE = 500;

/** Entries looked at for one question, when most of them are of other automations. */
const LOOK_LIMIT = 50_000;

/** A firing and the stream id under which it stands in the ledger. */
export type Recorded = Readonly<{ entry: string; firing: Firing }>;

/** `sinceMs`: Redis time of the oldest one wanted; `automation`: an id. */
export type LedgerQuery = Readonly<{ limit: number; sinceMs?: number; automation?: string }>;

/**
 * Firings, oldest first, and the id of the last entry of the ledger (`0-0` when it is empty). `searched`: how many entries were
 * read before the search gave up; null when the answer is complete.
 */
export type FoundFirings = { firings: Recorded[]; end: string; searched: number | null };

/** The last firings that are asked for. */
export async function lastFirings(
  redis: Redis,
  store: Store,
  { limit, sinceMs = 0, automation }: LedgerQuery,
): Promise<FoundFirings> {
  const found: Recorded[] = [];
  let end: string | null = null;
  let before = '+';
  for (let looked = 0; looked < LOOK_LIMIT; ) {
    const page = await ledgerBefore(redis, store, { before, sinceMs, count: PAGE });
    end ??= page[0]?.[0] ?? null;
    for (const entry of page) {
      const recorded = recordedOf(entry);
      if (recorded && (automation === undefined || recorded.firing.automation === automation)) found.push(recorded);
      if (found.length === limit) return { firings: found.reverse(), end: end ?? '0-0', searched: null };
    }
    const last = page.at(-1)?.[0];
    if (page.length < PAGE || last === undefined) {
      return { firings: found.reverse(), end: end ?? (await endOfLedger(redis, store)), searched: null };
    }
    before = `(${last}`;
    looked += page.length;
  }
  return { firings: found.reverse(), end: end ?? '0-0', searched: LOOK_LIMIT };
}

/**
 * The firings behind `after` as they come, until `signal` is aborted. While Redis is away it tries again.
 * @param blocking a connection of its own, which is closed at the end
 */
export async function* followLedger(
  clock: Clock,
  blocking: Redis,
  store: Store,
  after: string,
  signal: AbortSignal,
): AsyncGenerator<Recorded[]> {
  // What the connection meets is in the log already.
  const parts = { name: 'follow', clock, logger: pino({ level: 'silent' }) };
  const giveUp = (): void => blocking.disconnect();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    for (let last = after; !signal.aborted; ) {
      const from = last;
      const step = (): Promise<FiringEntry[]> => awaitLedger(blocking, store, from, PAGE);
      const entries = await persist(parts, signal, step);
      if (entries === null) return;
      last = entries.at(-1)?.[0] ?? last;
      const firings = entries.flatMap((entry) => recordedOf(entry) ?? []);
      if (firings.length > 0) yield firings;
    }
  } finally {
    signal.removeEventListener('abort', giveUp);
    giveUp();
  }
}

/** What others wrote into the ledger is not shown; the relay makes it a dead letter. */
function recordedOf([entry, fields]: FiringEntry): Recorded | null {
  try {
    return { entry, firing: parseFiring(fields) };
  } catch (error) {
    if (error instanceof InvalidDocument) return null;
    throw error;
  }
}
