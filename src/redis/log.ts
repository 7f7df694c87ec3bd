import type { Redis } from 'ioredis';
import type { Entry } from '../model/intake.ts';
import { positionIn } from './damage.ts';
import { ENGINE_GROUP } from './keys.ts';
import { largeIn } from './measured.ts';
import type { Store } from './store.ts';

/** Whether stream id `a` comes after `b`. Their numbers can exceed what a double holds. */
export function isAfter(a: string, b: string): boolean {
  const [aMs = '', aSequence = '0'] = a.split('-');
  const [bMs = '', bSequence = '0'] = b.split('-');
  const [one, other] = aMs === bMs ? [aSequence, bSequence] : [aMs, bMs];
  return one.length === other.length ? one > other : one.length > other.length;
}

/** The order of entries by their ids, for `sort`. */
export function byId(a: Readonly<{ id: string }>, b: Readonly<{ id: string }>): number {
  return isAfter(a.id, b.id) ? 1 : isAfter(b.id, a.id) ? -1 : 0;
}

/** The largest id that is smaller than this one. */
export function idBefore(id: string): string {
  const [ms = '0', sequence = '0'] = id.split('-');
  return BigInt(sequence) > 0n ? `${ms}-${BigInt(sequence) - 1n}` : `${BigInt(ms) - 1n}-18446744073709551615`;
}

/** The first id behind this one. */
export function idBehind(id: string): string {
  const [ms = '0', sequence = '0'] = id.split('-');
  return `${ms}-${BigInt(sequence) + 1n}`;
}

/** Makes the group that shares a stream among workers; what is in the stream behind `from` belongs to it too. */
export async function ensureGroup(redis: Redis, stream: string, group: string, from = '0'): Promise<void> {
  try {
    await redis.xgroup('CREATE', stream, group, from, 'MKSTREAM');
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
  }
}

/**
 * Takes the next entries that no other worker was given. Nothing is noted of who has them: the position alone says what is done.
 * @param blocking a connection of its own; it waits up to `blockMs`, or not at all for null
 */
export async function readNext(
  blocking: Redis,
  store: Store,
  consumer: string,
  count: number,
  blockMs: number | null,
): Promise<Entry[]> {
  const { events } = store.keys;
  const answer = await (blockMs === null
    ? blocking.xreadgroup('GROUP', ENGINE_GROUP, consumer, 'COUNT', count, 'NOACK', 'STREAMS', events, '>')
    : blocking.xreadgroup(
        'GROUP',
        ENGINE_GROUP,
        consumer,
        'COUNT',
        count,
        'BLOCK',
        blockMs,
        'NOACK',
        'STREAMS',
        events,
        '>',
      ));
  const [stream] = (answer ?? []) as [string, [string, string[]][]][];
  return (stream?.[1] ?? []).map(toEntry(blocking));
}

/** Appends an entry. @param id its stream id, `*` or `<ms>-*` @returns the id that it got */
export async function append(redis: Redis, store: Store, id: string, fields: readonly string[]): Promise<string> {
  return String(await redis.xadd(store.keys.events, id, ...fields));
}

/** Redis refuses a range that would begin behind it. */
const LARGEST_ID = '18446744073709551615-18446744073709551615';

/** Entries behind an id, oldest first. */
export async function readBehind(redis: Redis, store: Store, after: string, count: number): Promise<Entry[]> {
  if (after === LARGEST_ID) return [];
  const entries = await redis.xrange(store.keys.events, `(${after}`, '+', 'COUNT', count);
  return entries.map(toEntry(redis));
}

/** Entries of one look at the newest ones: they can be large. */
const NEWEST_AT_ONCE = 250;

/** The newest entries, in any order: up to `count` of them, fewer where their texts come to more than `characters`. */
export async function readNewest(
  redis: Redis,
  store: Store,
  { count, characters }: Readonly<{ count: number; characters: number }>,
): Promise<Entry[]> {
  const newest: Entry[] = [];
  let end = '+';
  for (let read = 0; newest.length < count && read <= characters; ) {
    const wanted = Math.min(NEWEST_AT_ONCE, count - newest.length);
    const page = (await redis.xrevrange(store.keys.events, end, '-', 'COUNT', wanted)).map(toEntry(redis));
    newest.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < wanted) break;
    read += page.reduce((sum, { fields }) => sum + fields.reduce((all, text) => all + text.length, 0), 0);
    end = `(${last.id}`;
  }
  return newest;
}

/** Entries from `end` back, the newest first. `end`: a stream id or a time in ms; `(` in front leaves it out. */
export async function newestBefore(redis: Redis, store: Store, end: string, count: number): Promise<Entry[]> {
  return (await redis.xrevrange(store.keys.events, end, '-', 'COUNT', count)).map(toEntry(redis));
}

/** The id of the last entry that is applied. */
export async function readPosition(redis: Redis, store: Store): Promise<string> {
  return positionIn(store, await redis.get(store.keys.position));
}

/** The first entries that are not applied yet, whichever worker was given them. */
export async function readWaiting(redis: Redis, store: Store, count: number): Promise<Entry[]> {
  return await readBehind(redis, store, await readPosition(redis, store), count);
}

/** The id of the entry in front of `id` in the log, applied or not; null when there is none. */
export async function readInFront(redis: Redis, store: Store, id: string): Promise<string | null> {
  const [entry] = await redis.xrevrange(store.keys.events, `(${id}`, '-', 'COUNT', 1);
  return entry?.[0] ?? null;
}

/** Those of some consecutive entries that are in the log still. */
export async function readAgain(redis: Redis, store: Store, entries: readonly Entry[]): Promise<Entry[]> {
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last) return [];
  const found = await redis.xrange(store.keys.events, first.id, last.id, 'COUNT', entries.length);
  return found.map(toEntry(redis));
}

/** Those of some entries, by their ids, that are in the log still. */
export async function readEach(redis: Redis, store: Store, ids: readonly string[]): Promise<Entry[]> {
  const found = await Promise.all(ids.map((id) => redis.xrange(store.keys.events, id, id)));
  return found.flat().map(toEntry(redis));
}

/** Makes an entry of what a client read. */
export function toEntry(redis: Redis): (found: [string, string[]]) => Entry {
  return ([id, fields]) => {
    const large = largeIn(redis, fields);
    if (large) return { id, fields: fields.slice(0, 1), large };
    // A deleted entry that is still pending comes without fields.
    return { id, fields: fields ?? [] };
  };
}
