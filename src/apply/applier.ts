import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../errors.ts';
import type { Entry } from '../model/intake.ts';
import { isAfter, readAgain, readWaiting } from '../redis/log.ts';
import { isInfrastructure } from '../redis/retryable.ts';
import { type Applied, apply } from '../redis/steps/apply.ts';
import { leaveWord, takeOver } from '../redis/steps/take-over.ts';
import type { Store } from '../redis/store.ts';
import { type Draft, type Drafting, draftOf, type Looks, lookThrough, nextRead } from './draft.ts';
import type { Definitions } from './loaded-definitions.ts';
import { Poison } from './poison.ts';

/** How many entries one call of `apply` gets at most: a millisecond of Redis' time (measured), so that nobody else waits for long. */
export const CHUNK_SIZE = 100;

/** So many chunks in a row came at once to their turn: then the next one is sent ahead, see Applier.apply. */
const UNDISTURBED = 2;

/** How long the position stands before a worker applies the entries in front of its own itself. */
export const TAKE_OVER_MS = 1_000;

/** Between two looks whether it is our turn: a fraction of what a chunk takes, up to what nobody notices. */
const SHORTEST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 16;

/** Entries, or chunks, taken over before one's own turn is asked for again: asking sends the whole of one's own. */
const TAKE_OVER_CALLS = 100;

/** What became of entries, for metrics and the live view. */
export type Observer = (entries: readonly Entry[], applied: Applied) => void;

export type ApplierParts = {
  redis: Redis;
  store: Store;
  definitions: Definitions;
  clock: Clock;
  logger: Logger;
  chunkSize?: number;
  observe?: Observer;
  /** Name of the worker, under which it gives signs of life: then an entry at which workers die one after the other is set aside. */
  worker?: string;
};

/** A call that failed as a whole, for a reason that is not the infrastructure's: one of its entries is to blame. */
type Broken = { word: 'broken'; error: unknown };

/** Applies entries in the order of the log, whoever else does the same at the same time. */
export class Applier {
  readonly #parts: ApplierParts;
  readonly #chunkSize: number;
  readonly #poison = new Poison();
  /** How many chunks in a row did not have to wait for another worker. */
  #undisturbed = 0;
  #batchSize: number;

  constructor(parts: ApplierParts) {
    this.#parts = parts;
    this.#chunkSize = parts.chunkSize ?? CHUNK_SIZE;
    this.#batchSize = this.#chunkSize;
  }

  /** How many entries to take at a time: a chunk, or fewer when they take long to match. */
  get batchSize(): number {
    return this.#batchSize;
  }

  /** Decodes and matches entries ahead of `apply`, bit by bit. Never rejects. */
  async lookThrough(entries: readonly Entry[]): Promise<Looks> {
    const { definitions, clock } = this.#parts;
    const sinceMs = clock.nowMs();
    const looks = await lookThrough(entries, definitions, clock);
    this.#batchSize = nextRead(entries.length, clock.nowMs() - sinceMs, this.#chunkSize);
    return looks;
  }

  /**
   * Applies `entries`, consecutive in the log, each exactly once; returns when all are applied by this or another worker.
   * Rejects only with an error of the infrastructure; the call may then be repeated.
   *
   * `looks`: what is known of the entries. `before`: entries of this worker that are still being applied. Unless other workers
   * are busy too, these are sent meanwhile, so that Redis has them at hand when it is done. Should they come to Redis too early
   * after all, they are not at their turn, and are sent again.
   */
  async apply(
    entries: readonly Entry[],
    signal: AbortSignal,
    { before, looks = null }: { before?: Promise<void>; looks?: Looks | null } = {},
  ): Promise<void> {
    for (let from = 0; from < entries.length; from += this.#chunkSize) {
      const chunk = entries.slice(from, from + this.#chunkSize);
      await this.#applyChunk(chunk, signal, looks, from === 0 ? before : undefined);
    }
  }

  /**
   * Applies what stands in the log whoever was given it, up to one chunk. Returns how many entries there were.
   * When workers died at it, fewer and fewer go at once, and the one that kills them goes to the dead letters unread.
   */
  async applyWaiting(signal: AbortSignal): Promise<number> {
    return (await this.#takeOver(signal)).length;
  }

  /** Takes over what stands in front of one's own: often enough for what has to go one by one. */
  async #applyBefore(own: Entry | undefined, signal: AbortSignal): Promise<void> {
    const untilMs = this.#parts.clock.nowMs() + TAKE_OVER_MS;
    for (let calls = 0; own && calls < TAKE_OVER_CALLS && !signal.aborted; calls += 1) {
      // Who is slow would otherwise do what those do who have come back meanwhile.
      if (calls > 0 && this.#parts.clock.nowMs() >= untilMs) return;
      const last = (await this.#takeOver(signal)).at(-1);
      if (!last || !isAfter(own.id, last.id)) return;
    }
  }

  /** @returns the entries it took */
  async #takeOver(signal: AbortSignal): Promise<readonly Entry[]> {
    const { redis, store, worker, logger } = this.#parts;
    if (worker === undefined) return await this.#applyNext(this.#batchSize, signal);
    const turn = await takeOver(redis, store, worker, this.#batchSize);
    if (turn.word === 'idle') return [];
    try {
      if (turn.word !== 'poison') return await this.#applyNext(turn.count, signal);
      const { entry, deaths } = turn;
      logger.error({ entry, deaths }, 'workers die at an entry, it goes to the dead letters');
      this.#poison.setAsideNext(entry, { reason: `poison: ${deaths} workers died at it`, error: '', attempts: deaths });
      const setAside = [{ id: entry, fields: [] }];
      await this.#applyChunk(setAside, signal);
      return setAside;
    } finally {
      // Whoever comes to this has not died. While Redis is away nobody waits for it to be heard.
      leaveWord(redis, store, worker).catch(() => undefined);
    }
  }

  async #applyNext(count: number, signal: AbortSignal): Promise<readonly Entry[]> {
    const entries = await readWaiting(this.#parts.redis, this.#parts.store, count);
    if (entries.length > 0) await this.#applyChunk(entries, signal, await this.lookThrough(entries));
    return entries;
  }

  async #applyChunk(
    entries: readonly Entry[],
    signal: AbortSignal,
    looks: Looks | null = null,
    before?: Promise<void>,
  ): Promise<void> {
    const turn = new Turn(this.#parts.clock);
    let rest = entries;
    let draft = draftOf(rest, this.#drafting, looks, null);
    let ahead = before && this.#undisturbed >= UNDISTURBED ? this.#step(draft) : null;
    // Seen below, once those before are done.
    ahead?.catch(() => undefined);
    await before;
    // So many entries at the head of the rest hold one that made a call fail as a whole; it is looked for by halves.
    let suspects = 0;
    while (rest.length > 0 && !signal.aborted) {
      const next = rest.slice(0, suspects > 0 ? Math.ceil(suspects / 2) : rest.length);
      draft = draftOf(next, this.#drafting, looks, draft);
      const part = draft.entries;
      const applied = await (ahead ?? this.#step(draft));
      const early = ahead !== null && applied.word === 'not-my-turn';
      ahead = null;
      this.#undisturbed = applied.word === 'not-my-turn' ? 0 : this.#undisturbed + 1;
      if (early) continue;
      if (applied.word !== 'not-my-turn') turn.came();
      switch (applied.word) {
        case 'applied':
        case 'already-applied':
          rest = rest.slice(part.length);
          suspects = Math.max(0, suspects - part.length);
          break;
        case 'more-due':
          rest = behind(rest, applied.position);
          suspects = Math.max(0, suspects - (part.length - behind(part, applied.position).length));
          break;
        case 'failed':
          rest = behind(rest, applied.position);
          suspects = 0;
          await this.#blame(rest[0], applied.error, signal);
          break;
        case 'broken':
          suspects = part.length;
          if (part.length === 1) await this.#blame(part[0], applied.error, signal);
          break;
        case 'stale-definitions':
          await this.#parts.definitions.refresh();
          break;
        case 'gone':
          rest = await readAgain(this.#parts.redis, this.#parts.store, rest);
          suspects = 0;
          break;
        case 'not-my-turn':
          turn.saw(applied.position);
          if (turn.isOverdue()) await this.#applyBefore(part[0], signal);
          else await this.#untilMoved(applied.position, turn, signal);
          break;
        default:
          applied satisfies never;
      }
    }
  }

  /** Waits while the position stands, which is far cheaper to ask than to send the chunk again. */
  async #untilMoved(position: string, turn: Turn, signal: AbortSignal): Promise<void> {
    const { redis, store } = this.#parts;
    let now: string;
    do {
      await turn.wait(signal);
      now = (await redis.get(store.keys.position)) ?? '0-0';
    } while (now === position && !turn.isOverdue() && !signal.aborted);
  }

  get #drafting(): Drafting {
    return { definitions: this.#parts.definitions, setAside: this.#poison.setAside };
  }

  /** @throws the infrastructure's errors only */
  async #step(draft: Draft): Promise<Applied | Broken> {
    const { redis, store, logger } = this.#parts;
    const { entries } = draft;
    let applied: Applied;
    try {
      if ('fault' in draft) throw draft.fault;
      applied = await apply(redis, store, draft.chunk);
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      logger.warn({ entry: entries[0]?.id, entries: entries.length, error: reasonOf(error) }, 'chunk failed');
      return { word: 'broken', error };
    }
    if (applied.word === 'failed' && isInfrastructure(applied.error)) throw new Error(applied.error);
    if (applied.error !== '' && applied.word !== 'failed') {
      logger.warn({ position: applied.position, error: applied.error }, 'set aside with the dead letters');
    }
    if (applied.word === 'already-applied') this.#poison.passed(entries);
    if (applied.words.length > 0) this.#tell(entries, applied);
    return applied;
  }

  #tell(entries: readonly Entry[], applied: Applied): void {
    const end = entries.length - behind(entries, applied.position).length;
    const done = entries.slice(end - applied.words.length, end);
    this.#poison.passed(done);
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

/** Waiting for the position to come to one's own entries: patiently as long as it moves, since somebody is at those before them. */
class Turn {
  readonly #clock: Clock;
  #position = '';
  #waitMs = SHORTEST_WAIT_MS;
  #sinceMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  came(): void {
    this.#waitMs = SHORTEST_WAIT_MS;
    this.#sinceMs = null;
  }

  saw(position: string): void {
    if (position !== this.#position) this.#sinceMs = null;
    this.#position = position;
  }

  isOverdue(): boolean {
    this.#sinceMs ??= this.#clock.nowMs();
    return this.#clock.nowMs() - this.#sinceMs >= TAKE_OVER_MS;
  }

  async wait(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(this.#waitMs, signal);
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }
}

/** The entries behind a position. */
function behind(entries: readonly Entry[], position: string): readonly Entry[] {
  const next = entries.findIndex(({ id }) => isAfter(id, position));
  return next === -1 ? [] : entries.slice(next);
}
