import { once } from 'node:events';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { type Away, InvalidDocument, reasonOf } from '../errors.ts';
import { addressAdvice, isAddress, publicUrl } from './address.ts';
import { measured, type OnLarge } from './measured.ts';
import { knownReason } from './reason.ts';
import { redact } from './redact.ts';

/** Delay before the next attempt to reach Redis again: doubles up to this. */
const LONGEST_RECONNECT_MS = 2_000;

/** A blocked read that is answered this much later than it asked for has lost its connection. */
const BLOCKING_GRACE_MS = 2_000;

/**
 * How long a connection that was closed may take to say good-bye. The client waits for it even when the server has gone
 * already, and by default for 2 s, which would hold up the end of the process.
 */
export const FAREWELL_MS = 100;

/** Longest a read blocks by itself; bounds how long a silent connection goes unnoticed. */
export const BLOCK_MS = 2_000;

/**
 * Options of every connection. Commands wait for Redis to come back instead of failing: each is safe to
 * repeat, because a position, a generation or a derived id makes the second one a no-op.
 */
function ownOptions(name: string): RedisOptions {
  return {
    connectionName: name,
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    disconnectTimeout: FAREWELL_MS,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_RECONNECT_MS),
  };
}

/** By what it can do, not by its class: a program may have its own copy of ioredis. */
function isClient(target: string | RedisOptions | Redis): target is Redis {
  return typeof target === 'object' && 'duplicate' in target && typeof target.duplicate === 'function';
}

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
  readonly redis: Redis;
  readonly #owned: boolean;
  readonly #logger: Logger;
  readonly #blocking = new Set<Redis>();
  #log: Redis | null = null;
  readonly #onLarge = new Set<OnLarge>();
  /** Why the shared one was lost or not made; null while it is there. */
  #lost: string | null = null;

  /** @throws InvalidDocument when the URL is not one of Redis, or the client puts a prefix in front of keys */
  constructor(target: string | RedisOptions | Redis, logger: Logger, tls?: RedisOptions['tls']) {
    this.#logger = logger;
    this.#owned = !isClient(target);
    if (isClient(target)) this.redis = target;
    else if (typeof target === 'string') {
      // Node's own error would show the password.
      if (!isAddress(target))
        throw new InvalidDocument(
          'redis',
          `must be a URL of redis: or rediss:${addressAdvice(target)}`,
          publicUrl(target),
        );
      this.redis = redact(new Redis(target, { ...ownOptions('watchfire'), ...(tls === undefined ? {} : { tls }) }));
    } else this.redis = redact(new Redis({ ...ownOptions('watchfire'), ...target }));
    const { keyPrefix } = this.redis.options;
    if (keyPrefix) {
      if (this.#owned) this.redis.disconnect();
      // The client puts it in front of keys only, not of the prefixes that scripts make keys from.
      throw new InvalidDocument('redis.keyPrefix', 'cannot be used, a `namespace` keeps engines apart', keyPrefix);
    }
    if (!this.#owned) return;
    this.#watch(this.redis);
    this.redis.on('error', (error: NodeJS.ErrnoException) => {
      this.#lost = knownReason(error) ?? (reasonOf(error) || null);
    });
    let closed = false;
    this.redis.on('close', () => {
      closed = true;
    });
    this.redis.on('ready', () => {
      if (closed) this.#logger.info({ reason: this.#lost }, 'redis connection is back');
      closed = false;
      this.#lost = null;
    });
  }

  /** Where the Redis of the shared connection is, and why it is not there. Of a client that was handed in only its state is known. */
  away(): Away {
    const { status, options } = this.redis;
    const { path, host, port, sentinels, name } = options;
    const address = sentinels ? `the master ${name} of the sentinels` : (path ?? `${host}:${port}`);
    return { address, reason: this.#lost ?? (status === 'ready' ? null : `the connection is ${status}`) };
  }

  /**
   * A connection for reads of the log alone, in all else like the shared one: no entry costs this process more than ENTRY_BOUNDS. It is
   * made when it is first asked for.
   */
  get log(): Redis {
    this.#log ??= this.#own(this.#measured(this.redis.duplicate({ connectionName: 'watchfire-log' })));
    return this.#log;
  }

  /** A connection of its own for reads of the log that block; see `log`. */
  reading(name: string): Redis {
    return this.#measured(this.blocking(name));
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

  /** A connection of its own for reads that block. */
  blocking(name: string): Redis {
    return this.#own(
      this.redis.duplicate({
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
   * connects again and sends again.
   */
  confirming(waitMs: number): Redis {
    const { socketTimeout } = this.redis.options;
    return this.#own(
      this.redis.duplicate({
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
    const client = own(this.redis.duplicate(ownOptions(`watchfire-${name}`)));
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
    client.on('error', (error: Error) => {
      this.#logger.warn({ error: error.message }, 'redis connection failed');
    });
  }
}
