import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Entry } from '../model/intake.ts';
import { isAfter, readWaiting } from '../redis/log.ts';
import { leaveWord, takeOver } from '../redis/steps/take-over.ts';
import type { Store } from '../redis/store.ts';
import { Batch } from './batch.ts';
import type { Matcher } from './matcher.ts';
import type { Poison } from './poison.ts';
import { TAKE_OVER_MS } from './turn.ts';

/** Entries, or chunks, taken over before one's own turn is asked for again: asking sends the whole of one's own. */
const TAKE_OVER_CALLS = 100;

/** Chunks taken over at a time, when entries stand although no worker seems to be at them: some 10,000 entries a second. */
const TAKE_OVER_CHUNKS = 100;

export type EntryTakeOverParts = {
  redis: Redis;
  /** For reads of the log. */
  log: Redis;
  store: Store;
  matcher: Matcher;
  clock: Clock;
  logger: Logger;
  poison: Poison;
  /** Without the name of a worker, what waits is taken without a note of who is at it. */
  worker: string | undefined;
  apply: (batch: Batch, signal: AbortSignal) => Promise<void>;
  /** Answers those that are to be applied. */
  sift: (entries: readonly Entry[]) => Promise<readonly Entry[]>;
};

/**
 * Reads and applies the entries that others were given and do not get on with. A worker stops after TAKE_OVER_MS: a slow one must not
 * repeat the work of workers that have recovered.
 */
export class EntryTakeOver {
  readonly #parts: EntryTakeOverParts;

  constructor(parts: EntryTakeOverParts) {
    this.#parts = parts;
  }

  /** Takes over what stands in front of `own`: often enough for entries that have to go one by one. */
  async before(own: Entry | undefined, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const untilMs = clock.nowMs() + TAKE_OVER_MS;
    for (let calls = 0; own && calls < TAKE_OVER_CALLS && !signal.aborted; calls += 1) {
      if (calls > 0 && clock.nowMs() >= untilMs) return;
      const last = (await this.next(signal)).at(-1);
      if (!last || !isAfter(own.id, last.id)) return;
    }
  }

  /** Takes over what stands although no worker waits behind it. */
  async standing(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const untilMs = clock.nowMs() + TAKE_OVER_MS;
    for (let chunks = 0; chunks < TAKE_OVER_CHUNKS && !signal.aborted; chunks += 1) {
      if ((await this.next(signal)).length === 0 || clock.nowMs() >= untilMs) return;
    }
  }

  /**
   * Applies the next entries, up to one chunk, whichever worker they were given to. When workers died at them, fewer and fewer go at
   * once, and the one that kills them goes to the dead letters unread.
   * @returns the entries it took
   */
  async next(signal: AbortSignal): Promise<readonly Entry[]> {
    const { redis, store, matcher, worker } = this.#parts;
    if (worker === undefined) return await this.#applyNext(matcher.batchSize, signal);
    const allowed = await takeOver(redis, store, worker, matcher.batchSize);
    if (allowed.word === 'idle') return [];
    try {
      if (allowed.word === 'poison') return await this.#setAside(allowed.entry, allowed.deaths, signal);
      return await this.#applyNext(allowed.count, signal);
    } finally {
      // A worker that comes to this has not died. Nothing waits for this word while Redis is away.
      leaveWord(redis, store, worker).catch(() => undefined);
    }
  }

  async #applyNext(count: number, signal: AbortSignal): Promise<readonly Entry[]> {
    const { log, store, matcher, apply, sift } = this.#parts;
    const entries = await sift(await readWaiting(log, store, count));
    if (entries.length > 0) await apply(await matcher.match(entries), signal);
    return entries;
  }

  async #setAside(entry: string, deaths: number, signal: AbortSignal): Promise<readonly Entry[]> {
    const { logger, poison, apply } = this.#parts;
    logger.error({ entry, deaths }, 'workers die at an entry, it goes to the dead letters');
    poison.setAsideNext(entry, { reason: `poison: ${deaths} workers died at it`, error: '', attempts: deaths });
    const unread = [{ id: entry, fields: [] }];
    await apply(new Batch(unread), signal);
    return unread;
  }
}
