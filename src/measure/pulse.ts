/** Something that runs round after round. `overdueMs`: how long its round already takes, or how late the next one is; 0 while it waits for its time. */
export type Beating = Readonly<{ name: string; overdueMs: (nowMs: number) => number }>;

/** The loops that run in this process. */
export class Pulse {
  readonly #beating = new Set<Beating>();

  add(one: Beating): void {
    this.#beating.add(one);
  }

  remove(one: Beating): void {
    this.#beating.delete(one);
  }

  /** Names of those that stand still for longer than `mostMs`. */
  stalled(nowMs: number, mostMs: number): string[] {
    return [...this.#beating].filter((one) => one.overdueMs(nowMs) > mostMs).map(({ name }) => name);
  }
}
