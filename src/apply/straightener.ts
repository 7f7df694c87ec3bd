import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { STRAIGHTEN_LIMIT, straighten } from '../redis/steps/straighten.ts';
import type { Store } from '../redis/store.ts';

/** Between two lines of the log: while a clock is set back every entry is concerned. */
const TOLD_EVERY_MS = 60_000;

export type StraightenerParts = { redis: Redis; store: Store; clock: Clock; logger: Logger };

/** Gives entries whose ids are no times of arrival ids of the present (rules 4, Straightening), before anything behind them is applied. */
export class Straightener {
  readonly #parts: StraightenerParts;
  #untold = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(parts: StraightenerParts) {
    this.#parts = parts;
  }

  /** Until all ids are usable; `given`: those of the entries that workers have read. Others may do the same at the same time. */
  async runOnce(signal?: AbortSignal, look: 'given' | 'all' = 'all'): Promise<void> {
    const { redis, store } = this.#parts;
    for (;;) {
      const { word, moved } = await straighten(redis, store, STRAIGHTEN_LIMIT, look);
      this.#untold += moved;
      if (word === 'straight' || signal?.aborted) break;
    }
    if (this.#untold > 0) this.#tell();
  }

  #tell(): void {
    const { clock, logger, store } = this.#parts;
    const nowMs = clock.nowMs();
    if (nowMs - this.#toldMs < TOLD_EVERY_MS) return;
    const fields = { stream: store.keys.events, straightened: this.#untold };
    logger.error(fields, 'entries whose ids were no times of arrival were given new ones');
    this.#toldMs = nowMs;
    this.#untold = 0;
  }
}
