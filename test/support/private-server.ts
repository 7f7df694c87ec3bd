import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { obtainRedisServer, type RedisServer, startRedisServer } from '../../src/embedded/server.ts';
import { eventually } from './eventually.ts';

export type PrivateServerOptions = Readonly<{
  /** Whether it keeps an append-only file, so that it can be killed and started again. */
  kept?: boolean;
  /** 0, as by default, picks a free one. */
  port?: number;
  /** Further settings of Redis, as on its command line. */
  settings?: Readonly<Record<string, string>>;
}>;

/**
 * A Redis of this machine that its owner may set up, fill, stop, kill and start again, and a client for it, which waits while the server is
 * away. All tests and rigs that own a server own one of these.
 */
export class PrivateServer {
  readonly redis: Redis;
  readonly #options: PrivateServerOptions;
  readonly #dir: string | null;
  #server: RedisServer;

  private constructor(options: PrivateServerOptions, dir: string | null, server: RedisServer) {
    this.#options = options;
    this.#dir = dir;
    this.#server = server;
    this.redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    this.redis.on('error', () => undefined);
  }

  static async start(options: PrivateServerOptions = {}): Promise<PrivateServer> {
    const dir = options.kept ? await mkdtemp(path.join(tmpdir(), 'watchfire-server-')) : null;
    try {
      return new PrivateServer(options, dir, await launch(options, dir, options.port ?? 0));
    } catch (error) {
      await removeFolder(dir);
      throw error;
    }
  }

  get server(): RedisServer {
    return this.#server;
  }

  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  /** The folder of its data. */
  get dir(): string {
    if (this.#dir === null) throw new Error('this server keeps nothing');
    return this.#dir;
  }

  /** Stops, continues or kills it, if it is there. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    try {
      process.kill(this.#server.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#server.ended;
  }

  /** Starts again after its end, on the same port and on what it had written. */
  async start(): Promise<void> {
    this.#server = await launch(this.#options, this.dir, this.port);
  }

  /** Becomes a replica of another one; resolves when it has everything. `port`: where the way to that one begins. */
  async follow(primary: PrivateServer, port = primary.port): Promise<void> {
    // It would wait for more replicas, for seconds.
    await primary.redis.config('SET', 'repl-diskless-sync-delay', '0');
    await this.redis.replicaof('127.0.0.1', port);
    await eventually('the replica has caught up', async () => {
      const [its, own] = await Promise.all([primary.redis.info('replication'), this.redis.info('replication')]);
      const online = /^slave\d+:.*state=online/m.test(its);
      return online && /^master_link_status:up/m.test(own) && /^master_sync_in_progress:0/m.test(own);
    });
  }

  /** Ends it, and removes what it kept. */
  async remove(): Promise<void> {
    this.redis.disconnect();
    // One that was stopped could not hear that it is to end.
    this.signal('SIGCONT');
    await this.#server.stop();
    await removeFolder(this.#dir);
  }
}

async function launch({ settings }: PrivateServerOptions, dir: string | null, port: number): Promise<RedisServer> {
  const program = await obtainRedisServer((sentence) => void process.stderr.write(`watchfire: ${sentence}\n`));
  return await startRedisServer({ port, dir, program, open: true, ...(settings ? { settings } : {}) });
}

async function removeFolder(dir: string | null): Promise<void> {
  if (dir !== null) await rm(dir, { recursive: true, force: true });
}
