import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { Loop, type Service } from '../loop.ts';
import { holdOf, type KnownSource } from '../model/known-source.ts';
import type { PartitionLayout } from '../model/partition.ts';
import { type FedSource, openSources } from '../redis/fed.ts';
import { engineTimeMs } from '../redis/server-time.ts';
import { knownSources } from '../redis/sources.ts';
import { bringIn } from '../redis/steps/bring-in.ts';
import { markFed } from '../redis/steps/mark-fed.ts';
import { partitionStores, type Store } from '../redis/store.ts';

/**
 * What the program that reads a source knows of it: all that arrived there before `reachedMs` is in the log, which stood at `place` and `fedId`
 * then. A log that lost its end stands elsewhere.
 */
export type SourcePromiseOf = (source: string) => Readonly<{ place: string; fedId: string; reachedMs: number }> | null;

export type SourceMarksParts = Readonly<{
  redis: Redis;
  /** The log that the sources are brought into: the front log where there are partitions. */
  store: Store;
  layout: PartitionLayout | null;
  /** Whether it asks a partition if it waits for sources; it asks all of them without. */
  asks?: (partition: string) => boolean;
  promiseOf?: SourcePromiseOf;
  clock: Clock;
  logger: Logger;
}>;

/** Between two looks whether something waits for sources; and whether there are sources at all. */
const LOOK_MS = 100;
const NONE_MS = 1_000;

/** Between two marks of one source in the front log, each of which goes on to all partitions. */
const FRONT_MARK_MS = 250;

/** How old what is known of sources may be. */
const KNOWN_MS = 1_000;

/**
 * Lets time go on where the sources of a log bring nothing, or are behind for longer than absences wait for them (`hold`). Programs that read
 * sources run it, and every worker, which knows the holds alone. Any number of them disturb nobody.
 */
export class SourceMarks implements Service {
  readonly #parts: SourceMarksParts;
  readonly #loop: Loop;
  /** What may wait for the sources. */
  readonly #logs: readonly Store[];
  #known: readonly KnownSource[] = [];
  #knownMs = Number.NEGATIVE_INFINITY;

  constructor(parts: SourceMarksParts) {
    const { store, layout, clock, logger } = parts;
    this.#parts = parts;
    this.#logs = layout === null ? [store] : partitionStores(store, layout);
    this.#loop = new Loop({ name: 'marks of sources', clock, logger }, async () =>
      (await this.runOnce()) === 'no-sources' ? NONE_MS : LOOK_MS,
    );
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Looks once. @returns whether it added a mark, or none was wanted, or there are no sources */
  async runOnce(): Promise<'marked' | 'not-wanted' | 'no-sources'> {
    const { redis, store, layout, asks = () => true } = this.#parts;
    const open = await openSources(redis, store);
    if (open.length === 0) return 'no-sources';
    const asked = this.#logs.filter(({ origin }) => asks(origin));
    const wanted = await Promise.all(asked.map((one) => markFed(redis, one, [])));
    if (!wanted.includes('wanted')) return 'not-wanted';
    const nowMs = await engineTimeMs(redis, store);
    await this.#learn();
    const marked = layout === null ? await this.#markLog(open, nowMs) : await this.#markFront(open, nowMs);
    return marked ? 'marked' : 'not-wanted';
  }

  async #markLog(open: readonly FedSource[], nowMs: number): Promise<boolean> {
    const { redis, store } = this.#parts;
    const promises = open.map((one) => ({
      source: one.source,
      from: one.mark,
      to: one.mark,
      reachedMs: this.#reachedMs(one, nowMs),
    }));
    return (await markFed(redis, store, promises)) === 'marked';
  }

  async #markFront(open: readonly FedSource[], nowMs: number): Promise<boolean> {
    const { redis, store } = this.#parts;
    const words = await Promise.all(
      open.map(async (one) => {
        const reachedMs = this.#reachedMs(one, nowMs);
        const place = this.#known.find(({ name }) => name === one.source)?.place ?? null;
        if (place === null || reachedMs < one.toldMs + FRONT_MARK_MS) return 'not-wanted';
        const { word } = await bringIn(redis, store, {
          source: one.source,
          from: place,
          to: place,
          entries: [],
          reachedMs,
        });
        return word;
      }),
    );
    return words.includes('brought');
  }

  /** Up to when nothing of a source is missing, or is waited for any longer. */
  #reachedMs({ source, mark }: FedSource, nowMs: number): number {
    const known = this.#known.find(({ name }) => name === source);
    const promise = this.#parts.promiseOf?.(source) ?? null;
    const held = nowMs - (known === undefined ? 0 : holdOf(known));
    return promise !== null && promise.fedId === mark ? Math.max(promise.reachedMs, held) : held;
  }

  async #learn(): Promise<void> {
    const { redis, store, clock } = this.#parts;
    if (clock.nowMs() < this.#knownMs + KNOWN_MS) return;
    this.#known = await knownSources(redis, store);
    this.#knownMs = clock.nowMs();
  }
}
