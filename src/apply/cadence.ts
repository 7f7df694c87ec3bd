import type { Clock } from '../clock.ts';

/**
 * Shortest time from one read to the next while entries come singly. A call of `apply` for one entry costs nearly what one for a dozen costs.
 * Without this, 1,000 entries a second took a worker a quarter more of the processor, and 2,000 took half as long again to become jobs.
 */
export const CADENCE_MS = 3;

/** A read of so many entries pays for its call; the next one follows at once. */
const MANY = 50;

/** When the next read is due. A read that took that long itself is followed at once, so an entry that comes now and then waits for nothing. */
export class Cadence {
  readonly #clock: Clock;
  #begunMs = Number.NEGATIVE_INFINITY;
  #many = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the next read is due, or as soon as `signal` is aborted, and takes this for its beginning. */
  async next(signal: AbortSignal): Promise<void> {
    const leftMs = CADENCE_MS - (this.#clock.nowMs() - this.#begunMs);
    // A clock that is set back makes nobody wait.
    if (!this.#many && leftMs > 0 && leftMs <= CADENCE_MS) await this.#clock.sleep(leftMs, signal);
    this.#begunMs = this.#clock.nowMs();
  }

  /** The read brought so many entries. */
  brought(count: number): void {
    this.#many = count >= MANY;
  }
}
