import type { Redis } from 'ioredis';
import { ACTIONS_GROUP } from './keys.ts';
import type { Store } from './store.ts';

/** One firing as it was read: its stream entry id and its fields, or null when it was trimmed before it was relayed. */
export type LedgerEntry = { id: string; fields: readonly string[] | null };

/** Stream entry id before all others: the start of a list of pending entries. */
export const START = '0-0';

/**
 * Up to `count` firings that no consumer has read.
 * @param blocking a connection of its own; it waits up to `blockMs` for the first one
 */
export async function waitForFirings(
  blocking: Redis,
  store: Store,
  consumer: string,
  count: number,
  blockMs: number,
): Promise<LedgerEntry[]> {
  const group = ['GROUP', ACTIONS_GROUP, consumer] as const;
  const limits = ['COUNT', count, 'BLOCK', blockMs] as const;
  return entriesOfStreams(await blocking.xreadgroup(...group, ...limits, 'STREAMS', store.keys.firings, '>'));
}

/** Up to `count` firings behind the entry `after` that this consumer has read but not acknowledged. */
export async function readOwnFirings(
  redis: Redis,
  store: Store,
  consumer: string,
  count: number,
  after: string,
): Promise<LedgerEntry[]> {
  const { firings } = store.keys;
  return entriesOfStreams(
    await redis.xreadgroup('GROUP', ACTIONS_GROUP, consumer, 'COUNT', count, 'STREAMS', firings, after),
  );
}

/**
 * Takes over up to `count` firings behind `after` that lay unacknowledged for `idleMs`; `next` is where to go on, START at the end.
 * Redis drops trimmed entries from the list of pending ones as it comes across them, and names them once: here they come without
 * fields.
 */
export async function claimFirings(
  redis: Redis,
  store: Store,
  consumer: string,
  { after, count, idleMs }: { after: string; count: number; idleMs: number },
): Promise<{ entries: LedgerEntry[]; next: string }> {
  const reply = await redis.xautoclaim(store.keys.firings, ACTIONS_GROUP, consumer, idleMs, after, 'COUNT', count);
  const trimmed = Array.isArray(reply[2]) ? reply[2].map((id) => ({ id: String(id), fields: null })) : [];
  return { entries: [...entriesOf(reply[1]), ...trimmed], next: String(reply[0]) };
}

/** Tells the group that these firings are done. */
export async function acknowledgeFirings(redis: Redis, store: Store, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await redis.xack(store.keys.firings, ACTIONS_GROUP, ...ids);
}

/** How many firings the ledger holds, read or not. */
export async function ledgerLength(redis: Redis, store: Store): Promise<number> {
  return await redis.xlen(store.keys.firings);
}

/** Replies of XREADGROUP: null, or one `[stream, entries]`. */
function entriesOfStreams(reply: unknown): LedgerEntry[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((stream: unknown) => (Array.isArray(stream) ? entriesOf(stream[1]) : []));
}

/** Entries `[id, fields]`; the fields of an entry that was trimmed are null, older servers leave the whole entry out. */
function entriesOf(entries: unknown): LedgerEntry[] {
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown) => {
    if (!Array.isArray(entry)) return [];
    return [{ id: String(entry[0]), fields: Array.isArray(entry[1]) ? (entry[1] as string[]) : null }];
  });
}
