import type { Entry } from '../model/intake.ts';
import { isAfter } from '../redis/log.ts';
import type { Chunk } from '../redis/wire.ts';
import { chunkOf } from './chunk.ts';
import type { DefinitionsView } from './loaded-definitions.ts';
import type { MatchedEntry } from './match-entry.ts';
import type { SetAsideCause } from './poison.ts';

/** How many entries one call of `apply` gets at most: a millisecond of Redis' time (measured), so that other clients do not wait for long. */
export const CHUNK_SIZE = 100;

/** How long one call of `apply` is to keep Redis busy, in µs; others wait as long. A fivefold error still leaves them their 5 ms. */
const BUDGET_US = 1_000;

/** Text of one call, in characters: far below what Redis and a string take, and some ten milliseconds of both. */
const CHUNK_CHARACTERS = 8_000_000;

/** Entries that were decoded and matched against one generation of the definitions, by id. */
export type Matches = Readonly<{ generation: string; found: ReadonlyMap<string, MatchedEntry> }>;

/** What a chunk is cut by. `setAside`: entries to be set aside instead of applied, by id. */
export type Cutting = Readonly<{
  view: DefinitionsView;
  setAside: ReadonlyMap<string, SetAsideCause>;
  chunkSize: number;
}>;

/**
 * Consecutive entries of the log on their way from the reader to Redis: matched as far as there was time, cut into what one call
 * gets, and passed one call after the other.
 */
export class Batch {
  readonly #entries: readonly Entry[];
  readonly #matches: Matches | null;
  #left: readonly Entry[];
  #sent: readonly Entry[] = [];
  #chunk: Chunk | null = null;
  /** This many of the first entries left hold one that made a call fail as a whole; calls by halves find it. */
  #suspects = 0;

  constructor(entries: readonly Entry[], matches: Matches | null = null) {
    this.#entries = entries;
    this.#matches = matches;
    this.#left = entries;
  }

  get isDone(): boolean {
    return this.#left.length === 0;
  }

  /** The entries that are not applied yet, as far as is known. */
  get left(): readonly Entry[] {
    return this.#left;
  }

  /** The entries of the chunk that was cut last. */
  get sent(): readonly Entry[] {
    return this.#sent;
  }

  /** Whether the chunk that was cut last holds all that is left. */
  get isSent(): boolean {
    return this.#sent.length === this.#left.length;
  }

  /** Begins with the first entry again: Redis may have lost what it had applied when a call has to be repeated. */
  restart(): void {
    this.keep(this.#entries);
  }

  /**
   * What goes into the next call: the first entries that fit, at least one. A chunk that was cut before is used again if it still holds.
   * @throws when an entry cannot be matched; one of `sent` is to blame
   */
  cut({ view, setAside, chunkSize }: Cutting): Chunk {
    const most = Math.min(chunkSize, this.#suspects > 0 ? Math.ceil(this.#suspects / 2) : this.#left.length);
    const old = this.#chunk;
    const fits = old?.generation === view.generation && this.#sent.length <= most;
    if (old && fits && !this.#sent.some(({ id }) => setAside.has(id))) return old;
    this.#chunk = null;
    this.#sent = fitting(this.#left.slice(0, most));
    const matched = this.#matches?.generation === view.generation ? this.#matches.found : undefined;
    const chunk = chunkOf(this.#sent, view, setAside, { budgetUs: BUDGET_US, ...(matched && { matched }) });
    this.#sent = this.#sent.slice(0, chunk.entries.length);
    this.#chunk = chunk;
    return chunk;
  }

  /** The entries of the last call are applied, by this or another worker. */
  pass(): void {
    this.#advance(this.#sent.length);
  }

  /** The entries up to a position are applied. */
  passUpTo(position: string): void {
    this.#advance(countUpTo(this.#left, position));
  }

  /** The entries up to a position are applied, the one behind it failed by itself. @returns that one */
  failedBehind(position: string): Entry | undefined {
    this.passUpTo(position);
    this.#suspects = 0;
    return this.#left[0];
  }

  /** The last call failed as a whole, so one of its entries is to blame. @returns how many are suspected */
  suspect(): number {
    this.#suspects = this.#sent.length;
    return this.#suspects;
  }

  /** These are left, and none of them is suspected. */
  keep(left: readonly Entry[]): void {
    this.#left = left;
    this.#chunk = null;
    this.#suspects = 0;
  }

  #advance(count: number): void {
    if (count === 0) return;
    this.#left = this.#left.slice(count);
    this.#chunk = null;
    this.#suspects = Math.max(0, this.#suspects - count);
  }
}

/** How many of some consecutive entries are not behind a position. */
export function countUpTo(entries: readonly Entry[], position: string): number {
  // Mostly it is the last of them.
  if (entries.at(-1)?.id === position) return entries.length;
  const next = entries.findIndex(({ id }) => isAfter(id, position));
  return next === -1 ? entries.length : next;
}

/** The first entries whose text fits into one call; at least one. */
function fitting(entries: readonly Entry[]): readonly Entry[] {
  let characters = 0;
  for (const [i, { fields }] of entries.entries()) {
    for (const text of fields) characters += text.length;
    if (characters > CHUNK_CHARACTERS && i > 0) return entries.slice(0, i);
  }
  return entries;
}
