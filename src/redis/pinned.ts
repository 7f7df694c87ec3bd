import { createConnection, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type Cluster, Redis, type RedisOptions } from 'ioredis';
import { clusterOf, firstNodeOf, looked, mapped, ownerOf, slotOf } from './cluster.ts';
import { patient } from './patient.ts';

type Place = { host: string; port: number };

/** Where a slot is: what was said last, else what the cluster says. */
class Whereabouts {
  readonly #cluster: Cluster;
  readonly #slot: number;
  #told: Place | null = null;
  #asked = false;

  constructor(cluster: Cluster, slot: number) {
    this.#cluster = cluster;
    this.#slot = slot;
  }

  /** A node said where the slot is. It may name a port alone: then it is another program on its own machine. */
  told(node: string, { host = '127.0.0.1' }: { host?: string | undefined }): void {
    this.#told = mapped(this.#cluster, node.startsWith(':') ? `${host}${node}` : node);
  }

  /** Never rejects: a node that does not have the slot says who has it. */
  async find(): Promise<Place> {
    const told = this.#told;
    this.#told = null;
    if (told) return told;
    if (this.#cluster.status === 'wait') this.#cluster.connect().catch(() => undefined);
    if (this.#asked || ownerOf(this.#cluster, this.#slot) === null) await looked(this.#cluster);
    this.#asked = true;
    return ownerOf(this.#cluster, this.#slot) ?? firstNodeOf(this.#cluster);
  }
}

/** Makes connections to the node that has the slot at that time. */
function connectorTo(whereabouts: Whereabouts): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      super((options as RedisOptions).disconnectTimeout ?? 0);
      // The client's own: it shows where it is connected to.
      this.#options = options as RedisOptions;
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      const place = await whereabouts.find();
      const { tls } = this.#options;
      Object.assign(this.#options, place);
      this.stream = tls ? connectTls({ ...place, ...(typeof tls === 'object' ? tls : {}) }) : createConnection(place);
      this.stream.once('error', (error: Error) => {
        this.firstError = error;
      });
      // The client was told to leave while we asked. ioredis ends a client for good when its connector throws. When the connection closes,
      // it connects again, unless it was closed on purpose.
      if (!this.connecting) this.stream.destroy();
      return this.stream;
    }
  };
}

/**
 * A connection of its own to the node of a cluster that has an engine's keys, wherever they are; without a cluster one more to the same
 * server. What it is asked while the slot moves, or while no node has it, waits.
 */
export function pinned(redis: Redis, namespace: string, options: RedisOptions): Redis {
  const cluster = clusterOf(redis);
  if (cluster === null) {
    const another = redis.duplicate(options);
    return another.options.sentinels ? patient(another) : another;
  }
  const whereabouts = new Whereabouts(cluster, slotOf(namespace));
  const client = new Redis({
    ...cluster.options.redisOptions,
    lazyConnect: false,
    ...options,
    Connector: connectorTo(whereabouts),
  });
  // One more of its kind, as BullMQ makes it.
  client.duplicate = ((override: RedisOptions = {}) =>
    pinned(redis, namespace, { ...options, ...override })) as Redis['duplicate'];
  const attempts = cluster.options.maxRedirections;
  return patient(client, { attempts, moved: (node) => whereabouts.told(node, client.options) });
}
