import { createHash, type Hash, randomUUID } from 'node:crypto';
import type { LargeEntry } from '../model/intake.ts';

/** The most of one list that a client keeps, in bytes and in texts. */
export type ListBounds = Readonly<{ bytes: number; texts: number }>;

/** How much of an entry that is too large is kept for its dead letter. */
const BEGINNING_BYTES = 1_024;

/** The longest id of an entry. */
const ID_BYTES = 41;
/** The two bytes that end a line, and each text. */
const END_BYTES = 2;
const LF = 10;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;

/** Types of replies by their first byte (RESP2 and RESP3): texts with their length in front, lists, pairs; any other is a line. */
const TEXT = 1;
const LIST = 2;
const PAIRS = 3;
const KINDS = new Uint8Array(256);
for (const type of '$=!') KINDS[type.charCodeAt(0)] = TEXT;
for (const type of '*~>') KINDS[type.charCodeAt(0)] = LIST;
for (const type of '%|') KINDS[type.charCodeAt(0)] = PAIRS;

const NOTHING: Buffer = Buffer.alloc(0);
const EMPTY_TEXT = Buffer.from('$0\r\n\r\n');
const ONE_TEXT = Buffer.from('*1\r\n');

/**
 * A list of which `left` parts have not come. `isPair`: an entry, of its id and its texts. `large`: what is known of it since it was too much;
 * `whole`: no part of it is passed on.
 */
type List = { left: number; isPair: boolean; bytes: number; large: Growing | null; whole: boolean };
type Growing = { hash: Hash; beginning: Buffer[]; kept: number; told: boolean };

export type ReplyMeterParts = Readonly<{
  bounds: ListBounds;
  /** Gets all that the client may keep, in order. */
  pass: (chunk: Buffer) => void;
  /** Filled with what is known of each entry that was too large, by the name that was passed on in place of its last text. */
  large: Map<string, LargeEntry>;
  /** Called with the id of an entry that is too large: while it comes, with what is known by then, and when all of it has come. */
  onLarge: (id: string, large: LargeEntry) => void;
}>;

/**
 * Stands between the socket and the client of a connection that reads the log, and passes on what comes. Redis sends the length of a text
 * before the text. Once an entry is larger than a client may keep, the meter counts and digests the rest of it and passes on empty texts; in
 * place of the last one it passes on a name, by which `largeIn` (measured.ts) finds what was measured. So the client never holds more, and
 * Redis sends each entry once.
 */
export class ReplyMeter {
  readonly #parts: ReplyMeterParts;
  readonly #lists: List[] = [];
  /** The beginning of a line whose end has not come. */
  #line: Buffer | null = null;
  /** Bytes of the present text, with its end, that have not come. */
  #left = 0;
  /** The list whose text is dropped. */
  #drops: Growing | null = null;
  /** The id of the present entry. */
  #entry: Buffer = NOTHING;
  /** The text that may be such an id, as far as it has come, and whether the present text is that one. */
  #id: Buffer = NOTHING;
  #isId = false;

  constructor(parts: ReplyMeterParts) {
    this.#parts = parts;
  }

  /** What the socket gave, cut anywhere. */
  write(chunk: Buffer): void {
    const bytes = this.#line === null ? chunk : Buffer.concat([this.#line, chunk]);
    this.#line = null;
    let from = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const dropping = this.#drops !== null;
        at = this.#body(bytes, at);
        if (dropping) from = at;
        continue;
      }
      const end = bytes.indexOf(LF, at);
      if (end === -1) {
        this.#line = bytes.subarray(at);
        break;
      }
      const instead = this.#head(bytes, at);
      if (instead !== null) {
        this.#passOn(bytes, from, at);
        this.#passOn(instead, 0, instead.length);
        from = end + 1;
      }
      at = end + 1;
    }
    this.#passOn(bytes, from, at);
  }

  /** Reads the line of a part. @returns what is passed on in its place; null for the line itself */
  #head(bytes: Buffer, at: number): Buffer | null {
    const kind = KINDS[bytes[at] ?? 0];
    if (kind === TEXT) return this.#text(numberAt(bytes, at + 1));
    if (kind === LIST || kind === PAIRS) return this.#list(numberAt(bytes, at + 1) * (kind === PAIRS ? 2 : 1));
    this.#part();
    return null;
  }

  #text(length: number): Buffer | null {
    this.#drops = null;
    this.#isId = false;
    if (length < 0) {
      this.#part();
      return null;
    }
    this.#left = length + END_BYTES;
    const list = this.#lists.at(-1);
    if (list === undefined) return null;
    list.bytes += length;
    this.#isId = list.isPair && list.left === 2 && length <= ID_BYTES;
    if (this.#isId) this.#id = NOTHING;
    if (list.large === null && list.bytes > this.#parts.bounds.bytes) list.large = growing();
    if (list.large === null) return null;
    this.#drops = list.large;
    return list.whole || list.left === 1 ? NOTHING : EMPTY_TEXT;
  }

  #list(length: number): Buffer | null {
    if (length <= 0) {
      this.#part();
      return null;
    }
    const parent = this.#lists.at(-1);
    if (parent?.isPair && parent.left === 1) this.#entry = this.#id;
    const whole = length > this.#parts.bounds.texts;
    this.#lists.push({ left: length, isPair: length === 2, bytes: 0, large: whole ? growing() : null, whole });
    return whole ? ONE_TEXT : null;
  }

  /** The bytes of a text, as far as they are there. @returns where they end */
  #body(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (this.#drops !== null || this.#isId) {
      const text = bytes.subarray(at, Math.max(at, Math.min(end, end + this.#left - END_BYTES)));
      if (this.#drops !== null) this.#drop(this.#drops, text);
      else this.#id = this.#id.length === 0 ? text : Buffer.concat([this.#id, text]);
    }
    if (this.#left === 0) this.#part();
    return end;
  }

  #drop(large: Growing, text: Buffer): void {
    large.hash.update(text);
    if (large.told) return;
    // A copy: the chunk itself is not to be kept for its first bytes.
    const first = Buffer.from(text.subarray(0, BEGINNING_BYTES - large.kept));
    large.beginning.push(first);
    large.kept += first.length;
    if (large.kept < BEGINNING_BYTES) return;
    large.told = true;
    const bytes = this.#lists.at(-1)?.bytes ?? 0;
    this.#parts.onLarge(this.#entry.toString('latin1'), { bytes, sha1: '', beginning: beginningOf(large) });
  }

  /** A part has come as a whole; with it all lists whose last part it was. */
  #part(): void {
    for (let list = this.#lists.at(-1); list !== undefined; list = this.#lists.at(-1)) {
      list.left -= 1;
      if (list.left > 0) return;
      if (list.large !== null) this.#tell(list.bytes, list.large);
      this.#lists.pop();
    }
  }

  /** Puts a name in the place of the last text of a list. Nobody who writes to the log can know it. */
  #tell(bytes: number, large: Growing): void {
    const name = randomUUID();
    const known = { bytes, sha1: large.hash.digest('hex'), beginning: beginningOf(large) };
    this.#parts.large.set(name, known);
    this.#parts.onLarge(this.#entry.toString('latin1'), known);
    this.#parts.pass(Buffer.from(`$${name.length}\r\n${name}\r\n`));
  }

  #passOn(bytes: Buffer, from: number, to: number): void {
    if (to > from) this.#parts.pass(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to));
  }
}

function growing(): Growing {
  return { hash: createHash('sha1'), beginning: [], kept: 0, told: false };
}

function beginningOf({ beginning }: Growing): string {
  return Buffer.concat(beginning).toString();
}

/** The number in a line; negative for what is not there. */
function numberAt(bytes: Buffer, from: number): number {
  if (bytes[from] === MINUS) return -1;
  let number = 0;
  for (let at = from; ; at += 1) {
    const digit = bytes[at] ?? 0;
    if (digit < ZERO || digit > NINE) return number;
    number = number * 10 + digit - ZERO;
  }
}
