/** Lets so many events a second in, and as many at once after a quiet second. */
export class Rate {
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
    this.#atMs = nowMs;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** How long to wait until there is room, in ms; 0: there is some. A list may take more than there is: what comes next waits longer. */
  waitMs(nowMs: number): number {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#left = Math.min(this.#perSecond, this.#left + (passedMs * this.#perSecond) / 1_000);
    this.#atMs = nowMs;
    return this.#left > 0 ? 0 : Math.ceil(((1 - this.#left) * 1_000) / this.#perSecond);
  }

  take(events: number): void {
    this.#left -= events;
  }
}
