import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { RedisProgram } from '../../../src/embedded/find-server.ts';
import { obtainRedisServer, type RedisServer, startRedisServer } from '../../../src/embedded/server.ts';
import { Door } from './door.ts';

/** A replica that was just connected needs seconds for a large data set; a minute is too long for any. */
const SYNC_BOUND_MS = 60_000;
const LOOK_EVERY_MS = 25;

type Member = { server: RedisServer; dir: string };

/** The way of the replica to the primary, so that it can be made to lag. */
type Replica = Member & { link: Door };

/** A Redis with an append-only file, with a replica when failovers are wanted. `doors` always lead to the primary. */
export class Servers {
  readonly #program: RedisProgram;
  readonly #home: string;
  #primary: Member;
  #replica: Replica | null = null;
  #doors: readonly Door[] = [];

  private constructor(program: RedisProgram, home: string, primary: Member) {
    this.#program = program;
    this.#home = home;
    this.#primary = primary;
  }

  static async start(): Promise<Servers> {
    const program = await obtainRedisServer((sentence) => process.stderr.write(`${sentence}\n`));
    const home = await mkdtemp(path.join(tmpdir(), 'watchfire-chaos-'));
    const dir = path.join(home, 'a');
    return new Servers(program, home, { server: await startRedisServer({ port: 0, dir, program }), dir });
  }

  get home(): string {
    return this.#home;
  }

  get port(): number {
    return this.#primary.server.port;
  }

  lead(doors: readonly Door[]): void {
    this.#doors = doors;
  }

  /** `kill -9` of the primary, then a new start on what it had written. @returns ms for which there was none */
  async crash(): Promise<number> {
    const { server, dir } = this.#primary;
    const begin = performance.now();
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    this.#primary = { server: await this.#launch(dir, server.port), dir };
    return performance.now() - begin;
  }

  /** Starts a replica of the primary; resolves when it has everything. */
  async replicate(): Promise<void> {
    const dir = path.join(this.#home, 'b');
    // By default a primary waits for 5 s whether more replicas come.
    await command(this.#primary, (redis) => redis.config('SET', 'repl-diskless-sync-delay', 0));
    await this.#follow({ server: await this.#launch(dir, 0), dir });
  }

  /**
   * `kill -9` of the primary; the replica takes over and the old one becomes its replica.
   * @param lagMs what the primary wrote for so long before never reaches the replica
   */
  async failover(lagMs: number): Promise<void> {
    const [old, next] = [this.#primary, this.#replica];
    if (next === null) throw new Error('there is no replica');
    next.link.disturb('lose everything', 2 * lagMs, () => true);
    await pause(lagMs);
    process.kill(old.server.pid, 'SIGKILL');
    await old.server.ended;
    next.link.close();
    await command(next, (redis) => redis.replicaof('NO', 'ONE'));
    this.#primary = next;
    for (const door of this.#doors) {
      door.target = next.server.port;
      door.cut();
    }
    await command(next, (redis) => redis.config('SET', 'repl-diskless-sync-delay', 0));
    await this.#follow({ server: await this.#launch(old.dir, old.server.port), dir: old.dir });
  }

  async remove(): Promise<void> {
    this.#replica?.link.close();
    await this.#replica?.server.stop();
    await this.#primary.server.stop();
    await rm(this.#home, { recursive: true, force: true });
  }

  async #launch(dir: string, port: number): Promise<RedisServer> {
    return await startRedisServer({ port, dir, program: this.#program });
  }

  async #follow(member: Member): Promise<void> {
    const link = await new Door(this.port).open();
    this.#replica = { ...member, link };
    await command(member, async (redis) => {
      await redis.replicaof('127.0.0.1', link.port);
      for (const bound = performance.now() + SYNC_BOUND_MS; ; ) {
        const info = await redis.info('replication');
        if (/master_link_status:up/.test(info) && /master_sync_in_progress:0/.test(info)) return;
        if (performance.now() > bound) throw new Error(`the replica does not follow: ${info}`);
        await pause(LOOK_EVERY_MS);
      }
    });
  }
}

async function command<T>({ server }: Member, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server.url, { lazyConnect: true });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    const ended = redis.status === 'end' ? Promise.resolve() : once(redis, 'end');
    redis.disconnect();
    await ended;
  }
}
