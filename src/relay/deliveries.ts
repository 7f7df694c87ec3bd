import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { TriggeredAction } from '../documents/got.ts';
import { reasonOf } from '../errors.ts';
import type { Measures } from '../measure/measures.ts';
import { DELIVERIES } from '../model/action.ts';
import type { Tried } from '../model/delivery.ts';
import { isRecord } from '../model/record.ts';
import { DELIVERY_BACKOFF } from './jobs.ts';
import { FailedForGood, NotYet, type Said, TryAgain } from './outcome.ts';
import { traceTry } from './traced-delivery.ts';

/** How often a job may be left behind by a program that dies with it: each time it is tried again, whatever the attempts are. */
const MOST_STALLED = 10;

/** A job whose program gave no sign for so long is another's. */
const LOCK_MS = 30_000;

/** Longest wait between two tries that nobody asked for. */
const LONGEST_WAIT_MS = 3_600_000;

/** How long the worker of BullMQ may take to close when its connections are gone. */
const FAREWELL_MS = 500;

/** What a delivery came to, as it stands in its job; `said` is noted beside it. */
export type Delivered = Readonly<Record<string, unknown> & { said?: Said }>;

/** How a try went. `start`: which start of the job it was, those counted that a crash ended. */
export type NotedTry = Readonly<{ id: string; job: TriggeredAction; tried: Tried; start: number }>;

export type DeliveriesParts = Readonly<{
  /** A connection for it alone, which it ends */
  connection: Readonly<{ client: Redis; end: () => void }>;
  /** BullMQ's prefix of this namespace */
  prefix: string;
  logger: Logger;
  concurrency: number;
  measures?: Measures | undefined;
  /** How long a job is its program's without a sign, in ms; for tests */
  lockMs?: number;
  /** Carries out one job; throws FailedForGood, TryAgain, NotYet */
  carryOut: (job: TriggeredAction, id: string, traceparent: string | null) => Promise<Delivered>;
  /** Notes how a try went, before BullMQ does: what was not noted is tried again */
  note: (noted: NotedTry) => Promise<void>;
  /** A text without what nobody may see */
  redacted: (text: string) => string;
}>;

/** Takes the jobs of the queue `deliveries`. What went wrong with one stands in the job, without secrets. */
export class Deliveries {
  readonly #parts: DeliveriesParts;
  readonly #worker: Worker<TriggeredAction, Delivered>;
  readonly #logger: Logger;

  constructor(parts: DeliveriesParts) {
    const { connection, prefix, concurrency, logger, lockMs = LOCK_MS } = parts;
    this.#parts = parts;
    this.#logger = logger.child({ subject: 'deliveries' });
    this.#worker = new Worker(DELIVERIES, (job, token) => this.#carryOut(job, token), {
      connection: connection.client,
      prefix,
      concurrency,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: MOST_STALLED,
      skipVersionCheck: true,
      settings: { backoffStrategy: waitBefore },
    });
    this.#worker.on('failed', (job, error) => {
      // Nobody was there to note it: the programs that had it died one after the other.
      if (job !== undefined && STALLED.test(error.message)) void this.#note(job, 'failed', { reason: error.message });
    });
    this.#worker.on('error', (error) => logger.warn({ error: reasonOf(error) }, 'deliveries wait for redis'));
  }

  start(): void {
    this.#worker.run().catch((error: unknown) => {
      this.#parts.logger.error({ error: reasonOf(error) }, 'deliveries stopped');
    });
  }

  /** Ends what is under way for up to `graceMs`; what is not done by then another program takes over. */
  async stop(graceMs: number): Promise<void> {
    await withinMs(graceMs, this.#worker.pause());
    const closed = this.#worker.close(true);
    this.#parts.connection.end();
    await withinMs(FAREWELL_MS, closed);
  }

  async #carryOut(job: Job<TriggeredAction, Delivered>, token: string | undefined): Promise<Delivered> {
    const { carryOut, redacted } = this.#parts;
    const logger = this.#logger;
    if (!isJob(job.data)) {
      logger.error({ job: job.id, queue: DELIVERIES }, 'a job that no relay added failed for good');
      throw new UnrecoverableError('no relay added this job: it has no action, automation and firing');
    }
    const { automation, firing } = job.data;
    const traced = traceTry(job);
    const about = { job: job.id, automation: automation.id, firing: firing.id, type: job.name };
    try {
      const { said, ...delivered } = await carryOut(job.data, job.id ?? '', traced.traceparent);
      traced.end();
      await this.#note(job, 'sent', { said: said ?? null });
      logger.info({ ...about, ...delivered }, 'action carried out');
      return delivered;
    } catch (error) {
      traced.end(error);
      const reason = reasonOf(error, redacted);
      if (error instanceof NotYet) {
        logger.warn({ ...about, reason, afterMs: error.afterMs }, 'action waits');
        if (error.wants) await this.#note(job, job.attemptsMade === 0 ? 'waiting' : 'retried', { reason });
        await job.moveToDelayed(Date.now() + error.afterMs, token);
        throw new DelayedError();
      }
      const last = error instanceof FailedForGood || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
      logger[last ? 'error' : 'warn'](
        { ...about, reason },
        last ? 'action failed for good' : 'action failed, it is tried again',
      );
      await this.#note(job, last ? 'failed' : 'retried', { reason, said: saidIn(error) });
      throw failureOf(error, reason);
    }
  }

  async #note(
    job: Job<TriggeredAction, Delivered>,
    state: Tried['state'],
    { reason = '', said = null }: { reason?: string; said?: Said | null },
  ): Promise<void> {
    const { note, redacted, logger, measures } = this.#parts;
    measures?.deliveries.add(job.name, state);
    const tried = state === 'waiting' ? job.attemptsMade : job.attemptsMade + 1;
    try {
      await note({
        id: job.id ?? '',
        job: job.data,
        tried: {
          state,
          tries: tried,
          attempts: job.opts.attempts ?? 1,
          error: reason,
          answer: said && { status: said.status, body: redacted(said.body) },
        },
        start: job.attemptsStarted,
      });
    } catch (error) {
      // BullMQ cannot note it either then, and the job comes back.
      logger.warn({ job: job.id, error: reasonOf(error) }, 'how an action went is not noted');
    }
  }
}

/** Everybody who may add jobs may add anything: what has no parts of a job is none. */
function isJob(data: unknown): boolean {
  if (!isRecord(data) || !isRecord(data.triggering_labels)) return false;
  const parts = [data.action, data.automation, data.firing];
  return parts.every(isRecord) && typeof (data.action as { type?: unknown }).type === 'string';
}

/** What BullMQ says of a job that was left behind too often. */
const STALLED = /stalled/;

function saidIn(error: unknown): Said | null {
  return error instanceof FailedForGood || error instanceof TryAgain ? error.said : null;
}

/** The error as BullMQ keeps it in the job: text and stack hold no secret. */
function failureOf(error: unknown, reason: string): Error {
  const failure =
    error instanceof FailedForGood
      ? new UnrecoverableError(reason)
      : new TryAgain(reason, error instanceof TryAgain ? error.afterMs : 0);
  failure.stack = reason;
  return failure;
}

/** Doubled each time, less a random part; never sooner than the receiver asked for. */
function waitBefore(attemptsMade: number, type?: string, error?: Error, job?: { opts: Job['opts'] }): number {
  const { backoff } = job?.opts ?? {};
  const { delay = 0, jitter = 0 } = typeof backoff === 'object' && type === DELIVERY_BACKOFF ? backoff : {};
  const full = Math.min(delay * 2 ** Math.min(attemptsMade - 1, 20), LONGEST_WAIT_MS);
  const least = error instanceof TryAgain ? error.afterMs : 0;
  return Math.max(least, Math.round(full * (1 - jitter * Math.random())));
}

/** Waits for something for so long at most, however it ends. */
async function withinMs(ms: number, ending: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([ending.catch(() => undefined), late.promise]);
  clearTimeout(timer);
}
