import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { IGNORED_BY_DEFAULT } from '../model/namespace-settings.ts';
import type { PartitionLayout } from '../model/partition.ts';
import { removeNamespaces } from '../redis/namespace.ts';
import { type OpenOptions, openRedis } from '../redis/open.ts';
import type { Scenario, ScenarioAnswer } from './scenario.ts';
import { ScratchEngine, type ScratchParts } from './scratch-engine.ts';
import { simulate } from './simulation.ts';

/** Runs scenarios and engines in virtual time on a server, in namespaces that nobody else has, and removes them. */
export class Scratch {
  readonly #redis: Redis;
  readonly #parts: ScratchParts;
  readonly #run = `scratch-${randomBytes(6).toString('hex')}`;

  private constructor(redis: Redis, chunkSize: number | undefined, signal: AbortSignal) {
    this.#redis = redis;
    const ignored = new Set(IGNORED_BY_DEFAULT);
    this.#parts = { redis, logger: pino({ level: 'silent' }), ignored, signal, ...(chunkSize && { chunkSize }) };
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

  /** Removes all that is left, and disconnects. */
  async close(): Promise<void> {
    await this.remove('').finally(() => this.#redis.disconnect());
  }
}
