import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../errors.ts';
import { Loop, type Service } from '../loop.ts';
import type { Measured } from '../measure/work.ts';
import { BLOCK_MS } from '../redis/connection.ts';
import { noteDamage } from '../redis/damage.ts';
import { type LedgerEntry, START } from '../redis/ledger-group.ts';
import { isMissingGroup } from '../redis/retryable.ts';
import type { Store } from '../redis/store.ts';
import type { PausedQueue } from './circuit-breakers.ts';
import { Dispatch, type Security } from './dispatch.ts';
import { Gatekeeper } from './gatekeeper.ts';
import type { QueueJob } from './jobs.ts';
import { FIRST_BATCH, nextBatchSize, Outbox } from './outbox.ts';
import type { Queues } from './queues.ts';
import { Revisions } from './revisions.ts';
import { WaitingJobs } from './waiting-jobs.ts';
import type { QueueBounds } from './weight.ts';

/** A firing unacknowledged for this long belongs to a dead relay. Far above what a live one needs for a batch; a mistake only costs repeats that BullMQ drops. */
const DEAD_AFTER_MS = 10_000;

/** Batches relayed at a time: one being prepared while Redis works on the one before it. */
const BATCHES_UNDER_WAY = 2;

/** After a read of this many firings, the next ones are there already: they are taken without waiting, which costs a fraction. */
const PLENTY = 10;

/** How often firings of dead relays are looked for. */
const CLAIM_EVERY_MS = 5_000;

/** Longest wait of `stop` for the step under way; then Redis does not answer, and the next relay repeats the step. */
const STOP_GRACE_MS = 4_000;

/** Jobs not yet begun above which a queue counts as full, and characters in them. */
export const BOUNDS: QueueBounds = Object.freeze({ maxQueueDepth: 100_000, maxQueueBytes: 400_000_000 });

export type RelayParts = {
  /** For everything but waiting; shared, stays open. */
  redis: Redis;
  /** For blocking reads alone, with `blockingTimeout` set; the relay disconnects it when it stops. */
  blocking: Redis;
  store: Store;
  clock: Clock;
  logger: Logger;
  queues: Queues;
  /** Name in the consumer group: the worker's id. */
  consumer: string;
  bounds?: Partial<QueueBounds>;
  measured?: Measured | undefined;
  /** Makes sure that what was read is as durable as it has to be before it gets jobs. */
  security?: Security | undefined;
  /** Called with jobs that were added, also with those that were recognised as repeats. */
  onJobs?: (jobs: readonly QueueJob[]) => void;
};

/** What one step did: firings finished (relayed or dead), their jobs, firings held back for later, firings moved to the dead letters. */
export type RelaySummary = { firings: number; jobs: number; held: number; dead: number };

/**
 * Turns firings into jobs (rules 11): reads `{wf}:firings` as group `actions`, adds the jobs, then acknowledges. A crash
 * in between repeats the jobs, which BullMQ recognises by their ids. Any number of relays share the stream.
 */
export class Relay implements Service {
  readonly #parts: RelayParts;
  readonly #outbox: Outbox;
  readonly #dispatch: Dispatch;
  readonly #later: WaitingJobs;
  readonly #loop: Loop;
  /** Whether a blocking read is under way, which `stop` interrupts. */
  #waiting = false;
  /** Where the look through our own unacknowledged firings is; null when none is due. */
  #ownAfter: string | null = START;
  #ownSince = 0;
  /** Whether the last read says that there is more. */
  #plenty = false;
  /** How many firings to read at a time. */
  #count = FIRST_BATCH;
  #claimAfter = START;
  #claimAt = 0;
  /** When to look for what the gate kept for later. */
  #laterAt = 0;
  /** Batches being relayed while the next one is read, the oldest first. */
  readonly #underWay: Promise<void>[] = [];
  /** Whether one of them failed. */
  #failed = false;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    const { redis, blocking, store, clock, logger, consumer, measured } = parts;
    this.#outbox = new Outbox({ redis, blocking, store, consumer });
    const gatekeeper = new Gatekeeper(redis, store);
    this.#dispatch = new Dispatch({
      outbox: this.#outbox,
      gatekeeper,
      now: () => clock.nowMs(),
      revisions: new Revisions(redis, store),
      queues: parts.queues,
      logger,
      bounds: { ...BOUNDS, ...parts.bounds },
      measured,
      security: parts.security,
    });
    this.#later = new WaitingJobs({ redis, store, logger, gatekeeper, dispatch: this.#dispatch });
    this.#loop = new Loop({ name: 'relay', clock, logger, measures: measured?.measures }, async (signal) => {
      await this.#step(signal);
      return 0;
    });
  }

  start(): void {
    // A read whose reply went down with the connection leaves firings unacknowledged that this relay never saw.
    this.#parts.blocking.on('ready', this.#lookAgain);
    this.#loop.start();
  }

  async stop(): Promise<void> {
    const { blocking, clock, logger } = this.#parts;
    const ended = this.#loop.stop().then(() => Promise.allSettled(this.#underWay));
    blocking.off('ready', this.#lookAgain);
    if (this.#waiting) blocking.disconnect();
    const patience = new AbortController();
    const late = clock.sleep(STOP_GRACE_MS, patience.signal).then(() => 'late' as const);
    const outcome = await Promise.race([ended, late]);
    patience.abort();
    if (outcome === 'late') logger.warn('relay stopped without waiting for Redis');
    blocking.disconnect();
  }

  /** Queues that get no jobs from this relay now, and why. */
  paused(): PausedQueue[] {
    return this.#dispatch.paused();
  }

  /**
   * One step: what is due of dead relays and of our own unfinished firings, then new firings, without waiting for any. Rejects when
   * Redis fails; then nothing is lost and the step is to be repeated.
   */
  async runOnce(): Promise<RelaySummary> {
    return await this.#step(null);
  }

  /** One step; with the signal of a loop it waits for new firings, and does not wait until the batch it read last is relayed. */
  async #step(loop: AbortSignal | null): Promise<RelaySummary> {
    const summary: RelaySummary = { firings: 0, jobs: 0, held: 0, dead: 0 };
    try {
      const now = this.#parts.clock.nowMs();
      const since = this.#parts.security?.connection ?? 0;
      if (await this.#dispatch.lookAtFullQueues(now)) this.#lookAgain();
      // A look under way comes to the queue on trial as well; beginning anew with every step would never get there.
      if (this.#ownAfter === null && this.#dispatch.hasTrial(now)) this.#lookAgain();
      // What is under way would be found among the unacknowledged; when it failed, this step fails.
      if (this.#failed || now >= this.#claimAt || this.#ownAfter !== null) await this.#finish(0);
      this.#failed = false;
      if (now >= this.#claimAt) await this.#relay(await this.#claim(now), summary, since);
      if (this.#ownAfter !== null) await this.#relay(await this.#readOwn(this.#ownAfter, now), summary, since);
      if (now >= this.#laterAt) await this.#sendWaiting(summary, now, since);
      const busy = summary.firings > 0 || this.#ownAfter !== null;
      const entries = await this.#readNew(busy || !loop ? 0 : this.#patience(loop, now));
      if (loop) await this.#begin(entries, since);
      else await this.#relay(entries, summary, since);
      return summary;
    } catch (error) {
      // What was read in this step is ours and unacknowledged.
      this.#lookAgain();
      if (!isMissingGroup(error)) throw error;
      const { redis, store, logger } = this.#parts;
      const key = store.keys.firings;
      logger.warn({ key }, 'consumer group of the firings was missing and is made anew, seven days back');
      // First: a process that dies in between leaves the group missing, and the next one tells it once more.
      const sentence = 'was deleted, or its consumer group: firings that had no jobs yet can be lost';
      await noteDamage(redis, store, { key, lost: true, sentence });
      await this.#outbox.createGroup();
      return summary;
    }
  }

  async #relay(entries: readonly LedgerEntry[], summary: RelaySummary, since: number): Promise<void> {
    if (entries.length === 0) return;
    this.#count = nextBatchSize(this.#count, entries);
    const done = await this.#dispatch.dispatch(entries, since);
    summary.firings += done.relayed + done.dead;
    summary.jobs += done.jobs.length;
    summary.held += done.held;
    summary.dead += done.dead;
    if (done.jobs.length > 0) this.#tell(done.jobs);
  }

  async #sendWaiting(summary: RelaySummary, now: number, since: number): Promise<void> {
    const { jobs, afterMs } = await this.#later.runOnce(since);
    this.#laterAt = now + afterMs;
    summary.jobs += jobs.length;
    if (jobs.length > 0) this.#tell(jobs);
  }

  async #begin(entries: readonly LedgerEntry[], since: number): Promise<void> {
    await this.#finish(BATCHES_UNDER_WAY - 1);
    const run = this.#relay(entries, { firings: 0, jobs: 0, held: 0, dead: 0 }, since);
    run.catch(() => {
      this.#failed = true;
    });
    this.#underWay.push(run);
  }

  /** Waits until at most `most` batches are under way. */
  async #finish(most: number): Promise<void> {
    while (this.#underWay.length > most) await this.#underWay.shift();
  }

  async #readNew(blockMs: number): Promise<LedgerEntry[]> {
    if (blockMs === 0 || this.#plenty) {
      const entries = await this.#outbox.take(this.#count);
      this.#plenty = entries.length >= PLENTY;
      if (entries.length > 0 || blockMs === 0) return entries;
    }
    this.#waiting = true;
    try {
      const entries = await this.#outbox.waitFor(this.#count, blockMs);
      this.#plenty = entries.length >= PLENTY;
      return entries;
    } finally {
      this.#waiting = false;
    }
  }

  async #readOwn(after: string, now: number): Promise<LedgerEntry[]> {
    if (after === START) this.#ownSince = now;
    const entries = await this.#outbox.readOwn(after, this.#count);
    this.#ownAfter = entries.at(-1)?.id ?? null;
    if (this.#ownAfter === null) this.#dispatch.tried(this.#ownSince);
    return entries;
  }

  async #claim(now: number): Promise<LedgerEntry[]> {
    const { entries, next } = await this.#outbox.claim(this.#claimAfter, this.#count, DEAD_AFTER_MS);
    this.#claimAfter = next;
    if (next === START) this.#claimAt = now + CLAIM_EVERY_MS;
    return entries;
  }

  /** How long (ms) the loop waits for new firings: not longer than until something else is due. */
  #patience(loop: AbortSignal, now: number): number {
    if (loop.aborted) return 0;
    const due = Math.min(this.#claimAt, this.#laterAt, this.#dispatch.nextAt());
    return Math.max(0, Math.min(BLOCK_MS, due - now));
  }

  #tell(jobs: readonly QueueJob[]): void {
    try {
      this.#parts.onJobs?.(jobs);
    } catch (error) {
      this.#parts.logger.error({ reason: reasonOf(error) }, 'a listener to jobs failed');
    }
  }

  readonly #lookAgain = (): void => {
    this.#ownAfter = START;
  };
}
