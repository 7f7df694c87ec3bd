import { ConsoleRefusal } from './refusal.ts';

/** Work that takes a core of the machine and is asked for by people: one piece runs after the other, and only so many wait. */
export class Turns {
  readonly #most: number;
  readonly #what: string;
  #line: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isClosed = false;

  /**
   * @param most that wait at a time, with the one that runs
   * @param what waits, for the refusal
   */
  constructor(most: number, what: string) {
    this.#most = most;
    this.#what = what;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether nobody runs or waits. */
  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  /** Nothing that waits begins any more. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Runs something when all before it is done.
   * @param signal aborted: it never begins
   * @throws ConsoleRefusal where too many wait, or it was given up
   */
  async take<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#most) throw new ConsoleRefusal(503, `too many ${this.#what}; try again in a minute`);
    this.#waiting += 1;
    const before = this.#line;
    const turn = Promise.withResolvers<void>();
    this.#line = turn.promise;
    try {
      await before;
      if (signal.aborted || this.#isClosed) throw new ConsoleRefusal(499, 'given up');
      return await run();
    } finally {
      this.#waiting -= 1;
      turn.resolve();
    }
  }
}
