import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { LargeEntries } from '../apply/large-entries.ts';
import type { Clock } from '../clock.ts';
import { CLOCK_SKEW_MS, EARLIEST_ID_MS } from '../inspect/entry-ids.ts';
import { Loop, type Service } from '../loop.ts';
import type { Measures } from '../measure/measures.ts';
import { type Entry, msOf, ownFormOf } from '../model/intake.ts';
import type { Durability } from '../redis/durability.ts';
import { countLoss, isOwn, readFed } from '../redis/fed.ts';
import { isAfter, readBehind } from '../redis/log.ts';
import { serverTimeMs } from '../redis/server-time.ts';
import { feed } from '../redis/steps/feed.ts';
import type { SourcePromise } from '../redis/steps/mark-fed.ts';
import { noteFed } from '../redis/steps/note-fed.ts';
import { raiseId } from '../redis/steps/raise-id.ts';
import { straighten } from '../redis/steps/straighten.ts';
import type { Store } from '../redis/store.ts';
import { asFed, slicesOf } from './feed-slices.ts';

/** An engine whose log is fed. `name`: unlike those of the other targets of the source. */
export type FeedTarget = Readonly<{ name: string; store: Store }>;

/**
 * Which targets an entry of the source concerns, by their names. `generation`: that of the definitions of targets which this hangs on, by
 * name of the target; a target without one gets what concerns it whatever its definitions are.
 */
export type Concern = (
  entry: Entry,
) => Readonly<{ names: readonly string[]; generations?: Readonly<Record<string, string>> }>;

export type FeederParts = Readonly<{
  redis: Redis;
  /** Reads the source; measures what it reads (src/redis/measured.ts) where entries can have any size. */
  log: Redis;
  source: Store;
  sourceName: string;
  targets: readonly FeedTarget[];
  targetsOf: Concern;
  /** Of the server of a store; null where nothing is waited for. */
  durability: (store: Store) => Durability | null;
  clock: Clock;
  logger: Logger;
  /** Where it is seen whether its loop goes on. */
  measures?: Measures | undefined;
}>;

/** Entries that one round reads. */
const PAGE = 500;

/** How long to wait where nothing came: at first, and at most. */
const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 100;

/** How often it is noted how far targets are, and looked whether the source lost its end. */
const NOTE_MS = 1_000;

/** How far one target is. `mark`: as Redis has it; `done`: what is between has nothing for it. */
type HowFar = { target: FeedTarget; mark: string; done: string; noted: string; movedMs: number };

/** Feeds logs with the entries of another one, in order and each once. Any number of feeders of one source disturb nobody: the marks decide. */
export class Feeder implements Service {
  readonly #parts: FeederParts;
  readonly #loop: Loop;
  readonly #large: LargeEntries;
  #progress: HowFar[] | null = null;
  #waitMs = FIRST_WAIT_MS;
  #notedMs = Number.NEGATIVE_INFINITY;
  /** The mark that the source was found to lack. */
  #lacking = '';

  constructor(parts: FeederParts) {
    const { redis, source: store, sourceName, clock, logger, measures } = parts;
    this.#parts = parts;
    this.#large = new LargeEntries({ redis, store, logger });
    this.#loop = new Loop({ name: `feed of ${sourceName}`, clock, logger, measures }, async () => await this.#round());
  }

  get sourceName(): string {
    return this.#parts.sourceName;
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  async #round(): Promise<number> {
    try {
      const moved = await this.runOnce();
      this.#waitMs = moved ? FIRST_WAIT_MS : Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
      return moved ? 0 : this.#waitMs;
    } catch (error) {
      // What is known of the marks may be of another server.
      this.#progress = null;
      throw error;
    }
  }

  /** Reads once, and feeds what it reads. @returns whether anything was read */
  async runOnce(): Promise<boolean> {
    const { clock } = this.#parts;
    const first = this.#progress === null;
    const progress = await this.#known();
    if (first || clock.nowMs() >= this.#notedMs + NOTE_MS) await this.#look(progress);
    let moved = false;
    for (const from of new Set(progress.map(({ done }) => done))) {
      const those = progress.filter(({ done }) => done === from);
      if (await this.#feedFrom(from, those)) moved = true;
    }
    return moved;
  }

  /**
   * Promises that nothing comes any more before the present: that of a target alone which was fed all there is. Null where there is more.
   * What is promised is made true first, at the source.
   */
  async promise(target: string): Promise<SourcePromise | null> {
    const { redis, source, sourceName, durability } = this.#parts;
    const found = (await this.#known()).find((one) => one.target.name === target);
    if (found === undefined) return null;
    const { word, last } = await raiseId(redis, source, { behind: found.done, to: null });
    if (word === 'more') return null;
    await durability(source)?.barrier();
    return { source: sourceName, from: found.mark, to: found.done, reachedMs: msOf(last) };
  }

  /** How far the targets are that are open. */
  async #known(): Promise<HowFar[]> {
    if (this.#progress !== null) return this.#progress;
    const { redis, sourceName, targets, clock } = this.#parts;
    const found = await Promise.all(
      targets.map(async (target) => {
        const fed = await readFed(redis, target.store, sourceName);
        if (!fed?.open) return [];
        return [{ target, mark: fed.mark, done: fed.mark, noted: '', movedMs: clock.nowMs() }];
      }),
    );
    const progress = found.flat();
    // One that is opened later is found at the next look.
    if (progress.length === targets.length) this.#progress = progress;
    return progress;
  }

  /** Reads behind an id, for targets that are done up to it. */
  async #feedFrom(from: string, those: readonly HowFar[]): Promise<boolean> {
    const { log, source, durability } = this.#parts;
    const kept = durability(source);
    const connection = kept?.connection;
    const read = await this.#usable(await readBehind(log, source, from, PAGE));
    const to = read.at(-1)?.id;
    if (to === undefined) {
      await this.#moveIdle(those);
      return false;
    }
    // A source may lose what it has not kept: its targets would have what never was.
    await kept?.barrier(connection);
    const entries = await this.#genuine(await this.#large.sift(read));
    const concerned = entries.map((entry) => ({ entry, concern: this.#parts.targetsOf(entry) }));
    const moved = await Promise.all(
      those.map(async (progress) => {
        const { name } = progress.target;
        const own = concerned.filter(({ concern }) => concern.names.includes(name));
        const generation = concerned.find(({ concern }) => concern.generations?.[name])?.concern.generations?.[name];
        return await this.#feedTarget(progress, {
          entries: own.map(({ entry }) => entry),
          to,
          generation: generation ?? null,
        });
      }),
    );
    return moved.includes(true);
  }

  /** @returns whether there is reason to go on at once */
  async #feedTarget(
    progress: HowFar,
    { entries, to, generation }: Readonly<{ entries: readonly Entry[]; to: string; generation: string | null }>,
  ): Promise<boolean> {
    const { redis, sourceName, clock } = this.#parts;
    // Where the definitions decide, what has nothing for a target has to be said by the same ones.
    if (entries.length === 0 && generation === null) {
      progress.done = to;
      return true;
    }
    for (const slice of slicesOf(entries, to)) {
      const call = { source: sourceName, from: progress.mark, generation, ...slice };
      const { word, mark } = await feed(redis, progress.target.store, call);
      if (word === 'not-open') {
        this.#progress = null;
        return false;
      }
      [progress.mark, progress.done, progress.movedMs] = [mark, mark, clock.nowMs()];
      // With other definitions it is asked once more what concerns the target, when they are known.
      if (word !== 'fed') return word !== 'stale-definitions';
    }
    return true;
  }

  /** Now and then the marks of targets for which nothing comes move as well: so that old entries can go. */
  async #moveIdle(those: readonly HowFar[]): Promise<void> {
    const { clock } = this.#parts;
    const idle = those.filter(({ mark, done, movedMs }) => mark !== done && clock.nowMs() >= movedMs + NOTE_MS);
    await Promise.all(
      idle.map(async (progress) => {
        const { redis, sourceName } = this.#parts;
        const call = { source: sourceName, from: progress.mark, to: progress.done, entries: [] };
        const { word, mark } = await feed(redis, progress.target.store, call);
        if (word === 'not-open') this.#progress = null;
        else [progress.mark, progress.done, progress.movedMs] = [mark, mark, clock.nowMs()];
      }),
    );
  }

  /** The entries before the first one whose id cannot be a time: it gets another id first. */
  async #usable(read: readonly Entry[]): Promise<readonly Entry[]> {
    const { redis, source } = this.#parts;
    const [first, last] = [read[0], read.at(-1)];
    if (first === undefined || last === undefined || source.virtualNow() !== '') return read;
    const fedMs = (this.#progress ?? []).reduce((most, { mark }) => Math.max(most, msOf(mark)), 0);
    const latest = Math.max(fedMs, await serverTimeMs(redis)) + CLOCK_SKEW_MS;
    if (msOf(last.id) <= latest && msOf(first.id) >= EARLIEST_ID_MS) return read;
    while ((await straighten(redis, source)).word === 'more');
    return read.slice(
      0,
      Math.max(
        0,
        read.findIndex(({ id }) => msOf(id) > latest || msOf(id) < EARLIEST_ID_MS),
      ),
    );
  }

  /** What others are fed with of these entries. */
  async #genuine(entries: readonly Entry[]): Promise<Entry[]> {
    const { redis, source, sourceName } = this.#parts;
    // All are asked at once: in the log of a partition nearly every entry claims to be the engine's.
    const made = await Promise.all(
      entries.map(async (entry) => {
        const claims = ownFormOf(entry.fields) !== null;
        return asFed(entry, !claims || (await isOwn(redis, source, entry.id)), sourceName);
      }),
    );
    return made.filter((entry) => entry !== null);
  }

  /** Notes how far targets are, for good; and looks whether the source has lost what it fed. */
  async #look(progress: readonly HowFar[]): Promise<void> {
    const { redis, source, clock, durability } = this.#parts;
    this.#notedMs = clock.nowMs();
    if (progress.length < this.#parts.targets.length) this.#progress = null;
    await this.#takeMarks(progress);
    for (const one of progress) {
      if (one.noted === one.mark) continue;
      const { mark, target } = one;
      await durability(target.store)?.barrier();
      await noteFed(redis, source, target.name, mark);
      one.noted = mark;
    }
    await this.#lookForLoss(progress);
  }

  /** A target that lost its end in a failover has an older mark, and is fed from there again. Other feeders move marks as well. */
  async #takeMarks(progress: readonly HowFar[]): Promise<void> {
    const { redis, sourceName, clock } = this.#parts;
    await Promise.all(
      progress.map(async (one) => {
        const fed = await readFed(redis, one.target.store, sourceName);
        if (!fed?.open) this.#progress = null;
        else if (fed.mark !== one.mark) [one.mark, one.done, one.movedMs] = [fed.mark, fed.mark, clock.nowMs()];
      }),
    );
  }

  /**
   * A server that failed over may have lost entries that were fed. They stay where they were fed; the source goes on behind them, so that
   * nothing new is taken for old.
   */
  async #lookForLoss(progress: readonly HowFar[]): Promise<void> {
    const { redis, source, sourceName, logger } = this.#parts;
    const highest = progress.reduce((most, { mark }) => (isAfter(mark, most) ? mark : most), '0-0');
    if (highest === '0-0' || highest === this.#lacking) return;
    const { word } = await raiseId(redis, source, { behind: null, to: highest });
    if (word !== 'raised') return;
    this.#lacking = highest;
    await countLoss(redis, source);
    logger.error(
      { source: sourceName, fed: highest },
      'the source lost entries that were fed: they stay where they were fed, and it goes on behind them',
    );
  }
}
