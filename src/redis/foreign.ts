import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Away } from '../errors.ts';
import type { Entry } from '../model/intake.ts';
import { fieldsOf } from './backlog.ts';
import { toEntry } from './log.ts';
import { largeIn } from './measured.ts';

/** What Redis says of a whole stream; `added`: entries that it ever had, null where the server does not count. */
export type StreamFacts = Readonly<{ lastId: string; added: number | null; length: number }>;

/**
 * What a look at a stream found. `nowMs`: the clock of its server, before the look: what comes later has no smaller id. `isEnd`: nothing stood
 * behind the entries. `facts`: null where they were not asked for.
 */
export type StreamLook = Readonly<{
  nowMs: number;
  entries: readonly Entry[];
  isEnd: boolean;
  facts: StreamFacts | null;
}>;

const NO_STREAM: StreamFacts = { lastId: '0-0', added: 0, length: 0 };

/** Redis refuses a range that would begin behind it. */
const LARGEST_ID = '18446744073709551615-18446744073709551615';

/** Longest text of a job that is kept: names are short, and a payload is to hold no more of a job's data. */
const JOB_TEXT_CHARACTERS = 64_000;

/** How long the server of a stream may take to answer. After that the read fails, and is tried again. */
const PATIENCE_MS = 5_000;

export type ForeignParts = Readonly<{
  redis: Redis;
  /** Why the server is not there. */
  away: () => Away;
  /** Measures what it reads (measured.ts): entries can have any size. */
  log: Redis;
  key: string;
  /** Name of the consumer group by which others see how far it was read. */
  group: string;
}>;

/** A stream that is no log of the engine, on whichever server. Of what is in it nothing is changed. */
export class ForeignStream {
  readonly #parts: ForeignParts;
  /** What the server was asked and has not answered: nothing more is asked meanwhile. */
  #asked: Promise<unknown> | null = null;

  constructor(parts: ForeignParts) {
    this.#parts = parts;
  }

  get key(): string {
    return this.#parts.key;
  }

  /** @throws Error saying why the server does not answer; ioredis itself would wait for it for ever */
  async #answer<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#asked !== null) await this.#inTime(this.#asked);
    const answer = ask();
    const asked = answer.then(
      () => undefined,
      () => undefined,
    );
    this.#asked = asked;
    void asked.then(() => {
      if (this.#asked === asked) this.#asked = null;
    });
    return await this.#inTime(answer);
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const over = new AbortController();
    const late = pause(PATIENCE_MS, undefined, { signal: over.signal }).then(
      () => {
        throw new Error(`its Redis does not answer: ${this.#parts.away().reason ?? 'it is silent'}`);
      },
      () => answer,
    );
    try {
      return await Promise.race([answer, late]);
    } finally {
      over.abort();
      late.catch(() => undefined);
    }
  }

  /** Entries behind a place, and with `whole` what is said of the stream at the same moment. */
  async look(place: string, count: number, whole: boolean): Promise<StreamLook> {
    return await this.#answer(() => this.#look(place, count, whole));
  }

  async #look(place: string, count: number, whole: boolean): Promise<StreamLook> {
    const { log, key } = this.#parts;
    const time = log.time();
    const commands = log.multi();
    if (place === LARGEST_ID) commands.exists(key);
    else commands.xrange(key, `(${place}`, '+', 'COUNT', count);
    if (whole) commands.xinfo('STREAM', key);
    const [[seconds, micros], answers] = await Promise.all([time, commands.exec()]);
    const [found, facts] = answers ?? [];
    if (found?.[0]) throw found[0];
    const list = Array.isArray(found?.[1]) ? (found[1] as [string, string[]][]) : [];
    return {
      nowMs: Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000),
      entries: list.map(toEntry(log)),
      isEnd: list.length < count,
      facts: facts === undefined ? null : factsOf(log, facts),
    };
  }

  /** The newest entries, oldest first. */
  async newest(count: number): Promise<Entry[]> {
    const { log, key } = this.#parts;
    const found = await this.#answer(() => log.xrevrange(key, '+', '-', 'COUNT', count));
    return found.map(toEntry(log)).reverse();
  }

  /** Has the group stand at a place, so that those see it who trim by groups. @returns false where the stream is not there */
  async stand(place: string, read: number | null): Promise<boolean> {
    return await this.#answer(() => this.#stand(place, read));
  }

  async #stand(place: string, read: number | null): Promise<boolean> {
    const { redis, key, group } = this.#parts;
    const counted = read === null ? [] : ['ENTRIESREAD', String(read)];
    try {
      await redis.call('XGROUP', 'SETID', key, group, place, ...counted);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (/requires the key to exist|no such key/i.test(error.message)) return false;
      if (!error.message.startsWith('NOGROUP')) throw error;
      await redis.call('XGROUP', 'CREATE', key, group, place, ...counted);
    }
    return true;
  }

  /** Takes the group away. */
  async leave(): Promise<void> {
    const { redis, key, group } = this.#parts;
    await this.#answer(() => redis.xgroup('DESTROY', key, group));
  }

  /** Texts of hashes, as far as they are there and not too long. */
  async texts(keys: readonly string[], names: readonly string[]): Promise<Record<string, string>[]> {
    const { log } = this.#parts;
    const found = await this.#answer(() => Promise.all(keys.map((key) => log.hmget(key, ...names))));
    return found.map((values) => {
      // Of what was too large only a name is left.
      if (largeIn(log, values as string[])) return {};
      return Object.fromEntries(
        names.flatMap((name, i) => {
          const value = values[i] ?? null;
          return value === null || value.length > JOB_TEXT_CHARACTERS ? [] : [[name, value]];
        }),
      );
    });
  }
}

function factsOf(log: Redis, [error, flat]: [Error | null, unknown]): StreamFacts {
  if (error) {
    if (/no such key/i.test(error.message)) return NO_STREAM;
    throw error;
  }
  const named = fieldsOf(flat as unknown[]);
  for (const end of ['first-entry', 'last-entry']) {
    const entry = named.get(end);
    // It comes with the facts; what was too large of it is not kept.
    if (Array.isArray(entry)) largeIn(log, entry[1] as string[]);
  }
  const added = named.get('entries-added');
  return {
    lastId: String(named.get('last-generated-id') ?? '0-0'),
    added: added === undefined ? null : Number(added),
    length: Number(named.get('length') ?? 0),
  };
}
