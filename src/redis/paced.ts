import { setTimeout as pause } from 'node:timers/promises';

/** The pause behind a page, in times of what the page took: reading takes a tenth of the server's time at most. */
const LEFT_TO_OTHERS = 9;

/** The longest pause behind a page, in ms: where the server stood still for a while, the reader does not wait nine times that long. */
const LONGEST_PAUSE_MS = 250;

/**
 * Reads something long page by page, beside an engine that runs. A page takes long where the server has much to do, and then the pause
 * behind it is long. Time that the reader needs for the page counts as pause.
 */
export class Paced {
  readonly #nowMs: () => number;
  readonly #pause: (ms: number) => Promise<unknown>;
  #freeAt = Number.NEGATIVE_INFINITY;

  /**
   * @param nowMs of this process, in ms
   * @param wait resolves after so many ms
   */
  constructor(
    nowMs: () => number = () => performance.now(),
    wait: (ms: number) => Promise<unknown> = (ms) => pause(ms),
  ) {
    this.#nowMs = nowMs;
    this.#pause = wait;
  }

  async read<T>(page: () => Promise<T>): Promise<T> {
    const left = this.#freeAt - this.#nowMs();
    if (left > 0) await this.#pause(left);
    const begun = this.#nowMs();
    const found = await page();
    const ended = this.#nowMs();
    this.#freeAt = ended + Math.min(LONGEST_PAUSE_MS, (ended - begun) * LEFT_TO_OTHERS);
    return found;
  }
}
