import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../errors.ts';
import type { Measured } from '../measure/work.ts';
import type { Entry } from '../model/intake.ts';
import { readOutcomes } from '../redis/backlog.ts';
import { readAgain } from '../redis/log.ts';
import { isInfrastructure } from '../redis/retryable.ts';
import { type Applied, apply } from '../redis/steps/apply.ts';
import type { Store } from '../redis/store.ts';
import type { Chunk } from '../redis/wire.ts';
import { type Batch, countUpTo } from './batch.ts';
import { LargeEntries } from './large-entries.ts';
import type { Matcher } from './matcher.ts';
import { measureCall } from './measured-chunk.ts';
import { Poison } from './poison.ts';
import { Straightener } from './straightener.ts';
import { EntryTakeOver } from './take-over.ts';
import { LONGEST_WAIT_MS, Turn, type Waited } from './turn.ts';

/** After this many batches in a row that came at once to their turn, the next one is sent without a look, and ahead: see Applier.apply. */
const UNDISTURBED = 2;

/**
 * How a batch came to be applied, beside how long it waited: what its calls took that were sent at their turn, and how many entries
 * they applied.
 */
export type Passage = Waited & Readonly<{ callMs: number; called: number }>;

/** What became of entries, for metrics and the live view. */
export type Observer = (entries: readonly Entry[], applied: Applied) => void;

export type ApplierParts = {
  redis: Redis;
  /** A connection for reads of the log, which measures (src/redis/measured.ts); `redis` without. */
  log?: Redis;
  store: Store;
  matcher: Matcher;
  clock: Clock;
  logger: Logger;
  observe?: Observer;
  measured?: Measured | undefined;
  large?: LargeEntries;
  /** Nobody else applies here: there is never anything to look at before entries are sent. */
  alone?: boolean;
  /** Name of the worker, under which it gives signs of life: then an entry at which workers die one after the other is set aside. */
  worker?: string;
};

/** A call that failed as a whole, though not because of the infrastructure: one of its entries is to blame. */
type Broken = { word: 'broken'; error: unknown };

/** A call that was made before its turn was known to have come, and who hears that all of a batch is sent. */
type Sending = Readonly<{ ahead: Promise<Applied | Broken> | null; sent: () => void }>;

const NOT_AHEAD: Sending = Object.freeze({ ahead: null, sent: () => undefined });

/** Applies batches in the order of the log, whichever workers do the same at the same time. */
export class Applier {
  readonly #parts: ApplierParts;
  readonly #poison = new Poison();
  readonly #takeOver: EntryTakeOver;
  readonly #straightener: Straightener;
  readonly #large: LargeEntries;
  /** How many batches in a row did not have to wait for another worker. */
  #undisturbed = 0;
  /** Resolves when the last call of the batch that came last is on its way, or the batch is done. */
  #sent: Promise<void> = Promise.resolve();

  constructor(parts: ApplierParts) {
    this.#parts = parts;
    this.#straightener = new Straightener(parts);
    this.#large = parts.large ?? new LargeEntries(parts);
    this.#takeOver = new EntryTakeOver({
      ...parts,
      log: this.#log,
      worker: parts.worker,
      poison: this.#poison,
      sift: (entries) => this.sift(entries),
      // What is taken over follows the position at once.
      apply: async (batch, signal) => void (await this.#pass(batch, this.#turn(false), signal)),
    });
  }

  /**
   * Applies each entry of the batch exactly once; returns when all are applied by this or another worker.
   * Rejects only with an error of the infrastructure; the call may then be repeated.
   *
   * `before`: entries of this worker that are still being applied. Unless other workers are busy too, the first chunk is sent
   * once all of those are sent, so that Redis has it at hand when it is done. A chunk that comes to Redis too early after all is not at
   * its turn, and is sent again.
   */
  async apply(batch: Batch, signal: AbortSignal, before?: Promise<unknown>): Promise<Passage> {
    batch.restart();
    const sentBefore = this.#sent;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sent = promise;
    try {
      if (before !== undefined) await sentBefore;
      const turn = this.#turn(!this.#parts.alone && this.#undisturbed < UNDISTURBED);
      const ahead = before && this.#undisturbed >= UNDISTURBED ? this.#call(batch, resolve) : null;
      // Its error is seen below, once those before are done.
      ahead?.catch(() => undefined);
      await before;
      return await this.#pass(batch, turn, signal, { ahead, sent: resolve });
    } finally {
      resolve();
    }
  }

  /** Call after call, as what is left of the batch comes to its turn. `ahead`: the first of them was made already; `sent`: see #call. */
  async #pass(batch: Batch, turn: Turn, signal: AbortSignal, { ahead, sent }: Sending = NOT_AHEAD) {
    const { clock } = this.#parts;
    const calls = { callMs: 0, called: 0 };
    if (ahead !== null) await this.#heed(await ahead, batch, turn, signal);
    while (!batch.isDone && !signal.aborted) {
      if (turn.isUnsure) await this.#awaitTurn(turn, batch.left[0], signal);
      const sentMs = clock.nowMs();
      const applied = await this.#call(batch, sent);
      if (applied.word === 'applied') {
        calls.callMs += clock.nowMs() - sentMs;
        calls.called += applied.words.length;
      }
      await this.#heed(applied, batch, turn, signal);
    }
    this.#undisturbed = turn.hadToWait ? 0 : this.#undisturbed + 1;
    return { ...(await turn.waited()), ...calls };
  }

  /** Sees to those of some entries that were too large to be kept. @returns those that are to be applied */
  async sift(entries: readonly Entry[]): Promise<readonly Entry[]> {
    return await this.#large.sift(entries);
  }

  /** How many entries were ever applied, by all workers. */
  async countApplied(): Promise<number> {
    return await readOutcomes(this.#parts.redis, this.#parts.store);
  }

  /** Applies what stands in the log whichever worker was given it, up to one chunk. Returns how many entries there were. */
  async applyWaiting(signal: AbortSignal): Promise<number> {
    return (await this.#takeOver.next(signal)).length;
  }

  /** Applies what stands in the log, for as long as a worker may take over. */
  async applyStanding(signal: AbortSignal): Promise<void> {
    await this.#takeOver.standing(signal);
  }

  /** What follows from the answer to a call. */
  async #heed(applied: Applied | Broken, batch: Batch, turn: Turn, signal: AbortSignal): Promise<void> {
    switch (applied.word) {
      case 'applied':
      case 'already-applied':
        return batch.pass();
      case 'more-due':
        return batch.passUpTo(applied.position);
      case 'failed':
        return await this.#blame(batch.failedBehind(applied.position), applied.error, signal);
      case 'broken':
        if (batch.suspect() === 1) await this.#blame(batch.left[0], applied.error, signal);
        return;
      case 'stale-definitions':
        return await this.#parts.matcher.definitions.refresh();
      case 'gone':
        return await this.#readAgain(batch);
      case 'unusable-ids':
        await this.#straightener.runOnce(signal);
        return await this.#readAgain(batch);
      case 'not-my-turn':
        this.#undisturbed = 0;
        return turn.missed();
      default:
        applied satisfies never;
    }
  }

  get #log(): Redis {
    return this.#parts.log ?? this.#parts.redis;
  }

  #turn(unsure: boolean): Turn {
    return new Turn({ ...this.#parts, redis: this.#log }, unsure);
  }

  async #readAgain(batch: Batch): Promise<void> {
    batch.keep(await this.sift(await readAgain(this.#log, this.#parts.store, batch.left)));
  }

  async #awaitTurn(turn: Turn, own: Entry | undefined, signal: AbortSignal): Promise<void> {
    if (own === undefined) return;
    if (!(await turn.comes(own.id, signal))) await this.#takeOver.before(own, signal);
  }

  /**
   * @param sent hears when all that is left of the batch is on its way
   * @throws the infrastructure's errors only
   */
  async #call(batch: Batch, sent: () => void): Promise<Applied | Broken> {
    const { redis, store, matcher, logger } = this.#parts;
    const { definitions, chunkSize } = matcher;
    let applied: Applied;
    let chunk: Chunk;
    const sentMs = performance.now();
    try {
      chunk = batch.cut({ view: definitions.view, setAside: this.#poison.setAside, chunkSize });
      const answer = apply(redis, store, chunk);
      if (batch.isSent) sent();
      applied = await answer;
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      const { sent } = batch;
      logger.warn({ entry: sent[0]?.id, entries: sent.length, error: reasonOf(error) }, 'chunk failed');
      return { word: 'broken', error };
    }
    if (applied.word === 'failed' && isInfrastructure(applied.error)) throw new Error(applied.error);
    if (applied.error !== '' && applied.word !== 'failed') {
      logger.warn({ position: applied.position, error: applied.error }, 'set aside with the dead letters');
    }
    if (applied.word === 'already-applied') this.#poison.passed(batch.sent);
    if (applied.words.length > 0) this.#tell(batch.sent, applied, chunk, performance.now() - sentMs);
    return applied;
  }

  #tell(sent: readonly Entry[], applied: Applied, chunk: Chunk, tookMs: number): void {
    const { measured, clock, store } = this.#parts;
    const end = countUpTo(sent, applied.position);
    const first = end - applied.words.length;
    const done = sent.slice(first, end);
    this.#poison.passed(done);
    if (measured) {
      const { events: stream } = store.keys;
      measureCall(measured, { chunk, applied, first, tookMs, toMs: clock.nowMs(), stream });
    }
    try {
      this.#parts.observe?.(done, applied);
    } catch (error) {
      this.#parts.logger.error({ error: reasonOf(error) }, 'an observer of entries failed');
    }
  }

  /** An entry failed by itself: it is tried again a little later, and set aside in the end. */
  async #blame(culprit: Entry | undefined, error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#parts;
    if (!culprit) return;
    const { attempts, setAside, pauseMs } = this.#poison.failed(culprit.id, error);
    const fields = { entry: culprit.id, attempts, error: reasonOf(error) };
    if (pauseMs > 0) logger.error(fields, 'entry after entry fails: the state of the engine seems to be broken');
    else if (setAside) logger.error(fields, 'entry failed too often, it goes to the dead letters');
    else logger.warn(fields, 'entry failed');
    await clock.sleep(LONGEST_WAIT_MS + pauseMs, signal);
  }
}
