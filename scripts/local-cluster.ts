import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { obtainRedisServer, type RedisServer, startRedisServer } from '../src/embedded/server.ts';
import { SLOTS } from '../src/redis/cluster.ts';

/** A node listens for the others this far above its port. */
export const BUS = 10_000;

/** Longest wait until all nodes agree: that takes some seconds, and longer where the machine has much else to do (test/support/eventually.ts). */
const AGREED_BOUND_MS = Math.max(120_000, Number(process.env.WATCHFIRE_PATIENCE_MS ?? 0));
const LOOK_EVERY_MS = 50;

export type LocalClusterOptions = Readonly<{
  /** Port of the first node, the others follow. */
  port: number;
  primaries: number;
  /** Folder of all data, which a later start goes on with. */
  folder: string;
  /** After so long a silence a node counts as lost. */
  timeoutMs: number;
  /** Further settings of each node. */
  settings?: Readonly<Record<string, string>>;
  say?: (sentence: string) => void;
  /** The ports by which others reach the node of this port, where there is something between. */
  announced?: (port: number) => Readonly<{ port: number; bus: number }>;
  /** The address of this machine from which the node of this port connects to others. */
  source?: (port: number) => string;
}>;

/** A node of the cluster, and a client for it that waits while it is away. */
export class LocalNode {
  readonly port: number;
  readonly redis: Redis;
  readonly #options: LocalClusterOptions;
  #server: RedisServer | null = null;
  #id: string | null = null;

  constructor(options: LocalClusterOptions, port: number) {
    this.#options = options;
    this.port = port;
    this.redis = new Redis({ port, lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => LOOK_EVERY_MS });
    this.redis.on('error', () => undefined);
  }

  /** Its process; null while it is not there. */
  get pid(): number | null {
    return this.#server?.pid ?? null;
  }

  async start(): Promise<void> {
    const { folder, timeoutMs, settings, announced, source, say = () => undefined } = this.#options;
    const ports = announced?.(this.port);
    const server = await startRedisServer({
      port: this.port,
      dir: path.join(folder, String(this.port)),
      program: await obtainRedisServer(say),
      open: true,
      settings: {
        'cluster-enabled': 'yes',
        'cluster-config-file': 'nodes.conf',
        'cluster-node-timeout': String(timeoutMs),
        'cluster-require-full-coverage': 'no',
        'repl-diskless-sync-delay': '0',
        ...(ports && { 'cluster-announce-port': String(ports.port), 'cluster-announce-bus-port': String(ports.bus) }),
        ...(source && { 'bind-source-addr': source(this.port), 'cluster-announce-ip': '127.0.0.1' }),
        ...settings,
      },
    });
    this.#server = server;
    void server.ended.then(() => {
      if (this.#server === server) this.#server = null;
    });
  }

  /** The ports by which others reach it. */
  get reached(): Readonly<{ port: number; bus: number }> {
    return this.#options.announced?.(this.port) ?? { port: this.port, bus: this.port + BUS };
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#server === null) return;
    process.kill(this.#server.pid, 'SIGKILL');
    await this.#server.ended;
    this.#server = null;
  }

  async stop(): Promise<void> {
    this.redis.disconnect();
    await this.#server?.stop();
    this.#server = null;
  }

  /** What CLUSTER INFO or INFO says of one thing. */
  async said(name: string, by: 'cluster' | 'replication' = 'cluster'): Promise<string> {
    const text = by === 'cluster' ? String(await this.redis.call('CLUSTER', 'INFO')) : await this.redis.info(by);
    return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
  }

  async id(): Promise<string> {
    this.#id ??= String(await this.redis.call('CLUSTER', 'MYID'));
    return this.#id;
  }

  /** The ids of the primaries that have slots, as this node sees it, and how many slots they have. */
  async owners(): Promise<{ ids: string[]; slots: number }> {
    const ranges = (await this.redis.call('CLUSTER', 'SLOTS')) as [number, number, [string, number, string]][];
    const slots = ranges.reduce((all, [from, to]) => all + to - from + 1, 0);
    return { ids: ranges.map(([, , [, , id]]) => id), slots };
  }
}

/** Primaries with a replica each, on this machine alone and without a password. */
export class LocalCluster {
  readonly nodes: readonly LocalNode[];
  readonly #options: LocalClusterOptions;

  private constructor(options: LocalClusterOptions) {
    this.#options = options;
    this.nodes = Array.from({ length: 2 * options.primaries }, (_, i) => new LocalNode(options, options.port + i));
  }

  /** Starts all nodes, and has them agree, unless they did so before. @throws PortTaken, RedisMissing */
  static async start(options: LocalClusterOptions): Promise<LocalCluster> {
    const cluster = new LocalCluster(options);
    try {
      await Promise.all(cluster.nodes.map((node) => node.start()));
      if ((await cluster.#first.said('cluster_slots_assigned')) === '0') await cluster.#create();
      await cluster.agreed();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get url(): string {
    return `redis-cluster://${this.nodes.map(({ reached }) => `127.0.0.1:${reached.port}`).join(',')}`;
  }

  get #first(): LocalNode {
    return this.nodes[0] as LocalNode;
  }

  /**
   * Resolves when each slot has a primary that lives, and each replica that lives has what its primary has.
   * @param gone nodes that live and are not reached
   */
  async agreed(gone: readonly LocalNode[] = []): Promise<void> {
    await until('the nodes of the cluster agree', async () => {
      const living = this.nodes.filter((node) => node.pid !== null && !gone.includes(node));
      const ids = await Promise.all(living.map((node) => node.id()));
      const states = await Promise.all(
        living.map(async (node) => {
          const [state, owners, link, role] = await Promise.all([
            node.said('cluster_state'),
            node.owners(),
            node.said('master_link_status', 'replication'),
            node.said('role', 'replication'),
          ]);
          const whole = owners.slots === SLOTS && owners.ids.every((id) => ids.includes(id));
          return state === 'ok' && whole && (role === 'master' || link === 'up');
        }),
      );
      return states.every(Boolean);
    });
  }

  /** Those that have slots now. */
  async primaries(): Promise<LocalNode[]> {
    const living = this.nodes.filter(({ pid }) => pid !== null);
    const roles = await Promise.all(living.map((node) => node.said('role', 'replication')));
    return living.filter((_, i) => roles[i] === 'master');
  }

  /** Starts the nodes that are gone, each with its data. @returns their ports */
  async bringBack(): Promise<number[]> {
    const gone = this.nodes.filter(({ pid }) => pid === null);
    await Promise.all(gone.map((node) => node.start()));
    return gone.map(({ port }) => port);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async #create(): Promise<void> {
    const { primaries } = this.#options;
    const share = Math.ceil(SLOTS / primaries);
    for (const [i, node] of this.nodes.entries()) {
      await node.redis.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
      if (i < primaries)
        await node.redis.call('CLUSTER', 'ADDSLOTSRANGE', i * share, Math.min(SLOTS, (i + 1) * share) - 1);
      const { port, bus } = node.reached;
      if (i > 0) await this.#first.redis.call('CLUSTER', 'MEET', '127.0.0.1', port, bus);
    }
    const all = String(this.nodes.length);
    await until('the nodes know each other', async () => {
      const known = await Promise.all(this.nodes.map((node) => node.said('cluster_known_nodes')));
      return known.every((count) => count === all);
    });
    for (const [i, replica] of this.nodes.slice(primaries).entries()) {
      const id = await (this.nodes[i] as LocalNode).id();
      // A node that has only just been met is not known by its name everywhere.
      await until('a replica knows its primary', () =>
        replica.redis.call('CLUSTER', 'REPLICATE', id).then(
          () => true,
          () => false,
        ),
      );
    }
  }
}

/** Looks again and again. @throws when it does not come to be */
export async function until(what: string, look: () => Promise<boolean>, boundMs = AGREED_BOUND_MS): Promise<void> {
  const end = performance.now() + boundMs;
  let last = '';
  const failed = (error: Error): false => {
    last = `, last: ${error.message}`;
    return false;
  };
  while (!(await look().catch(failed))) {
    if (performance.now() > end) throw new Error(`not within ${boundMs / 1_000} s: ${what}${last}`);
    await pause(LOOK_EVERY_MS);
  }
}

/**
 * A port from which `count` ports on are free on this machine, with those of the bus. All are below those that a system gives to connections
 * that go out, so that none is taken while its server is away.
 */
export async function freePorts(count: number, random: () => number = Math.random): Promise<number> {
  for (;;) {
    const first = 11_000 + Math.floor(random() * 10_000);
    const wanted = Array.from({ length: count }, (_, i) => [first + i, first + i + BUS]).flat();
    const free = await Promise.all(wanted.map(isFree));
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
