import type { Cluster, Command, Redis } from 'ioredis';
import { crc16 } from '../model/partition.ts';
import type { Store } from './store.ts';

/** Slots of every Redis Cluster. */
export const SLOTS = 16_384;

/** What stands behind a view that `at` made. */
const BEHIND = Symbol('the cluster behind');

/** What ioredis' client of a cluster knows and does not declare. */
type Hidden = Readonly<{
  [BEHIND]?: Cluster;
  natMapper: (key: string) => { host: string; port: number };
  startupNodes: readonly ({ host?: string; port?: number } | string | number)[];
}>;

/** A command without keys goes to any node, unless it names a slot. */
type Slotted = Omit<Command, 'slot'> & { slot: number };

/** The ioredis Cluster behind a client; null for the client of a single server. */
export function clusterOf(redis: Redis | Cluster): Cluster | null {
  if (!('isCluster' in redis && redis.isCluster)) return null;
  const cluster = redis as Cluster;
  return (cluster as unknown as Hidden)[BEHIND] ?? cluster;
}

/** Whether a client talks to a cluster: to all of its nodes, or to the one that has a slot (pinned.ts). */
export function isOnCluster(redis: Redis): boolean {
  return clusterOf(redis) !== null || redis.options.Connector !== undefined;
}

/** The slot of all keys of a namespace, or of a partition's. */
export function slotOf(namespace: string): number {
  return crc16(Buffer.from(namespace)) % SLOTS;
}

/** The part of a key by which a cluster finds its slot: what stands between its first braces, or all of it. */
export function hashTagOf(key: string): string {
  return /^[^{]*\{([^}]+)\}/s.exec(key)?.[1] ?? key;
}

/**
 * The same client as an engine needs it: commands that name no key (its clock, its memory, its scripts) go to the node that has the
 * engine's keys. Without a cluster it is the client itself.
 */
export function at(redis: Redis, { namespace }: Pick<Store, 'namespace'>): Redis {
  const cluster = clusterOf(redis);
  if (cluster === null) return redis;
  const slot = slotOf(namespace);
  const send: Cluster['sendCommand'] = (command, stream, node) => {
    if (node === undefined && command.getSlot() === null) (command as unknown as Slotted).slot = slot;
    return cluster.sendCommand(command, stream, node);
  };
  const view = new Proxy(cluster, {
    get: (target, name) => {
      if (name === 'sendCommand') return send;
      return name === BEHIND ? target : Reflect.get(target, name);
    },
    // What the client notes of itself is not the view's.
    set: (target, name, value) => Reflect.set(target, name, value),
  });
  // It has all commands of a client; what differs (`options`, `duplicate`) is asked in this folder alone.
  return view as unknown as Redis;
}

/** The node that has a slot, as far as the client knows; null where it knows none. */
export function ownerOf(cluster: Cluster, slot: number): { host: string; port: number } | null {
  const key = cluster.slots[slot]?.[0];
  return key === undefined ? null : mapped(cluster, key);
}

/** Where the client reaches a node that calls itself `host:port`. */
export function mapped(cluster: Cluster, key: string): { host: string; port: number } {
  const { host, port } = (cluster as unknown as Hidden).natMapper(key);
  return { host, port };
}

/** A node that the client was told of at first. */
export function firstNodeOf(cluster: Cluster): { host: string; port: number } {
  const [first] = (cluster as unknown as Hidden).startupNodes;
  if (typeof first === 'string' && URL.canParse(first)) {
    const { hostname, port } = new URL(first);
    return { host: hostname, port: Number(port || 6_379) };
  }
  if (typeof first === 'object') return { host: first.host ?? '127.0.0.1', port: first.port ?? 6_379 };
  return { host: '127.0.0.1', port: typeof first === 'number' ? first : 6_379 };
}

/** Asks the cluster anew which node has which slots; resolves when it is known, or cannot be. */
export async function looked(cluster: Cluster): Promise<void> {
  await new Promise<void>((resolve) => cluster.refreshSlotsCache(() => resolve()));
}

/** A client for each primary; the client itself without a cluster. */
export function primariesOf(redis: Redis): readonly Redis[] {
  return clusterOf(redis)?.nodes('master') ?? [redis];
}
