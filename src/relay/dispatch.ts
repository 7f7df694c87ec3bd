import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import type { Firing } from '../model/firing.ts';
import { parseFiring } from '../model/firing.ts';
import type { QueueJob } from './jobs.ts';
import { jobsOf } from './jobs.ts';
import type { Item, Outbox } from './outbox.ts';
import type { Paused, Turn } from './queue-health.ts';
import { Gates } from './queue-health.ts';
import type { Outcome, Queues } from './queues.ts';
import type { Definition, Definitions } from './revisions.ts';

export type DispatchOptions = {
  outbox: Outbox;
  definitions: Definitions;
  queues: Queues;
  logger: Logger;
  maxQueueDepth: number;
  /** None: firings are as durable as they have to be when they can be read. */
  security?: Security | undefined;
};

/** `barrier` resolves when what was read since the connection was `since` is as durable as it has to be. */
export type Security = { readonly connection: number; barrier(since: number): Promise<void> };

/** What became of a batch: firings acknowledged, firings held back, firings moved to the dead letters, and the jobs that are in their queues. */
export type Dispatched = { relayed: number; held: number; dead: number; jobs: QueueJob[] };

/** A firing on its way: its jobs, how many of them are sent now, and why it belongs to the dead letters. */
type Draft = { item: Item; jobs: readonly QueueJob[]; sent: number; fault: string | null };

const TRIMMED = 'the firing was trimmed from the stream before it was relayed';
const NO_JOBS: readonly QueueJob[] = Object.freeze([]);

/** Brings firings that were read to the queues and acknowledges those that are there; the rest stays unacknowledged. */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #gates: Gates;

  constructor(options: DispatchOptions) {
    this.#options = options;
    this.#gates = new Gates(options.maxQueueDepth);
  }

  /**
   * Adds the jobs of these firings, then acknowledges or buries them. Rejects when Redis fails; the firings then stay as they were.
   * `since`: the connection of `security` before they were read.
   */
  async dispatch(items: readonly Item[], now: () => number, since: number): Promise<Dispatched> {
    const drafts = await this.#draft(items);
    await this.#lookAtDepths(drafts, now());
    const jobs = this.#sendable(drafts, now());
    // A job that begins while its firing can still vanish with a failover would be a reaction to nothing.
    if (jobs.length > 0) await this.#options.security?.barrier(since);
    const outcomes = await this.#options.queues.add(jobs);
    this.#report(jobs, outcomes, now());
    const { relayed, held, dead } = await this.#finish(drafts, outcomes);
    return { relayed, held, dead, jobs: jobs.filter((_, at) => outcomes[at]?.kind === 'added') };
  }

  /** Looks at the queues that were full; answers whether one takes jobs again, so that held firings should be tried. */
  async reopen(now: number): Promise<boolean> {
    let opened = false;
    for (const name of this.#gates.fullOnes(now)) opened = (await this.#lookAtDepth(name, now)) === 'opened' || opened;
    return opened;
  }

  /** Is there a failing queue whose pause is over, so that held firings should be tried? */
  hasTrial(now: number): boolean {
    return this.#gates.hasTrial(now);
  }

  /** All held firings were tried since then (ms). */
  tried(since: number): void {
    this.#gates.tried(since);
  }

  /** Queues that get no jobs now, and why. */
  paused(): Paused[] {
    return this.#gates.closed();
  }

  /** When (ms) a queue that holds up firings is looked at again. */
  nextAt(): number {
    return this.#gates.nextAt();
  }

  async #draft(items: readonly Item[]): Promise<Draft[]> {
    const firings = items.map(read);
    const known = firings.filter((firing) => typeof firing !== 'string');
    const definitions = await this.#options.definitions.load(known);
    let next = 0;
    return items.map((item, at) => {
      const firing = firings[at] ?? TRIMMED;
      if (typeof firing === 'string') return { item, jobs: NO_JOBS, sent: 0, fault: firing };
      return render(item, firing, definitions[next++]);
    });
  }

  async #lookAtDepths(drafts: readonly Draft[], now: number): Promise<void> {
    const names = new Set<string>();
    for (const { jobs } of drafts) for (const { queue } of jobs) names.add(queue);
    for (const name of names) {
      if (this.#gates.isOpen(name, now) && this.#gates.wantsDepth(name, now)) await this.#lookAtDepth(name, now);
    }
  }

  async #lookAtDepth(name: string, now: number): Promise<Turn> {
    try {
      const depth = await this.#options.queues.backlog(name);
      const turn = this.#gates.seen(name, depth, now);
      if (turn === 'closed') this.#options.logger.warn({ queue: name, depth }, 'queue is full, its firings wait');
      if (turn === 'opened') this.#options.logger.info({ queue: name, depth }, 'queue takes jobs again');
      return turn;
    } catch (error) {
      this.#fail(name, reasonOf(error), now);
      return null;
    }
  }

  /** The jobs that may go to their queues now, draft by draft. */
  #sendable(drafts: readonly Draft[], now: number): QueueJob[] {
    const jobs: QueueJob[] = [];
    for (const draft of drafts) {
      for (const job of draft.jobs) {
        if (!this.#gates.isOpen(job.queue, now)) continue;
        jobs.push(job);
        draft.sent += 1;
      }
    }
    return jobs;
  }

  /** Tells the gates, queue by queue, how it went. */
  #report(jobs: readonly QueueJob[], outcomes: readonly Outcome[], now: number): void {
    const added = new Map<string, number>();
    const failed = new Map<string, string>();
    for (const [at, { queue }] of jobs.entries()) {
      const outcome = outcomes[at];
      if (outcome?.kind === 'failed') failed.set(queue, outcome.reason);
      else added.set(queue, (added.get(queue) ?? 0) + 1);
    }
    for (const [queue, reason] of failed) this.#fail(queue, reason, now);
    for (const [queue, count] of added) {
      if (failed.has(queue)) continue;
      if (this.#gates.added(queue, count, now) === 'opened')
        this.#options.logger.info({ queue }, 'queue takes jobs again');
    }
  }

  #fail(queue: string, reason: string, now: number): void {
    if (this.#gates.failed(queue, now) !== 'closed') return;
    this.#options.logger.warn({ queue, reason }, 'queue fails, its firings wait');
  }

  /** Acknowledges what is settled; a refused job buries its firing, once all its other jobs are in their queues. */
  async #finish(drafts: readonly Draft[], outcomes: readonly Outcome[]) {
    const settled: string[] = [];
    const givenUp: { item: Item; reason: string }[] = [];
    let held = 0;
    let next = 0;
    for (const { item, jobs, sent, fault } of drafts) {
      let reason = fault;
      let waits = sent < jobs.length;
      for (const end = next + sent; next < end; next += 1) {
        const outcome = outcomes[next];
        if (outcome?.kind === 'refused') reason ??= outcome.reason;
        else if (outcome?.kind !== 'added') waits = true;
      }
      if (waits) held += 1;
      else if (reason !== null) givenUp.push({ item, reason });
      else settled.push(item.id);
    }
    await this.#options.outbox.acknowledge(settled);
    for (const { item, reason } of givenUp) {
      await this.#options.outbox.moveToDeadLetters(item, reason);
      this.#options.logger.error({ entry: item.id, reason }, 'firing cannot be relayed, it is with the dead letters');
    }
    return { relayed: settled.length, held, dead: givenUp.length };
  }
}

/** The firing, or why it is none. */
function read({ fields }: Item): Firing | string {
  if (fields === null) return TRIMMED;
  try {
    return parseFiring(fields);
  } catch (error) {
    return `the firing cannot be read: ${reasonOf(error)}`;
  }
}

function render(item: Item, firing: Firing, definition: Definition | undefined): Draft {
  if (!definition?.automation) {
    return { item, jobs: NO_JOBS, sent: 0, fault: definition?.missing ?? 'no definition' };
  }
  try {
    return { item, jobs: jobsOf(firing, definition.automation), sent: 0, fault: null };
  } catch (error) {
    return { item, jobs: NO_JOBS, sent: 0, fault: `the firing cannot be turned into jobs: ${reasonOf(error)}` };
  }
}
