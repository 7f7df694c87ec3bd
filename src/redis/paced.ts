import { setTimeout as pause } from 'node:timers/promises';

/** How many times as long as a page took, the server is left to others: a reader takes a tenth of its time at most. */
const LEFT_TO_OTHERS = 9;

/** The longest pause behind a page, in ms: a server that has stopped for a while does not stop the reader for ten times as long. */
const LONGEST_PAUSE_MS = 250;

/**
 * Reads long things page by page beside a running engine. The longer a page takes, since the server has much to do, the longer it is left
 * alone; a reader that is busy with a page for that long anyway does not wait.
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
