import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../errors.ts';
import { Loop, type Service } from '../loop.ts';
import type { Measures } from '../measure/measures.ts';
import { markFed, type SourcePromise } from '../redis/steps/mark-fed.ts';
import type { Feeder, FeedTarget } from './feeder.ts';

export type MarkerParts = Readonly<{
  redis: Redis;
  target: FeedTarget;
  /** One for each source of the target, that feeds it as well. */
  feeders: readonly Feeder[];
  clock: Clock;
  logger: Logger;
  /** Where it is seen whether its loop goes on. */
  measures?: Measures | undefined;
}>;

/** Between two looks whether something waits; marks come no faster (lua/include/limits.lua, MARK_MS). */
const LOOK_MS = 100;

/** How often an unreachable source is spoken of. */
const SAY_AGAIN_MS = 60_000;

/** Lets the time of a fed log go on where its sources bring nothing: tells it up to when they were read. */
export class Marker implements Service {
  readonly #parts: MarkerParts;
  readonly #loop: Loop;
  #saidMs = Number.NEGATIVE_INFINITY;

  constructor(parts: MarkerParts) {
    const { target, clock, logger, measures } = parts;
    this.#parts = parts;
    this.#loop = new Loop({ name: `marks of ${target.name}`, clock, logger, measures }, async () => {
      await this.runOnce();
      return LOOK_MS;
    });
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Looks once. @returns whether it added a mark */
  async runOnce(): Promise<boolean> {
    const { redis, target, feeders } = this.#parts;
    if ((await markFed(redis, target.store, [])) !== 'wanted') return false;
    const promises = await Promise.all(feeders.map(async (feeder) => await this.#promiseOf(feeder)));
    return (await markFed(redis, target.store, promises.flat())) === 'marked';
  }

  /** None where the source brings something still, or cannot be reached: it holds the target back then. */
  async #promiseOf(feeder: Feeder): Promise<readonly SourcePromise[]> {
    const { target, logger, clock } = this.#parts;
    try {
      const promise = await feeder.promise(target.name);
      return promise === null ? [] : [promise];
    } catch (error) {
      if (clock.nowMs() >= this.#saidMs + SAY_AGAIN_MS) {
        this.#saidMs = clock.nowMs();
        const { sourceName: source } = feeder;
        logger.warn(
          { source, target: target.name, error: reasonOf(error) },
          'a source cannot be reached: absences wait for it, at most 15 minutes',
        );
      }
      return [];
    }
  }
}
