import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { obtainRedisServer, type RedisServer, startRedisServer } from '../../../src/embedded/server.ts';

/** A Redis of our own that keeps its data, to be killed and started again on the same port. */
export class MortalServer {
  readonly redis: Redis;
  readonly #dir: string;
  #server: RedisServer;

  private constructor(dir: string, server: RedisServer) {
    this.#dir = dir;
    this.#server = server;
    this.redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    // It goes away and comes back; commands wait meanwhile.
    this.redis.on('error', () => undefined);
  }

  static async start(): Promise<MortalServer> {
    const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-proof-'));
    return new MortalServer(dir, await MortalServer.#launch(dir, 0));
  }

  static async #launch(dir: string, port: number): Promise<RedisServer> {
    return await startRedisServer({ port, dir, program: await obtainRedisServer(() => undefined) });
  }

  get url(): string {
    return this.#server.url;
  }

  /** `kill -9`, then a new start on what it had written. */
  async restart(): Promise<void> {
    const { port, pid, ended } = this.#server;
    process.kill(pid, 'SIGKILL');
    await ended;
    this.#server = await MortalServer.#launch(this.#dir, port);
  }

  async remove(): Promise<void> {
    this.redis.disconnect();
    await this.#server.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
