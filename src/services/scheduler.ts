import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { settle } from '../redis/steps/settle.ts';
import type { Store } from '../redis/store.ts';

/** The longest sleep: a deadline set by another worker is never met later than this, even if nobody tells. */
export const LONGEST_SLEEP_MS = 500;

export type SchedulerParts = { redis: Redis; store: Store; clock: Clock };

/** Moves time forward where there are no entries. */
export class Scheduler {
  readonly #parts: SchedulerParts;
  /** Redis time minus the time of this process, as of the last answer. */
  #offsetMs = 0;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  /** Settles all that is due by now (semantics 8.2). Returns in how many ms of this process it should look again. */
  async runOnce(signal?: AbortSignal): Promise<number> {
    const { redis, store, clock } = this.#parts;
    for (;;) {
      const settled = await settle(redis, store);
      this.#offsetMs = settled.nowMs - clock.nowMs();
      if (settled.word === 'settled' || signal?.aborted) return this.untilMs(settled.wakeMs);
    }
  }

  /** Milliseconds from now until `wakeMs` of Redis time, at most LONGEST_SLEEP_MS. */
  untilMs(wakeMs: number | null): number {
    if (wakeMs === null) return LONGEST_SLEEP_MS;
    return Math.max(0, Math.min(LONGEST_SLEEP_MS, wakeMs - this.#offsetMs - this.#parts.clock.nowMs()));
  }
}
