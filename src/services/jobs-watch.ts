import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { jobsHomeNow, jobsHomeSeen, noteJobsHome, relayAgain } from '../redis/jobs-home.ts';
import type { Store } from '../redis/store.ts';

/** What a replica that took over may lack of the time before the last look. */
const BEFORE_MS = 60_000;

export type JobsWatchParts = Readonly<{ redis: Redis; store: Store; logger: Logger }>;

/**
 * The jobs of all partitions are in one slot, which may fail over by itself: then jobs are lost whose firings stand in the ledgers of others.
 * So their firings are relayed again. BullMQ recognises by its id what it still has, or had.
 */
export class JobsWatch {
  readonly #parts: JobsWatchParts;

  constructor(parts: JobsWatchParts) {
    this.#parts = parts;
  }

  async runOnce(): Promise<void> {
    const { redis, store, logger } = this.#parts;
    const now = await jobsHomeNow(redis, store);
    const seen = await jobsHomeSeen(redis, store);
    if (seen !== null && seen.history !== now.history && (await relayAgain(redis, store, seen.atMs - BEFORE_MS))) {
      logger.warn({ sinceMs: seen.atMs - BEFORE_MS }, 'another server has the jobs now; firings are relayed again');
    }
    await noteJobsHome(redis, store, now);
  }
}
