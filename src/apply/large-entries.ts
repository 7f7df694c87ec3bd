import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import type { Entry, LargeEntry } from '../model/intake.ts';
import { readEach } from '../redis/log.ts';
import { loadSetAside, type SetAside, setAside } from '../redis/steps/set-aside.ts';
import type { Store } from '../redis/store.ts';
import type { Observer } from './applier.ts';

export type LargeEntriesParts = { redis: Redis; store: Store; logger: Logger; observe?: Observer };

/**
 * Takes entries that are too large to be kept out of the log, as soon as they begin to come: all of it may take a while, and others would
 * read it meanwhile.
 */
export class LargeEntries {
  readonly #parts: LargeEntriesParts;
  /** What became of those that are coming, by id; null where it failed. */
  readonly #coming = new Map<string, { step: Promise<SetAside | null>; isWhole: boolean }>();

  constructor(parts: LargeEntriesParts) {
    this.#parts = parts;
  }

  /** Brings Redis what is needed later: while a large entry stands in the log, every round trip counts. */
  async ready(): Promise<void> {
    await loadSetAside(this.#parts.redis);
  }

  /** An entry begins to come, or has come: then its digest is known. */
  heard(id: string, large: LargeEntry): void {
    const { logger } = this.#parts;
    const [known, isWhole] = [this.#coming.get(id), large.sha1 !== ''];
    // Another connection of this process reads it, too.
    if (known && (known.isWhole || !isWhole)) return;
    const step = this.#take(id, large, known?.step ?? Promise.resolve(null)).catch((error: unknown) => {
      logger.warn(
        { entry: id, error: reasonOf(error) },
        'an entry that is too large could not be taken out of the log',
      );
      return null;
    });
    this.#coming.set(id, { step, isWhole });
    if (isWhole) void step.then(() => this.#coming.delete(id));
  }

  /** @returns those of some entries that are to be applied. Safe to repeat. */
  async sift(entries: readonly Entry[]): Promise<readonly Entry[]> {
    if (!entries.some(({ large }) => large)) return entries;
    const kept: Entry[] = [];
    for (const entry of entries) kept.push(...(await this.#keep(entry)));
    return kept;
  }

  async #keep(entry: Entry): Promise<readonly Entry[]> {
    const { redis, store } = this.#parts;
    const { id, large } = entry;
    if (large === undefined) return [entry];
    const { word } = (await this.#coming.get(id)?.step) ?? (await this.#take(id, large, Promise.resolve(null)));
    // What the engine writes can be larger than what it takes. It is read by a connection that does not measure.
    return word === 'own' ? await readEach(redis, store, [id]) : [];
  }

  /** @param before what came of it when it began to come */
  async #take(id: string, large: LargeEntry, before: Promise<SetAside | null>): Promise<SetAside> {
    const { redis, store, logger, observe } = this.#parts;
    const first = await before;
    if (first !== null && first.word !== 'set-aside') return first;
    const taken = await setAside(redis, store, id, large, first?.letter);
    const { bytes, sha1 } = large;
    if (taken.word !== 'set-aside' || sha1 === '') return taken;
    logger.error({ entry: id, bytes, sha1 }, 'an entry is too large to be read, it goes to the dead letters');
    observe?.([{ id, fields: [], large }], {
      word: 'applied',
      position: id,
      wakeMs: null,
      error: '',
      words: ['rejected'],
    });
    return taken;
  }
}
