import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { CloudEventInput } from '../documents/basics.ts';
import type { EventInput } from '../documents/given.ts';
import { InvalidDocument } from '../errors.ts';
import { Loop, type Service } from '../loop.ts';
import { EVENT_ID_LIMIT } from '../model/event.ts';
import { writeExact } from '../model/exact.ts';
import { msOf, sealEvent } from '../model/intake.ts';
import { POSITION_LIMIT } from '../model/known-source.ts';
import { fits, isText } from '../model/text.ts';
import type { Brought } from '../redis/steps/bring-in.ts';
import type { Inlet } from './inlet.ts';
import { type Item, slicesOf } from './slices.ts';

/**
 * What a program's source yields: an event with its position, a text by which the program finds the place again; a position alone, for what is
 * passed over; or a time in ms since 1970 before which nothing more will come, so that absences need not wait. `taken` is called once the item
 * is in the log, as durably as the settings ask: then a sender that waits for it may forget it.
 */
export type SourceItem =
  | Readonly<{ position: string; event?: EventInput | CloudEventInput; taken?: () => void }>
  | Readonly<{ reached: number }>;

/**
 * Reads a source from behind a position, null for its beginning, until `signal` is aborted. What it yields comes in the order of the source.
 * It is called again where it fails, and where another program of the same source was faster.
 */
export type ReadSource = (position: string | null, signal: AbortSignal) => AsyncIterable<SourceItem>;

export type ProgramSourceParts = Readonly<{ inlet: Inlet; read: ReadSource; clock: Clock; logger: Logger }>;

/** Items that one call brings in at most; what is there at once goes together. */
const MOST_ITEMS = 500;

/** Between two tries of a source that ended: its program says that nothing more comes. */
const ENDED_MS = 60_000;
const PAUSED_MS = 500;

/** How often it is looked whether somebody moved the place, while nothing comes. */
const LOOK_MS = 1_000;

const IDLE = Symbol('idle');

/** A source that a program reads. */
export class ProgramSource implements Service {
  readonly #parts: ProgramSourceParts;
  readonly #loop: Loop;
  #reading = new AbortController();
  #stopping = false;
  #sought = false;

  constructor(parts: ProgramSourceParts) {
    const { inlet, clock, logger } = parts;
    this.#parts = parts;
    this.#loop = new Loop({ name: `source ${inlet.name}`, clock, logger }, async () => await this.#round());
  }

  start(): void {
    this.#loop.start();
  }

  /** Ends the reading; what was yielded is brought in. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#reading.abort();
    await this.#loop.stop();
  }

  async #round(): Promise<number> {
    try {
      const ended = await this.#read();
      if (this.#parts.inlet.isPaused) return PAUSED_MS;
      return ended ? ENDED_MS : 0;
    } catch (error) {
      this.#parts.inlet.forgetPlace();
      if (this.#stopping) return ENDED_MS;
      throw error;
    }
  }

  /** Reads until the source ends, or another program was faster. @returns whether it ended */
  async #read(): Promise<boolean> {
    const { inlet, read } = this.#parts;
    const at = (await inlet.place()) ?? (await inlet.begin({ place: '', read: null, reachedMs: await inlet.nowMs() }));
    if (this.#stopping) return true;
    this.#reading = new AbortController();
    const aborted = abortionOf(this.#reading.signal);
    const iterator = read(at.place === '' ? null : at.place, this.#reading.signal)[Symbol.asyncIterator]();
    let waiting: SourceItem[] = [];
    let next = iterator.next();
    const looking = setInterval(() => void this.#look(), LOOK_MS);
    try {
      for (;;) {
        const got = await Promise.race([next, waiting.length === 0 ? aborted : soon()]);
        const item = got === IDLE || got.done ? null : got.value;
        if (item !== null) {
          waiting.push(item);
          next = iterator.next();
          if (waiting.length < MOST_ITEMS) continue;
        }
        if (!(await this.#bring(waiting)) || this.#sought) return false;
        waiting = [];
        if ((got !== IDLE && got.done) || this.#reading.signal.aborted) return true;
      }
    } finally {
      clearInterval(looking);
      if (this.#sought) inlet.forgetPlace();
      this.#sought = false;
      this.#reading.abort();
      next.catch(() => undefined);
      void iterator.return?.()?.catch(() => undefined);
    }
  }

  /** Ends the reading where somebody had the source go on elsewhere, though nothing comes. */
  async #look(): Promise<void> {
    const reading = this.#reading;
    const sought = await this.#parts.inlet.wasSought().catch(() => false);
    if (!sought || reading !== this.#reading || reading.signal.aborted) return;
    this.#sought = true;
    reading.abort();
  }

  /** @returns false where the place has to be asked for anew */
  async #bring(yielded: readonly SourceItem[]): Promise<boolean> {
    const { inlet } = this.#parts;
    const nowMs = await inlet.nowMs();
    let reachedMs: number | null = null;
    const items: Item[] = [];
    const waiting: ((() => void) | undefined)[] = [];
    for (const [i, item] of yielded.entries()) {
      if ('reached' in item) {
        reachedMs = wholeMs(item.reached);
        continue;
      }
      items.push({ place: positionOf(item), brought: this.#brought(item, `${nowMs}-${i}`) });
      waiting.push(item.taken);
    }
    for (const { to, items: count, entries, characters } of slicesOf(items)) {
      if (!(await inlet.bring({ to, entries, characters }))) return false;
      const senders = waiting.splice(0, count).filter((taken) => taken !== undefined);
      if (senders.length > 0) await inlet.barrier();
      for (const taken of senders) taken();
    }
    if (reachedMs !== null) inlet.reached(reachedMs);
    return true;
  }

  #brought({ position, event }: Extract<SourceItem, { position: string }>, id: string): Brought[] {
    if (event === undefined) return [];
    const { inlet } = this.#parts;
    try {
      const { data } = sealEvent(event, () => idOf(inlet.name, position), msOf(id));
      return [{ id, wrong: null, fields: ['data', data] }];
    } catch (error) {
      if (!(error instanceof InvalidDocument)) throw error;
      return [{ id: position, wrong: error.message, fields: ['position', position, 'event', shown(event)] }];
    }
  }
}

async function abortionOf(signal: AbortSignal): Promise<typeof IDLE> {
  return await new Promise((resolve) => signal.addEventListener('abort', () => resolve(IDLE), { once: true }));
}

async function soon(): Promise<typeof IDLE> {
  return await new Promise((resolve) => setTimeout(resolve, 1, IDLE));
}

function positionOf({ position }: { position: unknown }): string {
  if (isText(position, POSITION_LIMIT)) return position;
  throw new InvalidDocument('position', `must be a text of 1 to ${POSITION_LIMIT} characters`, position);
}

function wholeMs(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return Math.floor(value);
  throw new InvalidDocument('reached', 'must be a time in ms since 1970', value);
}

/** Positions that are too long for an id are hashed. */
function idOf(name: string, position: string): string {
  const id = `${name}:${position}`;
  return fits(id, EVENT_ID_LIMIT) ? id : `${name}:${createHash('sha256').update(position).digest('hex')}`;
}

function shown(event: unknown): string {
  try {
    return writeExact(event as object);
  } catch {
    return String(event);
  }
}
