import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Entry } from '../model/intake.ts';
import { Batch, CHUNK_SIZE, type Matches } from './batch.ts';
import type { LoadedDefinitions } from './loaded-definitions.ts';
import { type MatchedEntry, matchEntry } from './match-entry.ts';

/** How long entries are matched before this process does its other work, such as asking whether it is its turn. */
const SLICE_MS = 4;

/**
 * How long the entries of one read are matched, at most. Other workers take over the work of a worker that has not moved for
 * TAKE_OVER_MS: four workers on two cores that match for a second at a time would all do each other's work.
 */
const MATCH_MS = 250;

/** How many chunks one read brings at most. Reading costs both sides less for an entry where one read brings many. */
const READ_CHUNKS = 4;

/** Characters that one read may bring, by the size of the entries before: an event can have 1.5 MB, and hundreds of those would not fit. */
const READ_CHARACTERS = 4_000_000;

/** Makes batches of what was read: decodes and matches the entries, and knows how many can be matched in a moment. */
export class Matcher {
  readonly definitions: LoadedDefinitions;
  /** How many entries one call of `apply` gets at most. */
  readonly chunkSize: number;
  readonly #clock: Clock;
  /** How many entries are matched in a moment. */
  #quick: number;
  /** How many entries a read may bring by the size of the last ones: a chunk at first, and whatever their size. */
  #fitting: number;

  constructor(definitions: LoadedDefinitions, clock: Clock, chunkSize = CHUNK_SIZE) {
    this.definitions = definitions;
    this.chunkSize = chunkSize;
    this.#clock = clock;
    this.#quick = chunkSize;
    this.#fitting = chunkSize;
  }

  /** How many entries to match at a time: a chunk, or fewer when they take long. */
  get batchSize(): number {
    return Math.min(this.#quick, this.chunkSize);
  }

  /** How many entries to read at a time: some chunks of small ones, or fewer when they take long to match. */
  get readSize(): number {
    return Math.min(this.#quick, this.#fitting);
  }

  /**
   * Decodes and matches entries, which can take far longer than to apply them, bit by bit. What cannot be matched, or comes after a
   * change of the definitions, is matched when the batch is cut. Never rejects.
   */
  async match(entries: readonly Entry[]): Promise<Batch> {
    const sinceMs = this.#clock.nowMs();
    const matches = await this.#matchSlices(entries);
    const most = this.chunkSize * READ_CHUNKS;
    this.#quick = nextBatchSize(entries.length, this.#clock.nowMs() - sinceMs, most);
    const fitting = Math.floor((READ_CHARACTERS * entries.length) / Math.max(charactersOf(entries), 1));
    this.#fitting = Math.max(this.chunkSize, Math.min(fitting, this.#fitting * 2, most));
    return new Batch(entries, matches);
  }

  async #matchSlices(entries: readonly Entry[]): Promise<Matches> {
    const { definitions } = this;
    const { generation } = definitions.view;
    const found = new Map<string, MatchedEntry>();
    let sinceMs = this.#clock.nowMs();
    for (const entry of entries) {
      try {
        found.set(entry.id, matchEntry(entry, definitions.view));
      } catch {
        break;
      }
      if (this.#clock.nowMs() - sinceMs < SLICE_MS) continue;
      await turnOfOthers();
      if (definitions.view.generation !== generation) break;
      sinceMs = this.#clock.nowMs();
    }
    return { generation, found };
  }
}

/** How many entries to read next, at most `most`, after `count` took so long to match. */
export function nextBatchSize(count: number, tookMs: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor((count * MATCH_MS) / Math.max(tookMs, 1))));
}

function charactersOf(entries: readonly Entry[]): number {
  let characters = 0;
  for (const { fields } of entries) for (const text of fields) characters += text.length;
  return characters;
}
