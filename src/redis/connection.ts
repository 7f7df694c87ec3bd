import { once } from 'node:events';
import type { Redis, RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { DEFAULT_NAMESPACE } from '../config.ts';
import { type Away, InvalidDocument, reasonOf } from '../errors.ts';
import { anotherOf } from './client.ts';
import { at, clusterOf } from './cluster.ts';
import { addressOf, clientFor, FAREWELL_MS, isClient, optionsOf, ownOptions, type Server } from './given.ts';
import { measured, type OnLarge } from './measured.ts';
import { pinned } from './pinned.ts';
import { knownReason, stateInWords } from './reason.ts';
import { redact } from './redact.ts';
import type { Store } from './store.ts';

/** A blocked read that is answered this much later than it asked for has lost its connection. */
const BLOCKING_GRACE_MS = 2_000;

/** Longest that a read of BullMQ blocks. */
const BULL_BLOCK_MS = 10_000;

/** The same error is logged once in this time. While Redis is away, each connection meets it at each try. */
const TOLD_AGAIN_MS = 10_000;

/** So many errors are remembered as logged, lest their number grow without end. */
const TOLD_TEXTS = 100;

/** Longest a read blocks by itself; bounds how long a silent connection goes unnoticed. */
export const BLOCK_MS = 2_000;

/** What connections are made with besides. `namespace`: of the engine, or of the partition, whose keys they are for. */
export type ConnectionOptions = Readonly<{ tls?: RedisOptions['tls']; namespace?: string }>;

/** Disconnects, and waits for it hardly longer than the client does before it hangs up. */
async function closed(client: Redis): Promise<void> {
  // Between two attempts there is no connection, and ioredis never says that it has given up.
  const open = client.status !== 'end' && client.status !== 'reconnecting';
  const bound = new AbortController();
  const ended = once(client, 'end', { signal: bound.signal }).catch(() => undefined);
  client.disconnect();
  if (!open) bound.abort();
  const timer = setTimeout(() => bound.abort(), 2 * FAREWELL_MS);
  await ended;
  clearTimeout(timer);
}

/** The connections of one engine: the shared one for commands, and others that block. */
export class Connections {
  /** On a cluster it has a connection to each node, and the command says by its key to which it goes. */
  readonly redis: Redis;
  readonly #namespace: string;
  readonly #owned: boolean;
  readonly #logger: Logger;
  readonly #blocking = new Set<Redis>();
  #log: Redis | null = null;
  /** Connections to single nodes, by the namespaces whose keys they have. */
  readonly #toward = new Map<string, Redis>();
  readonly #onLarge = new Set<OnLarge>();
  /** When each trouble of a connection was logged last. */
  readonly #told = new Map<string, number>();
  /** Whether these are for one partition of several. */
  #part = false;
  /** Why the shared one was lost or not made; null while it is there. */
  #lost: string | null = null;
  #lostMs = 0;

  /** @throws InvalidDocument when the URL is not one of Redis, or the client puts a prefix in front of keys */
  constructor(target: Server, logger: Logger, { tls, namespace = DEFAULT_NAMESPACE }: ConnectionOptions = {}) {
    this.#logger = logger;
    this.#namespace = namespace;
    this.#owned = !isClient(target);
    const client = clientFor(target, tls);
    this.redis = at(client, { namespace });
    const { keyPrefix } = optionsOf(client);
    if (keyPrefix) {
      if (this.#owned) client.disconnect();
      // The client puts it in front of keys only, not of the prefixes that scripts make keys from.
      throw new InvalidDocument('redis.keyPrefix', 'cannot be used, a `namespace` keeps engines apart', keyPrefix);
    }
    if (!this.#owned) return;
    this.#watch(client);
    const lost = (error: NodeJS.ErrnoException): void => {
      this.#lost = inWords(error);
      this.#lostMs = performance.now();
    };
    client.on('error', lost);
    client.on('node error', lost);
    client.on('waiting', lost);
    let closed = false;
    client.on('close', () => {
      closed = true;
    });
    client.on('ready', () => {
      if (closed) this.#logger.info({ reason: this.#lost }, 'redis connection is back');
      closed = false;
      this.#lost = null;
    });
  }

  /** Those of one partition, over the same shared client. What they open they close. */
  of({ namespace }: Pick<Store, 'namespace'>): Connections {
    const own = new Connections(clusterOf(this.redis) ?? this.redis, this.#logger, { namespace });
    own.#part = true;
    return own;
  }

  /** Whether the keys of several engines may be on several servers. */
  get isSpread(): boolean {
    return clusterOf(this.redis) !== null;
  }

  /** Where the Redis of the shared connection is, and why it is not there. Of a client that was handed in only its state is known. */
  away(): Away {
    // A cluster that is lost in part never says that it is back.
    const stands = clusterOf(this.redis) === null || performance.now() - this.#lostMs < TOLD_AGAIN_MS;
    const lost = stands ? this.#lost : null;
    const reason = lost ?? (this.redis.status === 'ready' ? null : `the connection is ${this.redis.status}`);
    return { address: addressOf(this.redis), reason };
  }

  /**
   * A connection for reads of the log alone, in all else like the shared one: no entry costs this process more than ENTRY_BOUNDS. It is
   * made when it is first asked for.
   */
  get log(): Redis {
    this.#log ??= at(this.#own(this.#measured(this.#another('watchfire-log'))), { namespace: this.#namespace });
    return this.#log;
  }

  #another(connectionName: string): Redis {
    const cluster = clusterOf(this.redis);
    if (cluster === null || this.#part) return pinned(this.redis, this.#namespace, { connectionName });
    return anotherOf(cluster, connectionName);
  }

  /** The server that has the keys: the shared client itself; of a cluster a connection to that node. */
  get node(): Redis {
    return this.toward({ namespace: this.#namespace });
  }

  /**
   * For writes whose order counts: the shared client; of a cluster a connection to the node that has the keys of that engine. Through the
   * client of a cluster a write may overtake another one that has to be repeated.
   */
  toward({ namespace }: Pick<Store, 'namespace'>): Redis {
    if (!this.isSpread) return this.redis;
    let known = this.#toward.get(namespace);
    if (known === undefined) {
      known = this.#own(pinned(this.redis, namespace, { connectionName: 'watchfire-toward' }));
      this.#toward.set(namespace, known);
    }
    return known;
  }

  /** A connection of its own for reads of the log that block; see `log`, and `blocking` for the namespace. */
  reading(name: string, namespace?: string): Redis {
    return this.#measured(this.blocking(name, namespace));
  }

  /** Calls a listener for each entry of the log that is too large. @returns a function that ends it */
  onLarge(listener: OnLarge): () => void {
    this.#onLarge.add(listener);
    return () => this.#onLarge.delete(listener);
  }

  #measured(client: Redis): Redis {
    return measured(client, (id, large) => {
      for (const listener of this.#onLarge) listener(id, large);
    });
  }

  /** A connection of its own for reads that block. On a cluster to the node that has the keys of `namespace`, these connections' own without. */
  blocking(name: string, namespace = this.#namespace): Redis {
    return this.#own(
      pinned(this.redis, namespace, {
        ...ownOptions(`watchfire-${name}`),
        // A read that blocks must be given up when the server vanished without a word. Unanswered ones are not sent again:
        // the reader decides anew what to read.
        blockingTimeout: BLOCK_MS,
        blockingTimeoutGrace: BLOCKING_GRACE_MS,
      }),
    );
  }

  /**
   * A connection of its own for writes that are waited for up to `waitMs`; in all else like the shared one, as it also
   * connects again and sends again. `namespace`: as with `blocking`.
   */
  confirming(waitMs: number, namespace = this.#namespace): Redis {
    const { socketTimeout } = optionsOf(this.redis);
    return this.#own(
      pinned(this.redis, namespace, {
        connectionName: 'watchfire-confirming',
        ...(socketTimeout === undefined ? {} : { socketTimeout: socketTimeout + waitMs }),
      }),
    );
  }

  /**
   * A connection for a BullMQ worker. BullMQ makes a second one of it, which blocks, and would wait for a Redis that is gone when it is
   * closed: `end` closes both at once.
   */
  forJobs(name: string): { client: Redis; end: () => void } {
    const made: Redis[] = [];
    const own = (client: Redis): Redis => {
      const redacted = redact(client);
      this.#watch(redacted);
      this.#blocking.add(redacted);
      redacted.once('end', () => this.#blocking.delete(redacted));
      made.push(redacted);
      return redacted;
    };
    const { socketTimeout } = optionsOf(this.redis);
    const client = own(
      pinned(this.redis, this.#namespace, {
        ...ownOptions(`watchfire-${name}`),
        ...(socketTimeout === undefined ? {} : { socketTimeout: socketTimeout + BULL_BLOCK_MS }),
      }),
    );
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (override) => own(duplicate({ ...override, maxRetriesPerRequest: null }));
    return { client, end: () => made.forEach((one) => void one.disconnect()) };
  }

  /** Closes what was opened here, and resolves when it is closed. A client that was handed in stays open. */
  async close(): Promise<void> {
    const own = this.#owned ? [this.redis] : [];
    await Promise.all([...this.#blocking, ...own].map(closed));
  }

  /** A connection beside the shared one, closed with it. */
  #own(client: Redis): Redis {
    this.#watch(redact(client));
    this.#blocking.add(client);
    client.once('end', () => this.#blocking.delete(client));
    return client;
  }

  #watch(client: Redis): void {
    // Errors of ioredis carry the arguments of the command, which may hold what users sent: only the message is logged.
    client.on('error', (error: Error) => this.#tell('redis connection failed', error.message));
    client.on('node error', (error: Error, node: string) =>
      this.#tell('redis connection failed', inWords(error), { node }),
    );
    client.on('waiting', (error: Error) => this.#tell('redis is waited for', inWords(error)));
  }

  /** Once in a while for all connections together: each of them tries again every 2 s, and fails for the same reason. */
  #tell(sentence: string, error: string, fields: Readonly<Record<string, string>> = {}): void {
    const [text, now] = [`${sentence}: ${error} ${fields.node}`, performance.now()];
    if (now - (this.#told.get(text) ?? Number.NEGATIVE_INFINITY) < TOLD_AGAIN_MS) return;
    if (this.#told.size >= TOLD_TEXTS) this.#told.clear();
    this.#told.set(text, now);
    this.#logger.warn({ ...fields, error }, sentence);
  }
}

/** Why there is no answer, as people would say it. */
function inWords(error: Error): string {
  return knownReason(error) ?? stateInWords(error.message) ?? reasonOf(error);
}
