import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { Loop, persist, type Service } from '../loop.ts';
import type { Measures } from '../measure/measures.ts';
import type { Entry } from '../model/intake.ts';
import { BLOCK_MS } from '../redis/connection.ts';
import { ENGINE_GROUP } from '../redis/keys.ts';
import { ensureGroup, readNext } from '../redis/log.ts';
import { isMissingGroup } from '../redis/retryable.ts';
import type { Store } from '../redis/store.ts';
import type { Applier, Passage } from './applier.ts';
import type { Batch } from './batch.ts';
import { Cadence } from './cadence.ts';
import type { Matcher } from './matcher.ts';
import { Standby } from './standby.ts';

/** Batches that are being applied or wait for their turn: enough to be busy while another worker has the turn. */
const BATCHES_UNDER_WAY = 2;

export type ReaderParts = {
  redis: Redis;
  /** A connection of its own, on which reads wait for entries, and which measures. */
  blocking: Redis;
  store: Store;
  /** Name of the worker in the consumer group. */
  consumer: string;
  matcher: Matcher;
  applier: Applier;
  clock: Clock;
  logger: Logger;
  measures?: Measures | undefined;
  /** Looks whether the log is still what it was. @returns the position */
  audit: () => Promise<string>;
  /** Aborted when a stop takes too long. */
  giveUp: AbortSignal;
};

/** Reads the entries that this worker is given, and has them matched and applied, batch after batch. */
export class Reader implements Service {
  readonly #parts: ReaderParts;
  readonly #loop: Loop;
  /** The read that was sent ahead of its time. */
  #reading: Promise<Entry[]> | null = null;
  /** What was read last and is not taken yet. */
  #ready: Entry[] = [];
  /** The batch that was read last: done when all before it are. */
  #applying: Promise<unknown> = Promise.resolve();
  /** All batches that are not done, as far as is known. */
  readonly #underWay: Promise<Passage | null>[] = [];
  readonly #standby: Standby;
  readonly #cadence: Cadence;
  readonly #stopping = new AbortController();
  /** When the last batch was noted, or the one that is on trial was read. */
  #notedMs = 0;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#standby = new Standby(parts.clock);
    this.#cadence = new Cadence(parts.clock);
    const { clock, logger, measures } = parts;
    this.#loop = new Loop({ name: 'read', clock, logger, measures }, () => this.runOnce());
  }

  start(): void {
    this.#loop.start();
  }

  /** Ends the read that waits; what was read is applied first. */
  async stop(): Promise<void> {
    const stopped = this.#loop.stop();
    this.#stopping.abort();
    this.#parts.blocking.disconnect();
    await stopped;
    this.#ready.push(...((await this.#reading?.catch(() => null)) ?? []));
    while (this.#ready.length > 0) await this.#take(this.#piece());
    await this.#applying;
  }

  /**
   * Matches the next entries while those before them are being applied or wait for their turn. Before the last of a read are matched,
   * those behind them are asked for: Redis answers a read only when it is done with what it applies, and it must not wait for this
   * worker then.
   */
  async runOnce(): Promise<number> {
    if (this.#ready.length === 0) {
      const reading = this.#reading ?? this.#next();
      this.#reading = null;
      this.#ready = await reading;
      if (this.#ready.length === 0) return 0;
    }
    const entries = this.#piece();
    if (this.#ready.length > 0) {
      await this.#take(entries);
      return 0;
    }
    if (this.#standby.isOnTrial) return await this.#try(entries);
    this.#reading = this.#next();
    // Its error is seen in the next round.
    this.#reading.catch(() => undefined);
    await this.#take(entries);
    return 0;
  }

  /** The next entries of what was read: as many as one batch gets. */
  #piece(): Entry[] {
    return this.#ready.splice(0, this.#parts.matcher.batchSize);
  }

  /** One batch, from which it is seen whether this worker is needed. */
  async #try(entries: readonly Entry[]): Promise<number> {
    this.#notedMs = this.#parts.clock.nowMs();
    await this.#take(entries);
    while (this.#underWay.length > 0) await this.#passed();
    return 0;
  }

  async #take(read: readonly Entry[]): Promise<void> {
    const { clock, matcher } = this.#parts;
    const entries = read.some(({ large }) => large) ? await this.#sift(read) : read;
    if (entries.length === 0) return;
    const sinceMs = clock.nowMs();
    const batch = await matcher.match(entries);
    this.#standby.matched(entries.length, clock.nowMs() - sinceMs);
    if (this.#underWay.length >= BATCHES_UNDER_WAY) await this.#passed();
    const applying = this.#apply(batch, this.#applying);
    this.#applying = applying;
    this.#underWay.push(applying);
  }

  /** Without those that were too large to be kept, whatever Redis does meanwhile: nobody else was given these entries. */
  async #sift(entries: readonly Entry[]): Promise<readonly Entry[]> {
    const { applier, clock, logger, giveUp } = this.#parts;
    return (await persist({ name: 'sift', clock, logger }, giveUp, () => applier.sift(entries))) ?? [];
  }

  /** Waits for the first of the batches under way. */
  async #passed(): Promise<void> {
    const { clock } = this.#parts;
    const sinceMs = clock.nowMs();
    const passage = await this.#underWay.shift();
    const nowMs = clock.nowMs();
    if (passage) this.#standby.note(passage, nowMs - sinceMs, nowMs - this.#notedMs);
    this.#notedMs = nowMs;
  }

  /** Applies until it is done: what this worker has read is its own to apply, whatever Redis does meanwhile. */
  async #apply(batch: Batch, before: Promise<unknown>): Promise<Passage | null> {
    const { applier, clock, logger, giveUp } = this.#parts;
    return await persist({ name: 'apply', clock, logger }, giveUp, () => applier.apply(batch, giveUp, before));
  }

  /** The next entries; none when the group was gone. */
  async #next(): Promise<Entry[]> {
    const { blocking, store, consumer, matcher, applier } = this.#parts;
    const { signal } = this.#stopping;
    await this.#standby.untilOver(() => applier.countApplied(), signal);
    await this.#cadence.next(signal);
    if (signal.aborted) return [];
    const most = this.#standby.isOnTrial ? matcher.batchSize : matcher.readSize;
    try {
      const entries = await readNext(blocking, store, consumer, most, BLOCK_MS);
      this.#cadence.brought(entries.length);
      return entries;
    } catch (error) {
      if (!isMissingGroup(error)) throw error;
      await this.#makeGroup();
      return [];
    }
  }

  /** Makes the group anew behind what is applied, so that nothing is skipped. */
  async #makeGroup(): Promise<void> {
    const { redis, store, matcher, logger, audit } = this.#parts;
    const stream = store.keys.events;
    const from = await audit();
    // Most likely more is gone than the group, and what stands there now is something else under the same numbers.
    await matcher.definitions.reload();
    await ensureGroup(redis, stream, ENGINE_GROUP, from);
    logger.error({ stream, group: ENGINE_GROUP, from }, 'the consumer group of the log was gone, it is made anew');
    await audit();
  }
}
