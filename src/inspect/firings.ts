import type { Redis } from 'ioredis';
import { pino } from 'pino';
import type { Clock } from '../clock.ts';
import { InvalidDocument } from '../errors.ts';
import { persist } from '../loop.ts';
import { type Firing, parseFiring } from '../model/firing.ts';
import { awaitLedger, endOfLedger, type FiringEntry, ledgerBefore, ledgerBetween } from '../redis/ledger.ts';
import type { Store } from '../redis/store.ts';

/** Entries read at a time: some megabytes at most, with firings of ordinary size. */
const PAGE = 500;

/** Entries looked at for one question, when most of them are of other automations. */
const LOOK_LIMIT = 50_000;

/** A firing and the stream id under which it stands in the ledger. */
export type Recorded = Readonly<{ entry: string; firing: Firing }>;

/** `sinceMs`: Redis time of the oldest one wanted; `automation`: an id; `before`: the entry of the ledger that they stand before. */
export type LedgerQuery = Readonly<{ limit: number; sinceMs?: number; automation?: string; before?: string }>;

/**
 * Firings, oldest first, and the id of the last entry of the ledger (`0-0` when it is empty). `searched`: how many entries were
 * read before the search gave up; null when the answer is complete.
 */
export type FoundFirings = { firings: Recorded[]; end: string; searched: number | null };

/** The last firings that are asked for. */
export async function lastFirings(
  redis: Redis,
  store: Store,
  { limit, sinceMs = 0, automation, ...query }: LedgerQuery,
): Promise<FoundFirings> {
  const found: Recorded[] = [];
  let end: string | null = null;
  let before = query.before === undefined ? '+' : `(${query.before}`;
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

/** `limit`: the newest so many; all without. */
export type LedgerPages = Readonly<{ limit?: number; sinceMs?: number; automation?: string }>;

/**
 * Firings, oldest first, page by page, however many they are: one page is held at a time. Those that come meanwhile are
 * left out. With a limit the ledger is read twice, back to the oldest one and forth again.
 * @param end the last entry that is wanted
 */
export async function* ledgerPages(
  redis: Redis,
  store: Store,
  { limit, sinceMs = 0, automation }: LedgerPages,
  end: string,
): AsyncGenerator<Recorded[]> {
  let from = String(Math.max(0, sinceMs));
  if (limit !== undefined) from = await oldestOf(redis, store, { limit, sinceMs, before: end, automation });
  for (;;) {
    const page = await ledgerBetween(redis, store, { from, to: end, count: PAGE });
    const firings = page.flatMap((entry) => recordedOf(entry) ?? []);
    const wanted = firings.filter(({ firing }) => automation === undefined || firing.automation === automation);
    if (wanted.length > 0) yield wanted;
    const last = page.at(-1)?.[0];
    if (page.length < PAGE || last === undefined) return;
    from = `(${last}`;
  }
}

type Walk = Readonly<{ limit: number; sinceMs: number; before: string; automation: string | undefined }>;

/** The entry of the oldest of the newest `limit` firings; the time `sinceMs` when there are fewer. */
async function oldestOf(redis: Redis, store: Store, { limit, sinceMs, automation, ...walk }: Walk): Promise<string> {
  let left = limit;
  for (let { before } = walk; ; ) {
    const page = await ledgerBefore(redis, store, { before, sinceMs, count: PAGE });
    for (const entry of page) {
      const recorded = recordedOf(entry);
      if (recorded && (automation === undefined || recorded.firing.automation === automation)) left -= 1;
      if (left === 0) return entry[0];
    }
    const last = page.at(-1)?.[0];
    if (page.length < PAGE || last === undefined) return String(Math.max(0, sinceMs));
    before = `(${last}`;
  }
}

/** Where a firing stands, and what jobs and events are named after it: `f-<firing>-<index>`, `s-<firing>`. */
const ENTRY = /^\d{1,20}-\d{1,20}$/;
const NAMED_AFTER = /^(?:[fgh]-([0-9a-f]+)-\d+|s-([0-9a-f]+))$/;

/**
 * The newest firing that is named: by its id, by the first characters of it, by the id of one of its jobs, or by its entry in
 * the ledger. All but an entry are looked for in the whole ledger, the newest first.
 */
export async function findFiring(redis: Redis, store: Store, name: string): Promise<Recorded | null> {
  if (ENTRY.test(name)) {
    const [entry] = await ledgerBetween(redis, store, { from: name, to: name, count: 1 });
    return entry ? recordedOf(entry) : null;
  }
  const [, job, event] = NAMED_AFTER.exec(name) ?? [];
  const id = job ?? event ?? name;
  for (let before = '+'; ; ) {
    const page = await ledgerBefore(redis, store, { before, sinceMs: 0, count: PAGE });
    for (const entry of page) {
      // Most are of others, and need not be read whole.
      const at = entry[1].indexOf('firing');
      if (at % 2 === 0 && entry[1][at + 1]?.startsWith(id)) {
        const recorded = recordedOf(entry);
        if (recorded) return recorded;
      }
    }
    const last = page.at(-1)?.[0];
    if (page.length < PAGE || last === undefined) return null;
    before = `(${last}`;
  }
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

/** One page of what stands behind an entry, and the last entry that was read; null for none. */
export async function ledgerBehindPage(
  redis: Redis,
  store: Store,
  after: string,
  count: number,
): Promise<{ firings: Recorded[]; end: string | null }> {
  const entries = await ledgerBetween(redis, store, { from: `(${after}`, to: '+', count });
  return { firings: entries.flatMap((entry) => recordedOf(entry) ?? []), end: entries.at(-1)?.[0] ?? null };
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
