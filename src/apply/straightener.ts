import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { straighten } from '../redis/steps/straighten.ts';
import type { Store } from '../redis/store.ts';

export type StraightenerParts = { redis: Redis; store: Store; logger: Logger };

/** Gives entries whose ids are no times of arrival ids of the present (rules 4, Straightening), before anything behind them is applied. */
export class Straightener {
  readonly #parts: StraightenerParts;

  constructor(parts: StraightenerParts) {
    this.#parts = parts;
  }

  /** Until all ids are usable. Others may do the same at the same time. */
  async runOnce(signal?: AbortSignal): Promise<void> {
    const { redis, store, logger } = this.#parts;
    let straightened = 0;
    for (;;) {
      const { word, moved } = await straighten(redis, store);
      straightened += moved;
      if (word === 'straight' || signal?.aborted) break;
    }
    if (straightened === 0) return;
    logger.error(
      { stream: store.keys.events, straightened },
      'entries whose ids were no times of arrival were given new ones',
    );
  }
}
