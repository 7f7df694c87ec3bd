import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';

/** Time that moves only when a test says so, or, with `flies`, whenever somebody sleeps. */
export class FakeClock implements Clock {
  readonly sleeps: number[] = [];
  readonly #flies: boolean;
  readonly #sleepers = new Set<{ untilMs: number; wake: () => void }>();
  #nowMs: number;

  constructor({ nowMs = 0, flies = false }: { nowMs?: number; flies?: boolean } = {}) {
    this.#nowMs = nowMs;
    this.#flies = flies;
  }

  virtualNowMs(): number | null {
    return null;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs <= this.#nowMs) sleeper.wake();
    }
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    if (this.#flies) {
      this.#nowMs += ms;
      await nextTurn();
      return;
    }
    if (signal.aborted || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const sleeper = {
        untilMs: this.#nowMs + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake, { once: true });
    });
  }
}
