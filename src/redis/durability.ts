import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { Settings } from '../config.ts';
import { DurabilityUnavailable, NotDurable } from '../errors.ts';
import type { Connections } from './connection.ts';
import { earlyAnswers, parseInfo, versionOf } from './info.ts';
import type { Store } from './store.ts';

/** When to come back to a server that cannot keep anything now: failovers and full disks take seconds and more. */
export const NOT_KEPT_RETRY_MS = 2_000;

/** How long the mark of a barrier stays: it is never read, so any time will do. */
const MARK_MS = 60_000;

/** How often a write is repeated whose connection broke before its confirmation; a third failure is no accident. */
const ATTEMPTS = 3;

export type Guarantee = Pick<Settings, 'durability' | 'minReplicas' | 'durabilityTimeoutMs'>;

export type DurabilityParts = Readonly<{
  /**
   * A connection of its own: WAIT concerns the writes of its own connection, and holds up what is sent behind it. Connects by
   * itself, again and again.
   */
  redis: Redis;
  /** Key of the mark that a barrier writes. */
  mark: string;
  guarantee: Guarantee;
  clock: Clock;
}>;

/** Null in the mode `memory`, which asks for nothing. */
export function durabilityOf(
  connections: Connections,
  store: Store,
  guarantee: Guarantee,
  clock: Clock,
): Durability | null {
  if (guarantee.durability === 'memory') return null;
  const redis = connections.confirming(guarantee.durabilityTimeoutMs, store.namespace);
  return new Durability({ redis, mark: store.keys.durable, guarantee, clock });
}

/**
 * One for each engine that is written to: on a cluster each is on a server of its own. Of one server all share one connection, on which
 * their confirmations are shared as well.
 */
export function durabilitiesOf(
  connections: Connections,
  front: Store,
  guarantee: Guarantee,
  clock: Clock,
): (store: Store) => Durability | null {
  const known = new Map<string, Durability | null>();
  return (store) => {
    const meant = connections.isSpread ? store : front;
    let durability = known.get(meant.namespace);
    if (durability === undefined) {
      durability = durabilityOf(connections, meant, guarantee, clock);
      known.set(meant.namespace, durability);
    }
    return durability;
  };
}

/** How the server confirms in the mode: by a command after the write, or with the very answer of the write. */
type Way = 'wait' | 'waitaof' | 'answer';

/** The outcome of a confirmation, and the number of its connection. */
type Verdict = Readonly<{ kept: boolean; sentence: string; connection: number }>;

/**
 * Writes that count only when they are durable: on disk in the mode `fsync`, on replicas in `replicated`. Confirmations are
 * shared: while one is under way, all writes that come meanwhile are confirmed together by the next one.
 */
export class Durability {
  readonly #parts: DurabilityParts;
  /** Connections before this one: a confirmation says nothing of what was written over another. */
  #connection = 0;
  #way: Promise<Way> | null = null;
  #underWay: Promise<unknown> = Promise.resolve();
  #next: Promise<Verdict> | null = null;

  constructor(parts: DurabilityParts) {
    this.#parts = parts;
    parts.redis.on('close', () => {
      this.#connection += 1;
      // It may be another server next time, or one that was set up anew.
      this.#way = null;
    });
  }

  /** Changes whenever the connection broke: then it may lead to another server. */
  get connection(): number {
    return this.#connection;
  }

  /** Makes sure that the server can give what the mode promises. @throws DurabilityUnavailable */
  async check(): Promise<void> {
    await this.#wayOf();
  }

  /**
   * Writes, and resolves when it is durable. When the connection breaks in between it writes again, so `write` has to be
   * harmless to repeat. `id`: of the event that is written.
   * @throws NotDurable when the bound in time is not met, DurabilityUnavailable, and what `write` throws
   */
  async write<T>(write: (redis: Redis) => Promise<T>, id: string | null = null): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const way = await this.#wayOf();
      const before = this.#connection;
      // Confirmed when it is answered, not behind it: a node whose slot moves puts a write off, and would confirm what came before it.
      const { value, connection } = await this.#written(write);
      const verdict = way === 'answer' ? { kept: true, sentence: '', connection: before } : await this.#confirmed(way);
      // Another connection would confirm its own writes, of which there may be none.
      const same = verdict.connection === connection;
      if (verdict.kept && same) return value;
      if (same || attempt === ATTEMPTS) throw this.#notKept(same ? verdict.sentence : 'the connection broke', id);
    }
  }

  /**
   * Resolves when everything that was read before is durable: replication and the file keep the order of writes.
   * `since`: the connection over which it was read. Another connection would confirm another server's history, in which
   * it may not stand.
   * @throws NotDurable, DurabilityUnavailable
   */
  async barrier(since = this.#connection): Promise<void> {
    // A server that has everything on disk before it answers has shown nothing else.
    if ((await this.#wayOf()) === 'answer') return;
    await this.write((redis) => redis.set(this.#parts.mark, this.#parts.clock.nowMs(), 'PX', MARK_MS));
    if (this.#connection !== since) throw this.#notKept('the connection broke', null);
  }

  async #written<T>(write: (redis: Redis) => Promise<T>): Promise<{ value: T; connection: number }> {
    const value = await write(this.#parts.redis);
    return { value, connection: this.#connection };
  }

  /** The next confirmation, sent behind the one under way, of everything written until then. Never rejects. */
  #confirmed(way: 'wait' | 'waitaof'): Promise<Verdict> {
    this.#next ??= this.#underWay.then(() => {
      this.#next = null;
      const verdict = this.#confirm(way);
      this.#underWay = verdict;
      return verdict;
    });
    return this.#next;
  }

  async #confirm(way: 'wait' | 'waitaof'): Promise<Verdict> {
    const { redis, guarantee } = this.#parts;
    const { minReplicas, durabilityTimeoutMs } = guarantee;
    try {
      if (way === 'wait') {
        const replicas = await redis.wait(minReplicas, durabilityTimeoutMs);
        return this.#verdict(replicas >= minReplicas, `${replicas} of ${minReplicas} replicas have it`);
      }
      const answer = await redis.call('WAITAOF', 1, 0, durabilityTimeoutMs);
      return this.#verdict(Array.isArray(answer) && Number(answer[0]) >= 1, 'it is not on disk');
    } catch (error) {
      return this.#verdict(false, (error as Error).message);
    }
  }

  #verdict(kept: boolean, sentence: string): Verdict {
    return { kept, sentence, connection: this.#connection };
  }

  #notKept(sentence: string, id: string | null): NotDurable {
    const { durabilityTimeoutMs } = this.#parts.guarantee;
    return new NotDurable(
      'perhaps',
      `not known to be kept, it may or may not be there: ${sentence} after ${durabilityTimeoutMs} ms`,
      NOT_KEPT_RETRY_MS,
      id,
    );
  }

  #wayOf(): Promise<Way> {
    if (this.#way !== null) return this.#way;
    const way =
      this.#parts.guarantee.durability === 'replicated' ? Promise.resolve('wait' as const) : this.#wayToDisk();
    this.#way = way;
    way.catch(() => {
      if (this.#way === way) this.#way = null;
    });
    return way;
  }

  async #wayToDisk(): Promise<Way> {
    const { redis } = this.#parts;
    try {
      // Nothing was written over this connection yet, or it is confirmed at once: this only asks whether it can be asked.
      await redis.call('WAITAOF', 1, 0, 1);
    } catch (error) {
      const { message } = error as Error;
      if (/unknown command|NOPERM/i.test(message)) {
        await this.#requireAlways('has no WAITAOF (7.2)', '+waitaof, or else +config|get');
        return 'answer';
      }
      if (/appendonly is disabled/i.test(message)) throw noFile();
      throw error;
    }
    const version = versionOf(parseInfo(await redis.info('server')));
    if (version === null || !earlyAnswers(version)) return 'waitaof';
    await this.#requireAlways('may answer WAITAOF before it has written to disk', '+config|get');
    return 'answer';
  }

  /**
   * Makes sure that the server has everything on disk before it answers a write, where it cannot be asked, or not be believed.
   * @param why this server, in words; `right`: what lets a user see the setting
   */
  async #requireAlways(why: string, right: string): Promise<void> {
    const settings = new Map<string, string>();
    try {
      const flat = (await this.#parts.redis.call('CONFIG', 'GET', 'append*', 'no-appendfsync-*')) as unknown[];
      for (let i = 0; i + 1 < flat.length; i += 2) settings.set(String(flat[i]), String(flat[i + 1]));
    } catch (error) {
      const { message } = error as Error;
      if (!/NOPERM|unknown command/i.test(message)) throw error;
      throw new DurabilityUnavailable(
        `durability fsync: this Redis ${why}, and whether appendfsync is always cannot be asked: ` +
          `give this user the right ${right}`,
      );
    }
    if (settings.get('appendonly') !== 'yes') throw noFile();
    const appendfsync = settings.get('appendfsync');
    if (settings.get('no-appendfsync-on-rewrite') === 'yes') {
      throw new DurabilityUnavailable(
        'durability fsync: this Redis answers before it has written to disk while it rewrites its file: ' +
          'set no-appendfsync-on-rewrite to no',
      );
    }
    if (appendfsync === 'always') return;
    throw new DurabilityUnavailable(
      `durability fsync: this Redis ${why} and appendfsync is ${appendfsync}: ` +
        'set appendfsync to always, or use Redis 7.2, or 8.0 and newer',
    );
  }
}

function noFile(): DurabilityUnavailable {
  return new DurabilityUnavailable('durability fsync: this Redis keeps no append-only file: set appendonly to yes');
}
