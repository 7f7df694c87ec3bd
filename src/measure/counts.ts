/** Values of a label that get a series of their own; those that come later share one, so that no catalogue of names fills a monitoring system. */
export const MOST_VALUES = 200;

/** What stands for the values beyond. */
export const OTHER = 'other';

/** Counts by one or two labels, from the start of the process on. */
export class Counts {
  readonly #most: number;
  readonly #counts = new Map<string, Map<string, number>>();

  /** @param most values of the first label that are kept apart */
  constructor(most = MOST_VALUES) {
    this.#most = most;
  }

  add(first: string, second = '', by = 1): void {
    let counts = this.#counts.get(first);
    if (counts === undefined) {
      const name = this.#counts.size < this.#most ? first : OTHER;
      counts = this.#counts.get(name) ?? new Map();
      this.#counts.set(name, counts);
    }
    counts.set(second, (counts.get(second) ?? 0) + by);
  }

  /** Each with its labels, in the order in which they came. */
  *each(): Generator<readonly [first: string, second: string, count: number]> {
    for (const [first, counts] of this.#counts) for (const [second, count] of counts) yield [first, second, count];
  }

  /** Gives what was counted, and begins at nothing. */
  take(): (readonly [first: string, second: string, count: number])[] {
    const taken = [...this.each()];
    this.#counts.clear();
    return taken;
  }
}
