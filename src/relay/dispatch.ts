import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import type { Measured } from '../measure/work.ts';
import type { LedgerEntry } from '../redis/ledger-group.ts';
import { CircuitBreakers, type PausedQueue, type Transition } from './circuit-breakers.ts';
import type { Arriving, Gatekeeper } from './gatekeeper.ts';
import type { QueueJob } from './jobs.ts';
import { measureFirings, measureJobs } from './measured-firings.ts';
import type { Outbox } from './outbox.ts';
import { type PreparedFiring, preparedFirings } from './prepared-firings.ts';
import type { JobOutcome, Queues } from './queues.ts';
import type { Revisions } from './revisions.ts';
import { tracedJobs } from './traced-jobs.ts';
import { type QueueBounds, Weights } from './weight.ts';

export type DispatchParts = {
  outbox: Outbox;
  gatekeeper: Gatekeeper;
  revisions: Revisions;
  queues: Queues;
  logger: Logger;
  /** What time it is, in ms */
  now: () => number;
  bounds: QueueBounds;
  measured?: Measured | undefined;
  /** None: firings are as durable as they have to be when they can be read. */
  security?: Security | undefined;
};

/** `barrier` resolves when what was read since the connection was `since` is as durable as it has to be. */
export type Security = { readonly connection: number; barrier(since: number): Promise<void> };

/** What became of a batch: firings acknowledged, firings held back, firings moved to the dead letters, and the jobs that are in their queues. */
export type Dispatched = { relayed: number; held: number; dead: number; jobs: QueueJob[] };

/** A job to be sent, with its weight. */
type Weighed = Readonly<{ job: QueueJob; weight: number }>;

/** Brings firings that were read to the queues and acknowledges those that are there; the rest stays unacknowledged. */
export class Dispatch {
  readonly #parts: DispatchParts;
  readonly #breakers: CircuitBreakers;
  readonly #weights: Weights;
  readonly #firings: Logger;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#breakers = new CircuitBreakers(parts.bounds.maxQueueDepth);
    this.#weights = new Weights(parts.bounds);
    this.#firings = parts.logger.child({ subject: 'firings' });
  }

  /**
   * Adds the jobs of these firings, then acknowledges them or moves them to the dead letters. Rejects when Redis fails; the firings
   * then stay as they were.
   * `since`: the connection of `security` before they were read.
   */
  async dispatch(entries: readonly LedgerEntry[], since: number): Promise<Dispatched> {
    const { now } = this.#parts;
    const firings = await this.prepare(entries);
    await this.#passGate(firings);
    await this.#lookAtDepths(firings, now());
    const sendable = this.#sendable(firings, now());
    const jobs = sendable.map(({ job }) => job);
    const outcomes = await this.#addSecured(jobs, since);
    this.#report(sendable, outcomes, now());
    const { relayed, held, dead } = await this.#finish(firings, outcomes);
    return { relayed, held, dead, jobs: jobs.filter((_, at) => outcomes[at]?.kind === 'added') };
  }

  /** Adds jobs that waited for their time. @returns whether all of them are in their queues, but for those that BullMQ will never take */
  async add(jobs: readonly QueueJob[], since: number): Promise<boolean> {
    if (jobs.length === 0) return true;
    const now = this.#parts.now();
    await this.#lookAtDepths([{ jobs }], now);
    if (!jobs.every(({ queue }) => this.#breakers.allows(queue, now))) return false;
    const outcomes = await this.#addSecured(jobs, since);
    this.#report(
      jobs.map((job) => ({ job, weight: 1 })),
      outcomes,
      this.#parts.now(),
    );
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome.kind !== 'refused') continue;
      this.#parts.logger.error({ job: jobs[at]?.opts.jobId, reason: outcome.reason }, 'job cannot be added');
    }
    const { measured } = this.#parts;
    if (measured)
      measureJobs(
        measured,
        jobs.filter((_, at) => outcomes[at]?.kind === 'added'),
      );
    return outcomes.every(({ kind }) => kind !== 'failed');
  }

  /** Looks at the queues that were full; answers whether one takes jobs again, so that held firings should be tried. */
  async lookAtFullQueues(now: number): Promise<boolean> {
    let closed = false;
    for (const name of this.#breakers.fullOnes(now)) {
      closed = (await this.#lookAtDepth(name, now)) === 'closed' || closed;
    }
    return closed;
  }

  /** Is there a failing queue whose pause is over, so that held firings should be tried? */
  hasTrial(now: number): boolean {
    return this.#breakers.hasHalfOpen(now);
  }

  /** All held firings were tried since then (ms). */
  tried(since: number): void {
    this.#breakers.tried(since);
  }

  /** Queues that get no jobs now, and why. */
  paused(): PausedQueue[] {
    return this.#breakers.paused();
  }

  /** When (ms) a queue that holds up firings is looked at again. */
  nextAt(): number {
    return this.#breakers.nextAt();
  }

  /** What these entries of the ledger become, before the gate. */
  async prepare(entries: readonly LedgerEntry[]): Promise<PreparedFiring[]> {
    return await preparedFirings(entries, this.#parts.revisions, this.#weights);
  }

  /** A job that begins while its firing can still vanish with a failover would be a reaction to nothing. */
  async #addSecured(jobs: readonly QueueJob[], since: number): Promise<JobOutcome[]> {
    if (jobs.length > 0) await this.#parts.security?.barrier(since);
    return await this.#parts.queues.add(tracedJobs(jobs, this.#parts.now()));
  }

  /** What is kept back has no jobs now; it is recorded, so the firing can be acknowledged. */
  async #passGate(firings: readonly PreparedFiring[]): Promise<void> {
    const arriving = firings.filter(({ about }) => about !== null);
    const jobs = await this.#parts.gatekeeper.pass(arriving.map((one) => ({ ...one, ...(one.about as Arriving) })));
    for (const [at, firing] of arriving.entries()) firing.jobs = jobs[at] ?? [];
  }

  async #lookAtDepths(firings: readonly Pick<PreparedFiring, 'jobs'>[], now: number): Promise<void> {
    const names = new Set<string>();
    for (const { jobs } of firings) for (const { queue } of jobs) names.add(queue);
    for (const name of names) {
      if (this.#breakers.allows(name, now) && this.#breakers.wantsDepth(name, now)) await this.#lookAtDepth(name, now);
    }
  }

  async #lookAtDepth(name: string, now: number): Promise<Transition> {
    try {
      const depth = await this.#parts.queues.backlog(name);
      const transition = this.#breakers.seen(name, depth, now);
      if (transition === 'opened') this.#parts.logger.warn({ queue: name, depth }, 'queue is full, its firings wait');
      if (transition === 'closed') this.#parts.logger.info({ queue: name, depth }, 'queue takes jobs again');
      return transition;
    } catch (error) {
      this.#fail(name, reasonOf(error), now);
      return null;
    }
  }

  /** The jobs that may go to their queues now, firing by firing. */
  #sendable(firings: readonly PreparedFiring[], now: number): Weighed[] {
    const sendable: Weighed[] = [];
    for (const firing of firings) {
      const { jobs, weight } = firing;
      for (const job of jobs) {
        if (!this.#breakers.allows(job.queue, now)) continue;
        if (weight > 1 && !this.#takesLarge(job.queue, weight, now)) continue;
        sendable.push({ job, weight });
        firing.sent += 1;
      }
    }
    return sendable;
  }

  #takesLarge(queue: string, weight: number, now: number): boolean {
    if (this.#breakers.takesLarge(queue, weight, now)) return true;
    this.#parts.logger.warn({ queue }, 'queue is full of large jobs, its firings wait');
    return false;
  }

  /** Tells the circuit breakers, queue by queue, how it went. */
  #report(sent: readonly Weighed[], outcomes: readonly JobOutcome[], now: number): void {
    const added = new Map<string, number[]>();
    const failed = new Map<string, string>();
    for (const [at, { job, weight }] of sent.entries()) {
      const outcome = outcomes[at];
      if (outcome?.kind === 'failed') failed.set(job.queue, outcome.reason);
      else {
        const weights = added.get(job.queue) ?? [];
        weights.push(weight);
        added.set(job.queue, weights);
      }
    }
    for (const [queue, reason] of failed) this.#fail(queue, reason, now);
    for (const [queue, weights] of added) {
      if (failed.has(queue)) continue;
      if (this.#breakers.added(queue, weights, now) === 'closed')
        this.#parts.logger.info({ queue }, 'queue takes jobs again');
    }
  }

  #fail(queue: string, reason: string, now: number): void {
    if (this.#breakers.failed(queue, now) !== 'opened') return;
    this.#parts.logger.warn({ queue, reason }, 'queue fails, its firings wait');
  }

  /**
   * Acknowledges what is settled. A firing with a job that was refused goes to the dead letters, once all its other jobs are in
   * their queues.
   */
  async #finish(firings: readonly PreparedFiring[], outcomes: readonly JobOutcome[]) {
    const settled: PreparedFiring[] = [];
    const givenUp: { entry: LedgerEntry; reason: string }[] = [];
    let held = 0;
    let next = 0;
    for (const firing of firings) {
      const { entry, jobs, sent, rejection } = firing;
      let reason = rejection;
      let waits = sent < jobs.length;
      for (const end = next + sent; next < end; next += 1) {
        const outcome = outcomes[next];
        if (outcome?.kind === 'refused') reason ??= outcome.reason;
        else if (outcome?.kind !== 'added') waits = true;
      }
      if (waits) held += 1;
      else if (reason !== null) givenUp.push({ entry, reason });
      else settled.push(firing);
    }
    const { measured, outbox, now } = this.#parts;
    await outbox.acknowledge(settled.map(({ entry }) => entry.id));
    if (measured) measureFirings(measured, settled, givenUp.length, now());
    if (this.#firings.isLevelEnabled('info')) for (const firing of settled) this.#say(firing);
    for (const { entry, reason } of givenUp) {
      await outbox.moveToDeadLetters(entry, reason);
      this.#parts.logger.error({ entry: entry.id, reason }, 'firing cannot be relayed, it is with the dead letters');
    }
    return { relayed: settled.length, held, dead: givenUp.length };
  }

  /** A line for each firing that is done. `jobs`: those that are in their queues; what was kept for later, or back, `watchfire why` says. */
  #say({ entry, about, jobs }: PreparedFiring): void {
    if (about === null) return;
    const { id: firing, automation, state, reminder } = about.firing;
    const ids = jobs.map(({ opts }) => opts.jobId);
    const line = { firing, automation, state, entry: entry.id, jobs: ids, ...(reminder !== undefined && { reminder }) };
    this.#firings.info(line, 'fired');
  }
}
