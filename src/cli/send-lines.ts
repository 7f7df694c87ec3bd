import { TextDecoder } from 'node:util';
import { systemClock } from '../clock.ts';
import type { EventInput } from '../documents/given.ts';
import type { Watchfire } from '../engine.ts';
import { InvalidDocument, NotDurable, Overloaded, TryLater } from '../errors.ts';
import { DOCUMENT_LIMIT_BYTES } from '../model/event.ts';
import { parseExact } from '../model/exact.ts';
import { asUtf8 } from './encoding.ts';
import { type Piece, piecesOf } from './event-list.ts';

/** Appends that wait for their answer: enough to be limited by Redis alone, little enough to hold in memory. */
const IN_FLIGHT_LIMIT = 500;

/** The same for large events, which would fill the memory long before they are that many. */
const IN_FLIGHT_BYTES_LIMIT = 16_000_000;

/** How long what is under way is waited for after SIGINT: below the 5 s that a person or a supervisor waits. */
const LANDING_BOUND_MS = 3_000;

/** What has become of a file so far: how much of it was read, in lines or in events of a list, and its events. */
export type Tally = {
  lines: number;
  unit: Piece['unit'];
  bytes: number;
  sent: number;
  rejected: number;
  /** Sent with an empty name. */
  nameless: number;
};

/** Told how it goes. */
export type LinesWatcher = Readonly<{
  /** A line, or an event of a list, that breaks a rule and has not entered the log; `count` of them so far. */
  rejected: (place: string, error: InvalidDocument, count: number) => void;
  /** The engine takes nothing now: it is waited for; null when it is tried again. */
  waits: (error: TryLater | null) => void;
  /** After each chunk of the file. */
  progress: (tally: Readonly<Tally>) => void;
}>;

/**
 * It had to end early, because reading or appending failed. `unsure`: the first and the last line that may or may not have
 * been appended; `refused`: those that certainly were not; all others up to `lines` were dealt with.
 */
export type Stopped = { reason: unknown; unsure: Range | null; refused: Range | null };
type Range = readonly [number, number];

/**
 * `wait`: whether to wait and go on when the engine takes nothing now. `sleep`: as that of a clock. `made`: the events that the document of a
 * line becomes, by its number; without it the document is one.
 */
export type SendOptions = Readonly<{
  wait?: boolean;
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  made?: (document: unknown, line: number) => readonly object[];
}>;

/**
 * Appends each line of an NDJSON stream, or each event of a JSON list, to the log in its order. Reads no faster than Redis takes.
 * Lines that Redis itself refuses when memory is short may come in behind those sent with them; all others keep their order.
 * @returns what became of the lines, and why it stopped when it was neither at the end nor told to
 */
export async function sendLines(
  watchfire: Pick<Watchfire, 'emit'>,
  source: AsyncIterable<Uint8Array | string>,
  watcher: LinesWatcher,
  signal: AbortSignal,
  { wait = true, sleep = systemClock.sleep, made = (document) => [document as object] }: SendOptions = {},
): Promise<Tally & { stopped: Stopped | null }> {
  const flight = new Flight();
  const pause = new Pause((error) => watcher.waits(error), sleep, signal);
  const emit = async (document: Record<string, unknown>): Promise<void> => {
    try {
      await watchfire.emit(document as EventInput);
    } catch (error) {
      if (!wait || !(error instanceof TryLater)) throw error;
      await pause.begin(error);
      if (signal.aborted) throw error;
      // With the id that it was given it counts once, if it is there already.
      await emit(error instanceof NotDurable && error.id !== null ? { ...document, id: error.id } : document);
    }
  };
  const tally: Tally = { lines: 0, unit: 'line', bytes: 0, sent: 0, rejected: 0, nameless: 0 };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const append = async (line: Piece): Promise<void> => {
    try {
      for (const document of made(documentOf(line, decoder), line.number) as Record<string, unknown>[]) {
        await emit(document);
        tally.sent += 1;
        if (document.event === '') tally.nameless += 1;
      }
    } catch (error) {
      if (!(error instanceof InvalidDocument)) throw error;
      tally.rejected += 1;
      watcher.rejected(`${line.unit} ${line.number}`, error, tally.rejected);
    }
  };
  const take = async (line: Piece): Promise<void> => {
    const size = line.bytes?.length ?? DOCUMENT_LIMIT_BYTES;
    await flight.room(size);
    await pause.over();
    if (signal.aborted || flight.failed) return;
    tally.lines = line.number;
    tally.unit = line.unit;
    tally.bytes += size + 1;
    if (!line.bytes?.every(isBlank)) flight.add(line.number, size, append(line));
  };
  let unreadable: Stopped | null = null;
  let patience: NodeJS.Timeout | undefined;
  const hurry = (): void => {
    patience = setTimeout(() => flight.giveUp(), LANDING_BOUND_MS);
  };
  signal.addEventListener('abort', hurry);
  try {
    for await (const lines of piecesOf(asUtf8(source), DOCUMENT_LIMIT_BYTES)) {
      for (const line of lines) await take(line);
      if (signal.aborted || flight.failed) break;
      watcher.progress(tally);
    }
  } catch (reason) {
    if (!signal.aborted) unreadable = { reason, unsure: null, refused: null };
  }
  const stopped = await flight.landed();
  clearTimeout(patience);
  signal.removeEventListener('abort', hurry);
  return { ...tally, stopped: stopped ?? unreadable };
}

/** Space, tab and carriage return: what a line may hold that is empty. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

function documentOf({ bytes }: Piece, decoder: TextDecoder): unknown {
  if (bytes === null) throw new InvalidDocument('event', `must have at most ${DOCUMENT_LIMIT_BYTES} bytes`);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new InvalidDocument('event', 'must be valid UTF-8');
  }
  // What is no object is refused by `emit`.
  return parseExact(text, 'event');
}

/** The time in which the engine takes nothing. An event that is refused meanwhile waits with the others and goes on in its turn. */
class Pause {
  readonly #tell: (error: TryLater | null) => void;
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #signal: AbortSignal;
  #current: Promise<void> | null = null;

  constructor(
    tell: (error: TryLater | null) => void,
    sleep: (ms: number, signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ) {
    this.#tell = tell;
    this.#sleep = sleep;
    this.#signal = signal;
  }

  begin(error: TryLater): Promise<void> {
    this.#current ??= this.#wait(error);
    return this.#current;
  }

  async over(): Promise<void> {
    await this.#current;
  }

  async #wait(error: TryLater): Promise<void> {
    this.#tell(error);
    await this.#sleep(error.retryAfterMs, this.#signal);
    this.#current = null;
    this.#tell(null);
  }
}

/** What is under way to Redis. */
class Flight {
  #failed: Stopped | null = null;
  readonly #under = new Set<number>();
  #bytes = 0;
  /** Told to stop and out of patience: nothing that is under way is waited for any more. */
  #late = false;
  #waiter: () => void = () => undefined;

  get failed(): boolean {
    return this.#failed !== null;
  }

  add(lineNumber: number, bytes: number, append: Promise<void>): void {
    this.#bytes += bytes;
    this.#under.add(lineNumber);
    const landed = (): void => {
      this.#bytes -= bytes;
      this.#under.delete(lineNumber);
      this.#waiter();
    };
    append.then(landed, (reason: unknown) => {
      this.#doubt(reason, lineNumber);
      landed();
    });
  }

  /** Resolves when there is room for one more. */
  async room(bytes: number): Promise<void> {
    await this.#until(() => this.#under.size < IN_FLIGHT_LIMIT && this.#bytes + bytes <= IN_FLIGHT_BYTES_LIMIT);
  }

  /** Resolves when nothing is under way. @returns what failed, or is still under way when it is too late to wait */
  async landed(): Promise<Stopped | null> {
    await this.#until(() => this.#under.size === 0);
    for (const lineNumber of this.#under) this.#doubt(new Error('Redis did not answer any more'), lineNumber);
    return this.#failed;
  }

  giveUp(): void {
    this.#late = true;
    this.#waiter();
  }

  #doubt(reason: unknown, lineNumber: number): void {
    const failed = this.#failed ?? { reason, unsure: null, refused: null };
    const kind = isRefusal(reason) ? 'refused' : 'unsure';
    const [first, last] = failed[kind] ?? [lineNumber, lineNumber];
    this.#failed = { ...failed, [kind]: [Math.min(first, lineNumber), Math.max(last, lineNumber)] };
  }

  async #until(met: () => boolean): Promise<void> {
    // An event larger than the limit goes alone.
    while (!this.#late && this.#under.size > 0 && !met()) {
      await new Promise<void>((resolve) => {
        this.#waiter = resolve;
      });
    }
  }
}

/** Whether it says that the event certainly was not added. */
function isRefusal(reason: unknown): boolean {
  return reason instanceof Overloaded || (reason instanceof NotDurable && reason.added === 'no');
}
