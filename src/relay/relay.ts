import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import type { Service } from '../loop.ts';
import { BLOCK_MS } from '../redis/connection.ts';
import type { Keys, Prefixes } from '../redis/keys.ts';
import { FIRST_READ, nextRead } from './batch-size.ts';
import { Dispatch, type Security } from './dispatch.ts';
import type { QueueJob } from './jobs.ts';
import type { Item } from './outbox.ts';
import { Outbox, START } from './outbox.ts';
import type { Paused } from './queue-health.ts';
import type { Queues } from './queues.ts';
import { Definitions } from './revisions.ts';

/** A firing unacknowledged for this long belongs to a dead relay. Far above what a live one needs for a batch; a mistake only costs repeats that BullMQ drops. */
const DEAD_AFTER_MS = 10_000;

/** Batches relayed at a time: one being prepared while Redis works on the one before it. */
const BATCHES_UNDER_WAY = 2;

/** After a read of so many firings the next ones are there already: they are taken without waiting, which costs a fraction. */
const PLENTY = 10;

/** How often firings of dead relays are looked for. */
const CLAIM_EVERY_MS = 5_000;

/** Delays after a step that failed because of Redis: the first, and the most. */
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/** Longest wait of `stop` for the step under way; then Redis does not answer, and whoever comes next repeats the step. */
const STOP_GRACE_MS = 4_000;

/** Jobs not yet begun above which a queue counts as full: some hundred megabytes of Redis at a few kilobytes a job. */
export const MAX_QUEUE_DEPTH = 100_000;

export type RelayOptions = {
  keys: Pick<Keys, 'firings' | 'dead'>;
  prefixes: Pick<Prefixes, 'automation'>;
  /** For everything but waiting; shared, stays open. */
  redis: Redis;
  /** For blocking reads alone, with `blockingTimeout` set; the relay disconnects it when it stops. */
  blocking: Redis;
  queues: Queues;
  /** Name in the consumer group: the worker's id. */
  consumer: string;
  logger: Logger;
  /** Wall clock in ms. */
  now: () => number;
  /** Resolves after `ms`, or earlier when the signal aborts; never rejects. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  maxQueueDepth?: number;
  /** Makes sure that what was read is as durable as it has to be before it gets jobs. */
  security?: Security | undefined;
  /** Told of jobs that were added, also of those that were recognised as repeats. */
  onJobs?: (jobs: readonly QueueJob[]) => void;
};

/** What one step did: firings finished (relayed or dead), their jobs, firings held back for later, firings moved to the dead letters. */
export type RelaySummary = { firings: number; jobs: number; held: number; dead: number };

/**
 * Turns firings into jobs (rules 11): reads `{ns}:firings` as group `actions`, adds the jobs, then acknowledges. A crash
 * in between repeats the jobs, which BullMQ recognises by their ids. Any number of relays share the stream.
 */
export class Relay implements Service {
  readonly #options: RelayOptions;
  readonly #outbox: Outbox;
  readonly #dispatch: Dispatch;
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #waiting = false;
  /** Where the look through our own unacknowledged firings is; null when none is due. */
  #ownAfter: string | null = START;
  #ownSince = 0;
  /** Whether the last read says that there is more. */
  #plenty = false;
  /** How many firings to read at a time. */
  #count = FIRST_READ;
  #claimAfter = START;
  #claimAt = 0;
  /** Batches being relayed while the next one is read, the oldest first. */
  readonly #underWay: Promise<void>[] = [];
  /** Whether one of them failed. */
  #failed = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { redis, blocking, keys, consumer, prefixes } = options;
    this.#outbox = new Outbox({ redis, blocking, firings: keys.firings, dead: keys.dead, consumer });
    this.#dispatch = new Dispatch({
      outbox: this.#outbox,
      definitions: new Definitions(redis, prefixes.automation),
      queues: options.queues,
      logger: options.logger,
      maxQueueDepth: options.maxQueueDepth ?? MAX_QUEUE_DEPTH,
      security: options.security,
    });
  }

  start(): void {
    // A read whose reply went down with the connection leaves firings that are ours without our knowing.
    this.#options.blocking.on('ready', this.#lookAgain);
    this.#running ??= this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const { blocking, sleep, logger } = this.#options;
    blocking.off('ready', this.#lookAgain);
    if (this.#waiting) blocking.disconnect();
    const patience = new AbortController();
    const late = sleep(STOP_GRACE_MS, patience.signal).then(() => 'late' as const);
    const outcome = await Promise.race([this.#running ?? Promise.resolve(), late]);
    patience.abort();
    if (outcome === 'late') logger.warn('relay stopped without waiting for Redis');
    blocking.disconnect();
  }

  /** Queues that get no jobs from this relay now, and why. */
  paused(): Paused[] {
    return this.#dispatch.paused();
  }

  /**
   * One step: what is due of dead relays and of our own unfinished firings, then new firings, waited for at most `blockMs`.
   * Rejects when Redis fails; then nothing is lost and the step is to be repeated.
   */
  async runOnce({ blockMs = 0 }: { blockMs?: number } = {}): Promise<RelaySummary> {
    return await this.#step(blockMs, false);
  }

  /** One step; with `overlap` it does not wait for the batch it read last. */
  async #step(blockMs: number, overlap: boolean): Promise<RelaySummary> {
    const summary: RelaySummary = { firings: 0, jobs: 0, held: 0, dead: 0 };
    try {
      const now = this.#options.now();
      const since = this.#options.security?.connection ?? 0;
      if (await this.#dispatch.reopen(now)) this.#lookAgain();
      // A look under way comes to the queue on trial as well; beginning anew with every step would never get there.
      if (this.#ownAfter === null && this.#dispatch.hasTrial(now)) this.#lookAgain();
      // What is under way would be found among the unacknowledged; a fault of it is a fault of this step.
      if (this.#failed || now >= this.#claimAt || this.#ownAfter !== null) await this.#finish(0);
      this.#failed = false;
      if (now >= this.#claimAt) await this.#relay(await this.#claim(now), summary, since);
      if (this.#ownAfter !== null) await this.#relay(await this.#readOwn(this.#ownAfter, now), summary, since);
      const busy = summary.firings > 0 || this.#ownAfter !== null;
      const items = await this.#readNew(busy ? 0 : this.#patience(blockMs, now));
      if (overlap) await this.#begin(items, since);
      else await this.#relay(items, summary, since);
      return summary;
    } catch (error) {
      // What was read in this step is ours and unacknowledged.
      this.#lookAgain();
      if (!(error instanceof Error && error.message.startsWith('NOGROUP'))) throw error;
      this.#options.logger.warn('consumer group of the firings was missing and is made anew, seven days back');
      await this.#outbox.createGroup();
      return summary;
    }
  }

  async #relay(items: readonly Item[], summary: RelaySummary, since: number): Promise<void> {
    if (items.length === 0) return;
    this.#count = nextRead(this.#count, items);
    const done = await this.#dispatch.dispatch(items, this.#options.now, since);
    summary.firings += done.relayed + done.dead;
    summary.jobs += done.jobs.length;
    summary.held += done.held;
    summary.dead += done.dead;
    if (done.jobs.length > 0) this.#tell(done.jobs);
  }

  async #begin(items: readonly Item[], since: number): Promise<void> {
    await this.#finish(BATCHES_UNDER_WAY - 1);
    const run = this.#relay(items, { firings: 0, jobs: 0, held: 0, dead: 0 }, since);
    run.catch(() => {
      this.#failed = true;
    });
    this.#underWay.push(run);
  }

  /** Waits until at most so many batches are under way. */
  async #finish(most: number): Promise<void> {
    while (this.#underWay.length > most) await this.#underWay.shift();
  }

  async #readNew(blockMs: number): Promise<Item[]> {
    if (blockMs === 0 || this.#plenty) {
      const items = await this.#outbox.take(this.#count);
      this.#plenty = items.length >= PLENTY;
      if (items.length > 0 || blockMs === 0) return items;
    }
    this.#waiting = true;
    try {
      const items = await this.#outbox.waitFor(this.#count, blockMs);
      this.#plenty = items.length >= PLENTY;
      return items;
    } finally {
      this.#waiting = false;
    }
  }

  async #readOwn(after: string, now: number): Promise<Item[]> {
    if (after === START) this.#ownSince = now;
    const items = await this.#outbox.readOwn(after, this.#count);
    this.#ownAfter = items.at(-1)?.id ?? null;
    if (this.#ownAfter === null) this.#dispatch.tried(this.#ownSince);
    return items;
  }

  async #claim(now: number): Promise<Item[]> {
    const { items, next } = await this.#outbox.claim(this.#claimAfter, this.#count, DEAD_AFTER_MS);
    this.#claimAfter = next;
    if (next === START) this.#claimAt = now + CLAIM_EVERY_MS;
    return items;
  }

  /** How long (ms) to wait for new firings: not longer than until something else is due. */
  #patience(blockMs: number, now: number): number {
    if (this.#stopping.signal.aborted) return 0;
    const due = Math.min(this.#claimAt, this.#dispatch.nextAt());
    return Math.max(0, Math.min(blockMs, due - now));
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    const { logger, sleep } = this.#options;
    let delayMs = 0;
    while (!signal.aborted) {
      try {
        await this.#step(BLOCK_MS, true);
        if (delayMs > 0) logger.info('relay goes on');
        delayMs = 0;
      } catch (error) {
        if (signal.aborted) break;
        if (delayMs === 0) logger.warn({ reason: reasonOf(error) }, 'relay waits for Redis');
        delayMs = delayMs === 0 ? FIRST_DELAY_MS : Math.min(delayMs * 2, LONGEST_DELAY_MS);
        await sleep(delayMs, signal);
      }
    }
    await Promise.allSettled(this.#underWay);
  }

  #tell(jobs: readonly QueueJob[]): void {
    try {
      this.#options.onJobs?.(jobs);
    } catch (error) {
      this.#options.logger.error({ reason: reasonOf(error) }, 'a listener to jobs failed');
    }
  }

  readonly #lookAgain = (): void => {
    this.#ownAfter = START;
  };
}
