import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { msOf } from '../model/intake.ts';
import { relayedTo } from '../redis/erased.ts';
import { type JobsProgress, jobsHomeNow, jobsHomeSeen, noteJobsHome, relayAgain } from '../redis/jobs-home.ts';
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

  /**
   * Jobs that are lost were added since a minute before the last look. Where the relay was behind, their firings are older than that: so it
   * goes back to where it was a minute before, too.
   */
  async runOnce(): Promise<void> {
    const { redis, store, logger } = this.#parts;
    const now = await jobsHomeNow(redis, store);
    const seen = await jobsHomeSeen(redis, store);
    const relayedMs = msOf(await relayedTo(redis, store));
    const first = Math.min(relayedMs, now.atMs - BEFORE_MS);
    let progress = seen?.progress ?? { before: first, sinceMs: now.atMs, next: relayedMs };
    if (seen !== null && seen.history !== now.history) {
      const sinceMs = Math.min(seen.atMs - BEFORE_MS, progress.before);
      if (await relayAgain(redis, store, sinceMs)) {
        logger.warn({ sinceMs }, 'another server has the jobs now; firings are relayed again');
        progress = { before: sinceMs, sinceMs: now.atMs, next: sinceMs };
      }
    }
    await noteJobsHome(redis, store, now, movedOn(progress, now.atMs, relayedMs));
  }
}

function movedOn(progress: JobsProgress, nowMs: number, relayedMs: number): JobsProgress {
  if (nowMs < progress.sinceMs + BEFORE_MS) return progress;
  return { before: progress.next, sinceMs: nowMs, next: relayedMs };
}
