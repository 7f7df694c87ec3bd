/** Delays, in seconds: from a script call up to the longest that events may run late. */
export const DELAYS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300, 900,
];

/** Sizes of what one call gets. */
export const SIZES: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/** How values spread over buckets: as a histogram of Prometheus, but cheap enough to be asked for every entry of the log. */
export class Distribution {
  /** Upper bounds of the buckets, ascending; one more without a bound is behind them. */
  readonly bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** Below zero, as by clocks that differ a little, is zero. */
  observe(value: number, times = 1): void {
    const known = Math.max(0, value);
    let at = 0;
    while (at < this.bounds.length && known > (this.bounds[at] ?? 0)) at += 1;
    this.#counts[at] = (this.#counts[at] ?? 0) + times;
    this.#sum += known * times;
  }

  get sum(): number {
    return this.#sum;
  }

  /** For each bound how many values were not above it; last how many there were in all. */
  cumulative(): number[] {
    let all = 0;
    return this.#counts.map((count) => {
      all += count;
      return all;
    });
  }
}
