import { setTimeout as pause } from 'node:timers/promises';
import { Job, Queue, QueueKeys } from 'bullmq';
import type { Redis } from 'ioredis';
import { reasonOf } from '../errors.ts';
import { lengthsOf } from '../redis/lengths.ts';
import { areThere, clientNames } from '../redis/queues.ts';
import type { QueueJob } from './jobs.ts';

/** Jobs of one call of `addBulk`: one pipeline; more of them only make other clients of Redis wait longer. */
export const BULK_JOBS = 50;

/** Calls of `addBulk` under way at a time: Node prepares the next one while Redis works on this one; more gain nothing. */
const CALLS_IN_FLIGHT = 3;

/** Queues kept open. Each costs a few kilobytes and listeners on the shared connection; the least recently used one is closed. */
const OPEN_QUEUES = 256;

/**
 * What became of one job: `added` (or recognised as a repeat, which is the same here), `refused` by BullMQ, which no repetition
 * changes, or `failed` for now: it may or may not be there, and is to be added again.
 */
export type JobOutcome = { kind: 'added' } | { kind: 'refused'; reason: string } | { kind: 'failed'; reason: string };

/** Jobs of one queue by state. */
export type Depth = {
  waiting: number;
  prioritized: number;
  delayed: number;
  active: number;
  completed: number;
  failed: number;
};

const ADDED: JobOutcome = Object.freeze({ kind: 'added' });

/** Where BullMQ keeps the jobs of each state, and the command that counts them. */
const STATES = [
  ['waiting', 'wait', 'llen'],
  ['prioritized', 'prioritized', 'zcard'],
  ['delayed', 'delayed', 'zcard'],
  ['active', 'active', 'llen'],
  ['completed', 'completed', 'zcard'],
  ['failed', 'failed', 'zcard'],
] as const;

/** Between two looks for the marks of workers: a mark is renewed when it has just expired, within some ms. */
const SECOND_LOOK_MS = 250;

/** Owns the BullMQ queues of one namespace on one shared connection, which stays the caller's. */
export class Queues {
  readonly #connection: Redis;
  readonly #prefix: string;
  /** In order of use: the first one was not used for the longest time. */
  readonly #open = new Map<string, Queue>();
  /** Calls of `add` that are under way, by queue; `last` resolves when the jobs of the last one are on their way. */
  readonly #lines = new Map<string, { last: Promise<void>; calls: number }>();

  /** `prefix` is `prefixesOf(namespace).bull`. */
  constructor(connection: Redis, prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
  }

  /** Adds jobs of any queues; answers in the order of `jobs`. Never rejects: trouble with one queue is no trouble of another. */
  async add(jobs: readonly QueueJob[]): Promise<JobOutcome[]> {
    const outcomes = new Array<JobOutcome>(jobs.length);
    await Promise.all([...placesByQueue(jobs)].map(([name, places]) => this.#addToQueue(name, jobs, places, outcomes)));
    await this.#closeUnused();
    return outcomes;
  }

  /** Jobs that a worker of this queue still has to begin: waiting, prioritized or delayed. */
  async backlog(name: string): Promise<number> {
    const queue = this.#queue(name);
    return await queue.getJobCountByTypes('waiting', 'prioritized', 'delayed');
  }

  /** Depths of the named queues; by default of those open here. */
  async depths(names: readonly string[] = [...this.#open.keys()]): Promise<ReadonlyMap<string, Depth>> {
    // Commands and no script: a user with the rights of a viewer may run no script.
    const keys = new QueueKeys(this.#prefix);
    const counted = names.flatMap((name) => STATES.map(([, key, count]) => [keys.toKey(name, key), count] as const));
    const counts = await lengthsOf(this.#connection, counted);
    const depths = new Map<string, Depth>();
    for (const [at, name] of names.entries()) {
      const depth: Depth = { waiting: 0, prioritized: 0, delayed: 0, active: 0, completed: 0, failed: 0 };
      for (const [i, [state]] of STATES.entries()) {
        depth[state] = counts[at * STATES.length + i] ?? 0;
      }
      depths.set(name, depth);
    }
    return depths;
  }

  /**
   * Those of the named queues that a BullMQ worker takes jobs from. Its look for stalled jobs leaves a mark that lives until the next
   * one, half a minute by default; a worker that does not look for them is seen by the name of its connection, where Redis tells it.
   */
  async attended(names: readonly string[]): Promise<ReadonlySet<string>> {
    const attended = new Set(await this.#marked(names));
    const others = names.filter((name) => !attended.has(name));
    if (others.length === 0) return attended;
    const clients = await clientNames(this.#connection);
    if (clients === null) await pause(SECOND_LOOK_MS);
    const seen = clients === null ? await this.#marked(others) : this.#connected(others, clients);
    for (const name of seen) attended.add(name);
    return attended;
  }

  /** Forgets the queues; the connection stays open. Never rejects. */
  async close(): Promise<void> {
    const queues = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(queues.map(closeQuietly));
  }

  /** Sends the jobs behind those of calls made before, so that they stand in the queue in the order they came. */
  async #addToQueue(name: string, jobs: readonly QueueJob[], places: readonly number[], outcomes: JobOutcome[]) {
    const line = this.#lines.get(name) ?? { last: Promise.resolve(), calls: 0 };
    this.#lines.set(name, line);
    line.calls += 1;
    const before = line.last;
    const sent = Promise.withResolvers<void>();
    line.last = sent.promise;
    try {
      await before;
      const calls = await this.#send(name, jobs, places, outcomes);
      sent.resolve();
      await Promise.all(calls);
    } finally {
      sent.resolve();
      line.calls -= 1;
      if (line.calls === 0) this.#lines.delete(name);
    }
  }

  /** Resolves when the last part is on its way, with the calls that are not answered yet. */
  async #send(name: string, jobs: readonly QueueJob[], places: readonly number[], outcomes: JobOutcome[]) {
    const calls: Promise<string | null>[] = [];
    let broken: string | null = null;
    for (let first = 0; first < places.length; first += BULK_JOBS) {
      const part = places.slice(first, first + BULK_JOBS);
      if (calls.length === CALLS_IN_FLIGHT) broken = (await calls.shift()) ?? broken;
      // A queue that just failed would fail again: the rest of its jobs waits for the next attempt.
      if (broken !== null) settle(part, outcomes, { kind: 'failed', reason: broken });
      else calls.push(this.#addBulk(name, jobs, part, outcomes));
    }
    return calls;
  }

  /** One call of `addBulk`; answers why the queue is broken, or null. */
  async #addBulk(
    name: string,
    jobs: readonly QueueJob[],
    places: readonly number[],
    outcomes: JobOutcome[],
  ): Promise<string | null> {
    const part = places.flatMap((place) => jobs[place] ?? []);
    try {
      const made = await this.#queue(name).addBulk(part);
      for (const [at, place] of places.entries()) outcomes[place] = outcomeOf(part[at]?.opts.jobId, made[at]?.id);
      return null;
    } catch (error) {
      return await this.#sortOut(name, jobs, places, outcomes, error);
    }
  }

  /**
   * `addBulk` failed as a whole. It checks all jobs before it sends any, so one bad job takes 49 good ones with it: those that
   * fail the check by themselves, without Redis, are refused, and the others are sent again. If none does, the cause is elsewhere.
   */
  async #sortOut(
    name: string,
    jobs: readonly QueueJob[],
    places: readonly number[],
    outcomes: JobOutcome[],
    error: unknown,
  ) {
    const good: number[] = [];
    for (const place of places) {
      const refusal = this.#refusal(name, jobs[place]);
      if (refusal === null) good.push(place);
      else outcomes[place] = { kind: 'refused', reason: refusal };
    }
    if (good.length === 0) return null;
    if (good.length < places.length) return await this.#addBulk(name, jobs, good, outcomes);
    if (places.length > 1 && isOfOneJob(error)) return await this.#addSingly(name, jobs, places, outcomes);
    const reason = reasonOf(error);
    settle(places, outcomes, { kind: 'failed', reason });
    // A queue whose first connection attempt failed stays failed for ever; the next attempt gets a new one.
    await this.#drop(name);
    return reason;
  }

  /** A script stumbled over one of these jobs. Where the others get through, the queue is sound and that job is refused. */
  async #addSingly(name: string, jobs: readonly QueueJob[], places: readonly number[], outcomes: JobOutcome[]) {
    let broken: string | null = null;
    const stuck: number[] = [];
    for (const place of places) {
      const reason = await this.#addBulk(name, jobs, [place], outcomes);
      if (reason !== null) stuck.push(place);
      broken = reason ?? broken;
    }
    if (broken === null || stuck.length === places.length) return broken;
    for (const place of stuck) outcomes[place] = { kind: 'refused', reason: broken };
    return null;
  }

  /** Why BullMQ will never take this job, whatever Redis says; null when it would. */
  #refusal(name: string, job: QueueJob | undefined): string | null {
    if (job === undefined) return 'no such job';
    try {
      checkJob(new Job(this.#queue(name), job.name, job.data, job.opts, job.opts.jobId));
      return null;
    } catch (error) {
      return reasonOf(error);
    }
  }

  async #marked(names: readonly string[]): Promise<string[]> {
    const keys = new QueueKeys(this.#prefix);
    const marks = await areThere(
      this.#connection,
      names.map((name) => keys.toKey(name, 'stalled-check')),
    );
    return names.filter((_, i) => marks[i]);
  }

  /** As BullMQ's `getWorkers` finds them, with one list of clients for all queues. */
  #connected(names: readonly string[], clients: ReadonlySet<string>): string[] {
    const base = (client: string): string => client.replace(/:w:.*$/s, '');
    const workers = new Set([...clients].map(base));
    return names.filter((name) => workers.has(`${this.#prefix}:${Buffer.from(name).toString('base64')}`));
  }

  #queue(name: string): Queue {
    const known = this.#open.get(name);
    const queue =
      known ?? new Queue(name, { connection: this.#connection, prefix: this.#prefix, skipVersionCheck: true });
    // Errors of the shared connection reach every queue on it; the owner of the connection reports them, once.
    if (known === undefined) queue.on('error', () => undefined);
    this.#open.delete(name);
    this.#open.set(name, queue);
    return queue;
  }

  async #drop(name: string): Promise<void> {
    const queue = this.#open.get(name);
    this.#open.delete(name);
    if (queue !== undefined) await closeQuietly(queue);
  }

  async #closeUnused(): Promise<void> {
    for (const name of this.#open.keys()) {
      if (this.#open.size <= OPEN_QUEUES) return;
      await this.#drop(name);
    }
  }
}

function placesByQueue(jobs: readonly QueueJob[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [place, job] of jobs.entries()) {
    const known = places.get(job.queue);
    if (known === undefined) places.set(job.queue, [place]);
    else known.push(place);
  }
  return places;
}

/** What BullMQ checks before it sends a job. Version 5 has no public way to it. */
type Checked = { toFlowEntry?: () => unknown; asJSON: () => unknown; validateOptions: (job: unknown) => void };

function checkJob(job: Job): void {
  const checked = job as unknown as Checked;
  if (checked.toFlowEntry) checked.toFlowEntry();
  else checked.validateOptions(checked.asJSON());
}

/** BullMQ answers the id it was given, also for a repeat; an error inside its script comes back as a negative number. */
function outcomeOf(expected: string | undefined, id: string | undefined): JobOutcome {
  if (id === expected) return ADDED;
  return { kind: 'refused', reason: `the queue answered ${String(id)} instead of the job id` };
}

/** Errors that a script raises over its own input. All others (OOM, LOADING, READONLY …, connections) concern every job alike. */
function isOfOneJob(error: unknown): boolean {
  return error instanceof Error && /^(ERR|WRONGTYPE) /.test(error.message);
}

function settle(places: readonly number[], outcomes: JobOutcome[], outcome: JobOutcome): void {
  for (const place of places) outcomes[place] = outcome;
}

async function closeQuietly(queue: Queue): Promise<void> {
  await queue.close().catch(() => undefined);
}
