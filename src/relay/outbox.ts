import type { Redis } from 'ioredis';
import { ACTIONS_GROUP } from '../redis/keys.ts';
import { ensureGroup } from '../redis/log.ts';
import { rejectFiring } from '../redis/steps/reject-firing.ts';
import { takeFirings } from '../redis/steps/take-firings.ts';
import { DEDUPLICATION_TTL_MS } from './jobs.ts';

/** One firing as it was read: its stream entry id and its fields, or null when somebody trimmed it away before it was relayed. */
export type Item = { id: string; fields: readonly string[] | null };

/** Time passes between making the group and offering the last of its jobs again, a full queue included: the rest of the time, 1.7 hours. */
const RECOGNISED_SHARE = 0.99;

/** Stream entry id before all others: the start of a list of pending entries. */
export const START = '0-0';

export type OutboxOptions = {
  /** For everything but waiting. Shared, stays the caller's. */
  redis: Redis;
  /** For reads that block; used for nothing else. */
  blocking: Redis;
  /** Key of the stream of firings. */
  firings: string;
  /** Key of the stream of dead letters. */
  dead: string;
  /** Name of this consumer, the worker's id. */
  consumer: string;
};

/** The stream of firings as the group `actions` sees it: what a relay reads, acknowledges, takes over and buries. */
export class Outbox {
  readonly #options: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Up to `count` firings that nobody has read, without waiting for any. */
  async take(count: number): Promise<Item[]> {
    const { blocking, firings, consumer } = this.#options;
    return (await takeFirings(blocking, firings, consumer, count)).map(([id, fields]) => ({ id, fields }));
  }

  /** The same, waiting at most `blockMs` for the first one. */
  async waitFor(count: number, blockMs: number): Promise<Item[]> {
    const { blocking, firings, consumer } = this.#options;
    const group = ['GROUP', ACTIONS_GROUP, consumer] as const;
    return itemsOfStreams(
      await blocking.xreadgroup(...group, 'COUNT', count, 'BLOCK', blockMs, 'STREAMS', firings, '>'),
    );
  }

  /** Up to `count` firings that this consumer has read but not acknowledged, behind the entry `after`. */
  async readOwn(after: string, count: number): Promise<Item[]> {
    const { redis, firings, consumer } = this.#options;
    return itemsOfStreams(
      await redis.xreadgroup('GROUP', ACTIONS_GROUP, consumer, 'COUNT', count, 'STREAMS', firings, after),
    );
  }

  /**
   * Takes over up to `count` firings that lay unacknowledged for `idleMs`; `next` is where to go on, `START` at the end. Redis drops
   * trimmed entries from the list of pending ones as it comes across them, and names them once: here they are items without fields.
   */
  async claim(after: string, count: number, idleMs: number): Promise<{ items: Item[]; next: string }> {
    const { redis, firings, consumer } = this.#options;
    const reply = await redis.xautoclaim(firings, ACTIONS_GROUP, consumer, idleMs, after, 'COUNT', count);
    const trimmed = Array.isArray(reply[2]) ? reply[2].map((id) => ({ id: String(id), fields: null })) : [];
    return { items: [...itemsOf(reply[1]), ...trimmed], next: String(reply[0]) };
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    const { redis, firings } = this.#options;
    if (ids.length > 0) await redis.xack(firings, ACTIONS_GROUP, ...ids);
  }

  /** Puts a firing that can never be relayed to the dead letters and acknowledges it. */
  async moveToDeadLetters({ id }: Item, reason: string): Promise<void> {
    await rejectFiring(this.#options.redis, this.#options, { entry: id, reason, error: '' });
  }

  /** @see ensureActionsGroup */
  async createGroup(): Promise<void> {
    await ensureActionsGroup(this.#options.redis, this.#options.firings);
  }
}

/**
 * Makes the group of the firings where it is missing. It begins with the oldest firing whose jobs would be recognised as repeats:
 * what lies before has had its jobs long ago, and would get them a second time. In an empty ledger nothing lies before, and with
 * a clock of one's own what comes can be as old as it likes.
 */
export async function ensureActionsGroup(redis: Redis, firings: string): Promise<void> {
  const [length, [seconds]] = await Promise.all([redis.xlen(firings), redis.time()]);
  const fromMs = Number(seconds) * 1_000 - Math.floor(DEDUPLICATION_TTL_MS * RECOGNISED_SHARE);
  await ensureGroup(redis, firings, ACTIONS_GROUP, length === 0 ? '0' : `${Math.max(0, fromMs)}-0`);
}

/** Replies of XREADGROUP: null, or one `[stream, entries]`. */
function itemsOfStreams(reply: unknown): Item[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((stream: unknown) => (Array.isArray(stream) ? itemsOf(stream[1]) : []));
}

/** Entries `[id, fields]`; the fields of an entry that was trimmed are null, older servers leave the whole entry out. */
function itemsOf(entries: unknown): Item[] {
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown) => {
    if (!Array.isArray(entry)) return [];
    return [{ id: String(entry[0]), fields: Array.isArray(entry[1]) ? (entry[1] as string[]) : null }];
  });
}
