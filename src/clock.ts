import { setTimeout as delay } from 'node:timers/promises';

/**
 * Where the engine gets its time from. Decisions are made in Redis time (or in `virtualNowMs`, for a simulation);
 * `sleep` only decides how soon the caller looks.
 */
export type Clock = {
  /** Milliseconds since 1970 that all decisions are made with; null: the Redis server's. */
  virtualNowMs(): number | null;
  /** Wall clock of this process in milliseconds, for measuring and waiting. */
  nowMs(): number;
  /** Resolves after `ms`, or as soon as `signal` is aborted. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};

/** The clock of production: decisions in Redis time, waiting in real time. */
export const systemClock: Clock = {
  virtualNowMs: () => null,
  nowMs: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};

/**
 * A clock that stands still until it is moved; for simulations and tests. Waiting takes real time all the same: a worker
 * that did not wait would ask Redis without a pause.
 */
export class ManualClock implements Clock {
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  moveTo(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  virtualNowMs(): number {
    return this.#nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    await systemClock.sleep(ms, signal);
  }
}
