import type { Redis } from 'ioredis';

/** Between two looks at how far the log is applied. */
const LOOK_MS = 200;

/** Throughput is that of so long. */
const SPAN_MS = 1_000;

/** A share of the throughput there was, from which on it has recovered. */
const RECOVERED = 0.9;

type Beat = { at: number; applied: number };

/** Watches how fast entries are applied. */
export class Pulse {
  readonly #redis: Redis;
  readonly #counters: readonly string[];
  readonly #beats: Beat[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param counters of all engines */
  constructor(redis: Redis, counters: readonly string[]) {
    this.#redis = redis;
    this.#counters = counters;
  }

  start(): void {
    let looking = false;
    this.#timer = setInterval(() => {
      if (looking) return;
      looking = true;
      void this.look().finally(() => {
        looking = false;
      });
    }, LOOK_MS);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  async look(): Promise<void> {
    const all = await Promise.all(this.#counters.map((key) => this.#redis.hvals(key))).catch(() => null);
    if (all === null) return;
    const counts = all.flat();
    this.#beats.push({ at: performance.now(), applied: counts.reduce((sum, count) => sum + Number(count), 0) });
  }

  /** Entries applied in each second, in order. */
  get course(): number[] {
    const speeds: number[] = [];
    let last = this.#beats[0];
    for (const beat of this.#beats) {
      if (!last || beat.at - last.at < SPAN_MS) continue;
      speeds.push(Math.round(((beat.applied - last.applied) * 1_000) / (beat.at - last.at)));
      last = beat;
    }
    return speeds;
  }

  /** Entries a second over the whole time. */
  get perSecond(): number {
    const [first, last] = [this.#beats[0], this.#beats.at(-1)];
    if (!first || !last || last.at === first.at) return 0;
    return ((last.applied - first.applied) * 1_000) / (last.at - first.at);
  }

  /**
   * How long after a fault at `from` entries were applied again at nearly `perSecond`, for a whole second. Null when they never were before
   * `until`.
   */
  recoveryMs(from: number, until: number, perSecond: number): number | null {
    for (const [i, begin] of this.#beats.entries()) {
      if (begin.at < from) continue;
      if (begin.at >= until) return null;
      const end = this.#beats.slice(i).find(({ at }) => at >= begin.at + SPAN_MS);
      if (end === undefined) return null;
      const speed = ((end.applied - begin.applied) * 1_000) / (end.at - begin.at);
      if (speed >= RECOVERED * perSecond) return Math.round(begin.at - from);
    }
    return null;
  }
}
