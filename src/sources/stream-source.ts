import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { InvalidDocument, Overloaded, reasonOf } from '../errors.ts';
import { Loop, type Service } from '../loop.ts';
import { incomingOfEntry, sealedBy } from '../model/foreign-entry.ts';
import type { Incoming } from '../model/incoming.ts';
import { type Entry, msOf } from '../model/intake.ts';
import type { StreamOfSource } from '../model/source.ts';
import { type EventMap, mapOf } from '../model/source-map.ts';
import type { ForeignStream, StreamLook } from '../redis/foreign.ts';
import { isAfter } from '../redis/log.ts';
import type { Brought } from '../redis/steps/bring-in.ts';
import { usableMs } from './arrival.ts';
import type { Inlet } from './inlet.ts';
import { type JobReader, jobReaderOf } from './job-reader.ts';
import { type Item, slicesOf } from './slices.ts';

export type StreamSourceParts = Readonly<{
  stream: StreamOfSource;
  foreign: ForeignStream;
  inlet: Inlet;
  clock: Clock;
  logger: Logger;
}>;

/** Entries that one round reads: fewer of a queue, each of which means a look at its job. */
const PAGE = 500;
const PAGE_OF_JOBS = 200;

/** How long to wait where nothing came: at first, and at most. */
const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 100;

/** How long to wait where nothing may be brought in: while it is paused, or the engine takes no more. */
const PAUSED_MS = 500;

/** How often it is looked whether the stream lost entries while none came, and noted how the source is. */
const LOOK_MS = 1_000;

/** How often the log tells of dead letters. */
const TELL_EVERY_MS = 60_000;

/** Texts of a dead letter: a script takes no more. */
const MOST_TEXTS = 7_000;

/** Brings the entries of one stream in. Any number of these for one stream disturb nobody: the place decides. */
export class StreamSource implements Service {
  readonly #parts: StreamSourceParts;
  readonly #loop: Loop;
  readonly #map: EventMap;
  readonly #jobs: JobReader | null;
  #waitMs = FIRST_WAIT_MS;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #toldMs = Number.NEGATIVE_INFINITY;
  #stoodAt = '';

  constructor(parts: StreamSourceParts) {
    const { stream, foreign, clock, logger } = parts;
    this.#parts = parts;
    this.#map = mapOf(stream.spec, '');
    this.#jobs = jobReaderOf(stream, foreign);
    this.#loop = new Loop({ name: `source ${stream.name}`, clock, logger }, async () => await this.#round());
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
      if (this.#parts.inlet.isPaused) return PAUSED_MS;
      this.#waitMs = moved ? FIRST_WAIT_MS : Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
      return moved ? 0 : this.#waitMs;
    } catch (error) {
      this.#parts.inlet.forgetPlace();
      if (error instanceof Overloaded) return Math.max(PAUSED_MS, error.retryAfterMs ?? 0);
      await this.#parts.inlet.note({ behind: null, waitsMs: 0, error: reasonOf(error) });
      throw error;
    }
  }

  /** Reads once, and brings in what it reads. @returns whether there is reason to go on at once */
  async runOnce(): Promise<boolean> {
    const { foreign, inlet, clock } = this.#parts;
    const due = clock.nowMs() >= this.#lookedMs + LOOK_MS;
    if (due) inlet.rereadPlace();
    const at = (await inlet.place()) ?? (await this.#begin());
    const page = this.#jobs === null ? PAGE : PAGE_OF_JOBS;
    let look = await foreign.look(at.place, page, due);
    // The facts of the stream are needed at its end, and must be of the same moment as the entries.
    if (look.facts === null && look.isEnd && look.entries.length > 0) look = await foreign.look(at.place, page, true);
    if (look.facts !== null && isAfter(at.place, look.facts.lastId)) return await this.#goOnAtEnd(look);
    const lost = lostIn(look, at.read);
    const brought = await this.#bring(look, at.read, lost);
    if (brought && look.isEnd) inlet.reached(look.nowMs);
    if (due) await this.#say(look);
    return !look.isEnd || look.entries.length > 0;
  }

  /** Begins where the document of the source says. */
  async #begin(): Promise<Readonly<{ place: string; read: number | null }>> {
    const { foreign, inlet, stream } = this.#parts;
    const from = 'from' in stream.spec ? (stream.spec.from ?? 'new') : 'new';
    const { facts, nowMs } = await foreign.look('0-0', 1, true);
    const { lastId = '0-0', added = null, length = 0 } = facts ?? {};
    // Where the place was lost, the log knows the last entry that it has.
    const mark = await inlet.mark();
    if (mark !== null) return await inlet.begin({ place: mark, read: null, reachedMs: 0 });
    if (from === 'new') return await inlet.begin({ place: lastId, read: added, reachedMs: nowMs });
    const read = from === 'start' && added !== null ? added - length : null;
    return await inlet.begin({ place: from === 'start' ? '0-0' : from, read, reachedMs: 0 });
  }

  /** The stream ends before what was read of it: its server lost its end, or somebody made it anew. */
  async #goOnAtEnd({ facts }: StreamLook): Promise<boolean> {
    const { inlet, stream, logger } = this.#parts;
    if (facts === null) return false;
    const { lastId, added } = facts;
    logger.error(
      { source: stream.name, stream: stream.key, end: lastId },
      'the stream lost its end or was made anew: what came and was not read is lost, it is read on from its present end',
    );
    await inlet.bring({ to: lastId, entries: [], read: added, lost: 1, characters: 0 });
    return true;
  }

  /** @returns whether all of it is brought in */
  async #bring(look: StreamLook, read: number | null, lost: number): Promise<boolean> {
    const { inlet, stream, logger } = this.#parts;
    const items = await this.#itemsOf(look);
    let sum = read;
    const last = items.at(-1)?.place;
    for (const { to, items: count, entries, characters } of slicesOf(items)) {
      if (sum !== null) sum += count;
      if (to === last && look.isEnd && look.facts !== null) sum = look.facts.added;
      if (!(await inlet.bring({ to, entries, read: sum, lost: to === last ? lost : 0, characters }))) return false;
      this.#tell(entries);
    }
    if (items.length === 0 && look.facts !== null && look.facts.added !== read) {
      const { place } = (await inlet.place()) ?? {};
      if (place === undefined) return false;
      if (!(await inlet.bring({ to: place, entries: [], read: look.facts.added, lost, characters: 0 }))) return false;
    }
    if (lost > 0)
      logger.error({ source: stream.name, stream: stream.key, lost }, 'entries were removed before they were read');
    return true;
  }

  /** A line of the log for what became a dead letter, once in a while. */
  #tell(brought: readonly Brought[]): void {
    const { stream, clock, logger } = this.#parts;
    const found = brought.find(({ wrong }) => wrong !== null);
    if (found === undefined || clock.nowMs() < this.#toldMs + TELL_EVERY_MS) return;
    this.#toldMs = clock.nowMs();
    const { id: entry, wrong: reason } = found;
    logger.warn({ source: stream.name, entry, reason }, 'what came in does not map, it is a dead letter');
  }

  async #itemsOf({ entries, nowMs }: StreamLook): Promise<Item[]> {
    const { stream } = this.#parts;
    const read = entries.map((entry) => attempt(() => incomingOfEntry(stream.name, entry)));
    const completed = this.#jobs === null ? read : await this.#completed(this.#jobs, read);
    return entries.map((entry, i) => ({
      place: entry.id,
      brought: this.#brought(entry, completed[i] ?? null, [nowMs, i]),
    }));
  }

  async #completed(
    jobs: JobReader,
    read: readonly (Incoming | InvalidDocument)[],
  ): Promise<(Incoming | InvalidDocument | null)[]> {
    const fine = read.filter((one): one is Incoming => !(one instanceof InvalidDocument));
    const answers = new Map((await jobs.complete(fine)).map((one, i) => [fine[i], one]));
    return read.map((one) => (one instanceof InvalidDocument ? one : (answers.get(one) ?? null)));
  }

  #brought(
    entry: Entry,
    incoming: Incoming | InvalidDocument | null,
    [nowMs, i]: readonly [number, number],
  ): Brought[] {
    if (incoming === null) return [];
    const id = usableMs(entry.id, nowMs) === null ? `${nowMs}-${i}` : entry.id;
    const made = incoming instanceof InvalidDocument ? incoming : attempt(() => this.#sealed(incoming, msOf(id)));
    if (!(made instanceof InvalidDocument)) return made.map((data) => ({ id, wrong: null, fields: ['data', data] }));
    return [{ id: entry.id, wrong: made.message, fields: entry.large ? [] : entry.fields.slice(0, MOST_TEXTS) }];
  }

  #sealed(incoming: Incoming, receivedMs: number): string[] {
    return sealedBy(this.#map, incoming, receivedMs, () => incoming.id ?? '');
  }

  /** Notes how the source is, and has the group of the stream stand where it is read. */
  async #say({ entries, facts, nowMs }: StreamLook): Promise<void> {
    const { inlet, clock, foreign, stream, logger } = this.#parts;
    this.#lookedMs = clock.nowMs();
    const at = await inlet.place();
    const [first] = entries;
    const waitsMs = first === undefined ? 0 : Math.max(0, nowMs - msOf(first.id));
    const [added, read] = [facts?.added ?? null, at?.read ?? null];
    const behind = added === null || read === null ? null : Math.max(0, added - read);
    await inlet.note({ behind, waitsMs, error: null });
    if (at === null || at.place === this.#stoodAt) return;
    await inlet.barrier();
    this.#stoodAt = at.place;
    await foreign.stand(at.place, at.read).catch((error: unknown) => {
      logger.warn({ source: stream.name, error: reasonOf(error) }, 'the group of the stream cannot be moved');
    });
  }
}

/** How many entries were removed before they were read, as far as the counts of the stream tell at its end. */
function lostIn({ facts, entries, isEnd }: StreamLook, read: number | null): number {
  if (!isEnd || facts === null || facts.added === null || read === null) return 0;
  // Fewer than were read: the stream was made anew.
  return facts.added < read ? 1 : Math.max(0, facts.added - read - entries.length);
}

function attempt<T>(step: () => T): T | InvalidDocument {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidDocument) return error;
    throw error;
  }
}
