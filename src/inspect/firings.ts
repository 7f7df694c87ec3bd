import type { Redis } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import { type Firing, parseFiring } from '../model/firing.ts';
import { BLOCK_MS } from '../redis/connection.ts';
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
 * The last firings that are asked for, oldest first, and the id of the last entry of the ledger (`0-0` when it is empty).
 * `searched`: how many entries were read before the search gave up; null when the answer is complete.
 */
export async function lastFirings(
  redis: Redis,
  store: Store,
  { limit, sinceMs = 0, automation }: LedgerQuery,
): Promise<{ firings: Recorded[]; end: string; searched: number | null }> {
  const found: Recorded[] = [];
  let end: string | null = null;
  let before = '+';
  for (let looked = 0; looked < LOOK_LIMIT; ) {
    const page = await redis.xrevrange(store.keys.firings, before, String(Math.max(0, sinceMs)), 'COUNT', PAGE);
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

/** Id of the last entry, `0-0` when there is none. */
export async function endOfLedger(redis: Redis, store: Store): Promise<string> {
  const [last] = await redis.xrevrange(store.keys.firings, '+', '-', 'COUNT', 1);
  return last?.[0] ?? '0-0';
}

/** The firings behind `after`, waited for a while. @param blocking a connection of its own */
export async function nextFirings(
  blocking: Redis,
  store: Store,
  after: string,
): Promise<{ firings: Recorded[]; end: string }> {
  const answer = await blocking.xread('COUNT', PAGE, 'BLOCK', BLOCK_MS, 'STREAMS', store.keys.firings, after);
  const [stream] = (answer ?? []) as [string, [string, string[]][]][];
  const entries = stream?.[1] ?? [];
  return { firings: entries.flatMap((entry) => recordedOf(entry) ?? []), end: entries.at(-1)?.[0] ?? after };
}

/** What others wrote into the ledger is not shown; the relay makes it a dead letter. */
function recordedOf([entry, fields]: [string, string[]]): Recorded | null {
  try {
    return { entry, firing: parseFiring(fields) };
  } catch (error) {
    if (error instanceof InvalidDocument) return null;
    throw error;
  }
}

/** Names of automations by id; those that are gone are not in it. */
export async function automationNames(
  redis: Redis,
  store: Store,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const documents = await redis.hmget(store.keys.automations, ...ids);
  const names = new Map<string, string>();
  for (const [i, id] of ids.entries()) {
    const document = documents[i];
    if (document) names.set(id, (JSON.parse(document) as { name: string }).name);
  }
  return names;
}
