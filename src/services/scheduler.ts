import type { Redis } from 'ioredis';
import { TAKE_OVER_MS } from '../apply/turn.ts';
import type { Clock } from '../clock.ts';
import type { Measures } from '../measure/measures.ts';
import { type Settled, settle } from '../redis/steps/settle.ts';
import type { Store } from '../redis/store.ts';

/** The longest sleep: a deadline that another worker sets is never met later than this, even without a notice. */
export const LONGEST_SLEEP_MS = 500;

export type SchedulerParts = { redis: Redis; store: Store; clock: Clock; measures?: Measures | undefined };

/** What one round found. */
export type SchedulerRound = {
  /** In how many ms of this process the next round is due. */
  waitMs: number;
  /** Entries wait behind a position that has not moved for a while: the worker that read them is gone or stalled. */
  standing: boolean;
};

/** Moves time forward where there are no entries. */
export class Scheduler {
  readonly #parts: SchedulerParts;
  /** Redis time minus the time of this process, as of the last answer. */
  #offsetMs = 0;
  #position = '';
  #unmovedSinceMs = 0;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  /** Settles everything that is due by now (rules 8.2). */
  async runOnce(signal?: AbortSignal): Promise<SchedulerRound> {
    const { redis, store, clock, measures } = this.#parts;
    for (;;) {
      const sentMs = performance.now();
      const settled = await settle(redis, store);
      this.#offsetMs = settled.nowMs - clock.nowMs();
      if (measures) {
        measures.offsetMs = this.#offsetMs;
        measures.calls.settle.observe((performance.now() - sentMs) / 1_000);
      }
      const standing = this.#stands(settled);
      if (settled.word === 'settled' || signal?.aborted) return { waitMs: this.untilMs(settled.wakeMs), standing };
    }
  }

  /** Milliseconds from now until `wakeMs` of Redis time, at most LONGEST_SLEEP_MS. */
  untilMs(wakeMs: number | null): number {
    if (wakeMs === null) return LONGEST_SLEEP_MS;
    return Math.max(0, Math.min(LONGEST_SLEEP_MS, wakeMs - this.#offsetMs - this.#parts.clock.nowMs()));
  }

  #stands({ position, waitingMs }: Settled): boolean {
    const nowMs = this.#parts.clock.nowMs();
    if (waitingMs === null || position !== this.#position) {
      this.#position = position;
      this.#unmovedSinceMs = nowMs;
    }
    return nowMs - this.#unmovedSinceMs >= TAKE_OVER_MS;
  }
}
