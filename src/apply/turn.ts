import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { readPosition } from '../redis/log.ts';
import type { Store } from '../redis/store.ts';

/** How long the position stands before a worker applies the entries in front of its own itself. */
export const TAKE_OVER_MS = 1_000;

/** Between two looks at the position: from a fraction of a chunk's time up to a delay that nobody notices. */
const SHORTEST_WAIT_MS = 1;
export const LONGEST_WAIT_MS = 16;

export type TurnParts = { redis: Redis; store: Store; clock: Clock };

/** Waits until the position comes to one's own entries: patiently as long as it moves, since another worker is at those before them. */
export class Turn {
  readonly #parts: TurnParts;
  #position = '';
  #waitMs = SHORTEST_WAIT_MS;
  #sinceMs: number | null = null;

  constructor(parts: TurnParts) {
    this.#parts = parts;
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
    const { clock } = this.#parts;
    this.#sinceMs ??= clock.nowMs();
    return clock.nowMs() - this.#sinceMs >= TAKE_OVER_MS;
  }

  /** Waits while the position stands, which is far cheaper to ask than to send the chunk again. */
  async untilMoved(position: string, signal: AbortSignal): Promise<void> {
    const { redis, store, clock } = this.#parts;
    let now: string;
    do {
      await clock.sleep(this.#waitMs, signal);
      this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
      now = await readPosition(redis, store);
    } while (now === position && !this.isOverdue() && !signal.aborted);
  }
}
