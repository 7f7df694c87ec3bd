import type { Redis } from 'ioredis';
import type { Keys, Prefixes } from './keys.ts';
import { idBehind, isAfter } from './log.ts';
import { takeNext } from './steps/take-next.ts';
import type { Store } from './store.ts';
import { execute } from './transaction.ts';

/*
 * What `watchfire repartition` writes: the new state of an engine beside the old one, in the same slot, as `{wf.7}:next:…`. Two lists in the
 * slot say what is to be done when all of it is written: `next`, the keys that stand ready, and `former`, those that go.
 */

/** Commands and characters that go to Redis at once. */
const COMMANDS_AT_ONCE = 500;
const CHARACTERS_AT_ONCE = 1_000_000;

/** Keys that one command removes or notes. */
const KEYS_AT_ONCE = 500;

/** Fields of a hash, or members of a set, that one command writes. */
const PAIRS_AT_ONCE = 500;

export type Value = string | Buffer;

function stagedName(key: string): string {
  return key.replace('}:', '}:next:');
}

/** The names under which the new state of an engine is written. */
function stagedNames<T extends Keys | Prefixes>(names: T): T {
  return Object.fromEntries(Object.entries(names).map(([name, key]) => [name, stagedName(key)])) as T;
}

/** The new state of one engine, as it is written. What is not flushed is not written. */
export class Stage {
  /** Names of what is written. */
  readonly keys: Keys;
  readonly prefixes: Prefixes;
  readonly #redis: Redis;
  readonly #store: Store;
  readonly #dry: boolean;
  readonly #known = new Set<string>();
  readonly #ends = new Map<string, string>();
  #queue: (readonly [name: string, key: string, ...words: Value[]])[] = [];
  #characters = 0;

  /** @param dry whether nothing is written */
  constructor(redis: Redis, store: Store, dry: boolean) {
    this.#redis = redis;
    this.#store = store;
    this.#dry = dry;
    this.keys = stagedNames(store.keys);
    this.prefixes = stagedNames(store.prefixes);
  }

  async hash(key: string, fields: readonly (readonly [Value, Value])[]): Promise<void> {
    for (let from = 0; from < fields.length; from += PAIRS_AT_ONCE)
      await this.#add('HSET', key, ...fields.slice(from, from + PAIRS_AT_ONCE).flat());
  }

  async scores(key: string, members: readonly (readonly [score: string, member: Value])[]): Promise<void> {
    for (let from = 0; from < members.length; from += PAIRS_AT_ONCE)
      await this.#add('ZADD', key, ...members.slice(from, from + PAIRS_AT_ONCE).flat());
  }

  async members(key: string, members: readonly string[]): Promise<void> {
    if (members.length > 0) await this.#add('SADD', key, ...members);
  }

  async lasting(key: string, ms: number): Promise<void> {
    await this.#add('PEXPIRE', key, String(ms));
  }

  async text(key: string, text: Value): Promise<void> {
    await this.#add('SET', key, text);
  }

  /**
   * Adds an entry to a stream, under its id where none came behind it.
   * @returns the id that it gets
   */
  async entry(key: string, id: string, fields: readonly Value[]): Promise<string> {
    const last = this.end(key);
    const given = isAfter(id, last) ? id : idBehind(last);
    this.#ends.set(key, given);
    await this.#add('XADD', key, given, ...fields);
    return given;
  }

  /** The last id of a stream as far as it is written; `0-0` for none. */
  end(key: string): string {
    return this.#ends.get(key) ?? '0-0';
  }

  /** Has a stream end at an id that is not before its last one, with a group that has read all of it. */
  async group(key: string, group: string, end: string): Promise<void> {
    // The group makes the stream where it is empty; it is moved to the end when that is known.
    await this.#add('XGROUP', 'CREATE', key, group, '0-0', 'MKSTREAM');
    await this.#add('XSETID', key, end);
    await this.#add('XGROUP', 'SETID', key, group, end);
  }

  async flush(): Promise<void> {
    const commands = this.#queue;
    this.#queue = [];
    this.#characters = 0;
    if (this.#dry || commands.length === 0) return;
    const pipeline = this.#redis.pipeline();
    for (const [name, ...words] of commands) pipeline.call(name, ...words);
    await execute(pipeline);
  }

  async #add(name: string, ...words: [string, ...Value[]]): Promise<void> {
    const key = name === 'XGROUP' ? String(words[1]) : words[0];
    if (!this.#known.has(key)) {
      this.#known.add(key);
      // First, so that a run that is cut off leaves nothing that the next one does not know of.
      this.#queue.push(['ZADD', this.#store.keys.next, '0', key.replace('}:next:', '}:')]);
    }
    this.#queue.push([name, ...words]);
    for (const word of words) this.#characters += word.length;
    if (this.#queue.length >= COMMANDS_AT_ONCE || this.#characters >= CHARACTERS_AT_ONCE) await this.flush();
  }
}

/** Notes keys of an engine that go when the new state takes the place of the old one. */
export async function noteFormer(redis: Redis, store: Store, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    const some = keys.slice(from, from + KEYS_AT_ONCE);
    await redis.zadd(store.keys.former, ...some.flatMap((key) => ['0', key]));
  }
}

/** Removes what was written beside the state of an engine. */
export async function clearStage(redis: Redis, { keys }: Store): Promise<void> {
  for (;;) {
    const names = await redis.zrange(keys.next, '0', String(KEYS_AT_ONCE - 1));
    if (names.length === 0) break;
    await redis.unlink(...names.map(stagedName));
    await redis.zrem(keys.next, ...names);
  }
  await redis.unlink(keys.former);
}

/** Puts the new state of an engine in the place of the old one, in steps that may be repeated. @param signal ends it between two of them */
export async function takeStage(redis: Redis, store: Store, signal: AbortSignal | undefined): Promise<boolean> {
  while (!signal?.aborted) if ((await takeNext(redis, store)) === 'done') return true;
  return false;
}
