import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { BUS, freePorts, until } from '../../../scripts/local-cluster.ts';
import type { RedisProgram } from '../../../src/embedded/find-server.ts';
import { SLOTS } from '../../../src/redis/cluster.ts';
import type { Certificates } from '../../support/certificate-files.ts';
import { PATIENCE_MS } from '../../support/eventually.ts';

/** Programs that stand in for those of a user: servers, sentinels and nodes of a cluster, with TLS or without. */
export class Servers {
  readonly #program: RedisProgram;
  readonly #folder: string;
  readonly #files: Certificates;
  readonly #ca: string;
  readonly #running = new Map<number, ChildProcess>();

  constructor(parts: Readonly<{ program: RedisProgram; folder: string; files: Certificates; ca: string }>) {
    this.#program = parts.program;
    this.#folder = parts.folder;
    this.#files = parts.files;
    this.#ca = parts.ca;
  }

  /** A server at a free port. @returns the port */
  async server(tls: boolean, more: readonly string[] = [], port?: number): Promise<number> {
    const own = port ?? (await freePorts(1));
    await this.#begin(own, [...this.#listening(own, tls), ...more]);
    await this.#answers(own, tls);
    return own;
  }

  /** A primary with a replica, and three sentinels that watch them. */
  async watched(tls: boolean): Promise<{ primary: number; sentinels: number[] }> {
    const primary = await this.server(tls);
    const replica = await this.server(tls, ['--replicaof', '127.0.0.1', String(primary)]);
    await this.#replicates(replica, tls);
    const first = await freePorts(3);
    const sentinels = [first, first + 1, first + 2];
    for (const port of sentinels) {
      const file = join(this.#folder, `sentinel-${port}.conf`);
      const watch = [
        `sentinel monitor main 127.0.0.1 ${primary} 2`,
        // One that the machine keeps waiting is not lost, until it is: see `lose`.
        `sentinel down-after-milliseconds main ${PATIENCE_MS}`,
        'sentinel failover-timeout main 5000',
      ];
      await writeFile(file, `${watch.join('\n')}\n`);
      await this.#begin(port, [file, '--sentinel', ...this.#listening(port, tls)]);
      await this.#answers(port, tls);
    }
    for (const port of sentinels) await this.#watches(port, tls);
    return { primary, sentinels };
  }

  /** Three primaries. @returns their ports */
  async cluster(tls: boolean): Promise<number[]> {
    const first = await freePorts(3);
    const ports = [first, first + 1, first + 2];
    for (const port of ports)
      await this.server(tls, ['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`], port);
    const nodes = ports.map((port) => this.client(port, tls));
    const share = Math.ceil(SLOTS / nodes.length);
    for (const [i, node] of nodes.entries()) {
      await node.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
      await node.call('CLUSTER', 'ADDSLOTSRANGE', i * share, Math.min(SLOTS, (i + 1) * share) - 1);
      if (i > 0) await node.call('CLUSTER', 'MEET', '127.0.0.1', first, first + BUS);
    }
    await until('the nodes agree', async () => {
      const told = await Promise.all(nodes.map(async (node) => String(await node.call('CLUSTER', 'INFO'))));
      return told.every((text) => /cluster_state:ok/.test(text) && /cluster_known_nodes:3/.test(text));
    });
    for (const node of nodes) node.disconnect();
    return ports;
  }

  /** A client for one of them. */
  client(port: number, tls: boolean): Redis {
    const redis = new Redis({ port, retryStrategy: () => 50, ...(tls && { tls: { ca: this.#ca } }) });
    redis.on('error', () => undefined);
    return redis;
  }

  async kill(port: number): Promise<void> {
    const child = this.#running.get(port);
    this.#running.delete(port);
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Kills a primary, and has its sentinels notice within a second. */
  async lose(primary: number, sentinels: readonly number[], tls: boolean): Promise<void> {
    await this.kill(primary);
    for (const port of sentinels) {
      const sentinel = this.client(port, tls);
      await sentinel.call('SENTINEL', 'SET', 'main', 'down-after-milliseconds', '1000');
      sentinel.disconnect();
    }
  }

  /** Kills all of them, at once: also where this program ends by an error. */
  end(): void {
    for (const child of this.#running.values()) child.kill('SIGKILL');
  }

  #listening(port: number, tls: boolean): string[] {
    const { ca, cert, key } = this.#files;
    const plain = ['--bind', '127.0.0.1', '--protected-mode', 'no', '--port', tls ? '0' : String(port)];
    if (!tls) return plain;
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', ca];
    const inside = ['--tls-auth-clients', 'no', '--tls-replication', 'yes', '--tls-cluster', 'yes'];
    return [...plain, '--tls-port', String(port), ...files, ...inside];
  }

  async #begin(port: number, parameters: readonly string[]): Promise<void> {
    const dir = join(this.#folder, String(port));
    await mkdir(dir);
    const { path, name } = this.#program;
    // A checker is a server only under the server's name.
    this.#running.set(port, spawn(path, parameters, { argv0: name, cwd: dir, stdio: 'ignore' }));
  }

  async #asks(port: number, tls: boolean, what: string, isSo: (redis: Redis) => Promise<boolean>): Promise<void> {
    const redis = this.client(port, tls);
    try {
      await until(`${what} at ${port}`, () => isSo(redis));
    } finally {
      redis.disconnect();
    }
  }

  async #answers(port: number, tls: boolean): Promise<void> {
    await this.#asks(port, tls, 'a server answers', async (redis) => (await redis.ping()) === 'PONG');
  }

  async #replicates(port: number, tls: boolean): Promise<void> {
    const isUp = async (redis: Redis): Promise<boolean> =>
      /master_link_status:up/.test(await redis.info('replication'));
    await this.#asks(port, tls, 'a replica follows', isUp);
  }

  async #watches(port: number, tls: boolean): Promise<void> {
    const knows = async (redis: Redis): Promise<boolean> => {
      const told = String(await redis.info('sentinel'));
      return /name=main,status=ok,.*slaves=1,sentinels=3/.test(told);
    };
    await this.#asks(port, tls, 'a sentinel knows all', knows);
  }
}
