import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { IGNORED_BY_DEFAULT } from '../model/namespace-settings.ts';
import type { PartitionLayout } from '../model/partition.ts';
import { newRun, removeEndedRuns, removeNamespaces, runLives, SIGN_OF_LIFE_MS } from '../redis/namespace.ts';
import { type OpenOptions, openRedis } from '../redis/open.ts';
import type { Scenario, ScenarioAnswer } from './scenario.ts';
import { ScratchEngine, type ScratchParts } from './scratch-engine.ts';
import { simulate } from './simulation.ts';

/** Runs scenarios and engines in virtual time on a server, in namespaces that nobody else has, and removes them. */
export class Scratch {
  readonly #redis: Redis;
  readonly #parts: ScratchParts;
  readonly #run = newRun();
  readonly #living: NodeJS.Timeout;

  private constructor(redis: Redis, chunkSize: number | undefined, signal: AbortSignal) {
    this.#redis = redis;
    const ignored = new Set(IGNORED_BY_DEFAULT);
    this.#parts = { redis, logger: pino({ level: 'silent' }), ignored, signal, ...(chunkSize && { chunkSize }) };
    // What is missed is made up for by the next one.
    const live = (): void => void runLives(redis, this.#run).catch(() => undefined);
    live();
    this.#living = setInterval(live, SIGN_OF_LIFE_MS).unref();
  }

  /**
   * @param chunkSize most entries applied by one script call
   * @param signal aborted: scenarios end at their next step; the connection stays, since what was begun is removed first
   * @throws RedisUnreachable
   */
  static async open(
    { url, chunkSize, ...how }: Pick<OpenOptions, 'tls' | 'advice'> & { url: string; chunkSize?: number },
    signal: AbortSignal,
  ): Promise<Scratch> {
    return new Scratch(await openRedis(url, new AbortController().signal, how), chunkSize, signal);
  }

  /**
   * Runs one scenario under a name that no other has, in partitions where there is a layout. What it leaves stays until it is removed.
   */
  async simulate(name: string, scenario: Scenario, layout?: PartitionLayout): Promise<ScenarioAnswer> {
    return await simulate(this.#parts, `${this.#run}-${name}`, scenario, layout);
  }

  /** An engine under a name that no other has; it must be prepared. What it leaves stays until it is removed. */
  engine(name: string, startMs: number, more: Partial<ScratchParts> = {}): ScratchEngine {
    return new ScratchEngine({ ...this.#parts, ...more }, `${this.#run}-${name}`, startMs);
  }

  /** Removes what scenarios left whose names begin so. Looks at every key of the server: not to be done for each. */
  async remove(beginning: string): Promise<void> {
    await removeNamespaces(this.#redis, `${this.#run}-${beginning}`);
  }

  /** Removes all that is left, also of runs that were killed on that server, and disconnects. */
  async close(): Promise<void> {
    clearInterval(this.#living);
    await removeEndedRuns(this.#redis, this.#run).finally(() => this.#redis.disconnect());
  }
}
