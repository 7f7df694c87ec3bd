import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { readOutcomes } from '../redis/backlog.ts';
import { isAfter, readInFront, readPosition } from '../redis/log.ts';
import type { Store } from '../redis/store.ts';

/** How long the position stands before a worker applies the entries in front of its own itself. */
export const TAKE_OVER_MS = 1_000;

/** Between two looks at the position: from a fraction of a chunk's time up to a delay that nobody notices. */
const SHORTEST_WAIT_MS = 1;
export const LONGEST_WAIT_MS = 16;

export type TurnParts = { redis: Redis; store: Store; clock: Clock };

/** How long entries waited for those of other workers, and how many were applied meanwhile. */
export type Waited = Readonly<{ waitedMs: number; meanwhile: number }>;

/** Waits until the position comes to one's own entries: patiently as long as it moves, since another worker is at those before them. */
export class Turn {
  readonly #parts: TurnParts;
  #position = '';
  #waitMs = SHORTEST_WAIT_MS;
  #sinceMs: number | null = null;
  /** When the wait began and ended, and how many entries were applied by then. */
  #began: Moment | null = null;
  #ended: Moment | null = null;

  #missed = false;
  #unsure: boolean;

  /** @param unsure whether others may well have entries in front, so that it is better to look before one's own are sent */
  constructor(parts: TurnParts, unsure: boolean) {
    this.#parts = parts;
    this.#unsure = unsure;
  }

  get isUnsure(): boolean {
    return this.#unsure;
  }

  get hadToWait(): boolean {
    return this.#missed || this.#began !== null;
  }

  /** Entries were sent before it. */
  missed(): void {
    this.#missed = true;
    this.#unsure = true;
  }

  /**
   * Looks at the position, which is far cheaper than to send entries before their turn, until nothing waits in front of entry `own`.
   * @returns false when the position has stood for so long that the worker of those in front seems to be gone
   */
  async comes(own: string, signal: AbortSignal): Promise<boolean> {
    const { redis, store, clock } = this.#parts;
    const moment = this.#moment();
    this.#unsure = false;
    let [inFront, position] = await Promise.all([readInFront(redis, store, own), readPosition(redis, store)]);
    while (inFront !== null && isAfter(inFront, position)) {
      this.#began ??= moment;
      this.#saw(position);
      if (this.#isOverdue()) return false;
      if (signal.aborted) return true;
      await clock.sleep(this.#waitMs, signal);
      this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
      position = await readPosition(redis, store);
    }
    this.#sinceMs = null;
    if (this.#began !== null) this.#ended = this.#moment();
    return true;
  }

  /** All of the wait, once the turn has come. */
  async waited(): Promise<Waited> {
    if (this.#began === null || this.#ended === null) return { waitedMs: 0, meanwhile: 0 };
    const [first, last] = await Promise.all([this.#began.applied, this.#ended.applied]);
    return { waitedMs: this.#ended.atMs - this.#began.atMs, meanwhile: last - first };
  }

  #saw(position: string): void {
    if (position === this.#position) return;
    this.#position = position;
    this.#sinceMs = null;
    this.#waitMs = SHORTEST_WAIT_MS;
  }

  #isOverdue(): boolean {
    const nowMs = this.#parts.clock.nowMs();
    this.#sinceMs ??= nowMs;
    return nowMs - this.#sinceMs >= TAKE_OVER_MS;
  }

  /** Nobody waits for the number: it only says whether this worker is needed. */
  #moment(): Moment {
    const { redis, store, clock } = this.#parts;
    return { atMs: clock.nowMs(), applied: readOutcomes(redis, store).catch(() => Number.NaN) };
  }
}

type Moment = Readonly<{ atMs: number; applied: Promise<number> }>;
