import { linesOf } from './lines.ts';

/** One document of a file of events: a line of its own, or an event of a list. `bytes` is null when there were more than the limit. */
export type Piece = Readonly<{ number: number; bytes: Buffer | null; unit: 'line' | 'event' }>;

/** What stands before the list in an object that holds one, without its spaces. */
const HEAD = '{"events":';

/** Bytes after which the beginning of a file must have shown what it is: a head with generous spaces. */
const BEGINNING_LIMIT = 4_096;

/**
 * Splits a stream of UTF-8 into the documents of its events: one in each line (NDJSON), or a JSON list of them, alone or under
 * `events`, over as many lines as it likes. Never holds more than one chunk and one document of `limitBytes`.
 * @throws Error when a list ends early, or something else stands behind it
 */
export async function* piecesOf(source: AsyncIterable<Uint8Array>, limitBytes: number): AsyncGenerator<Piece[]> {
  const chunks = source[Symbol.asyncIterator]();
  let begin = Buffer.alloc(0);
  let form = formOf(begin);
  while (form === null && begin.length < BEGINNING_LIMIT) {
    const next = await chunks.next();
    if (next.done) break;
    begin = Buffer.concat([begin, next.value]);
    form = formOf(begin);
  }
  const whole = rejoined(begin, chunks);
  if (form === 'list') {
    const list = new ListSplitter(limitBytes);
    for await (const chunk of whole) yield list.take(chunk);
    yield list.end();
  } else {
    for await (const lines of linesOf(whole, limitBytes)) yield lines.map((line) => ({ ...line, unit: 'line' }));
  }
}

async function* rejoined(begin: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield begin;
  yield* { [Symbol.asyncIterator]: () => rest };
}

/** Null while there is too little to tell. */
function formOf(begin: Buffer): 'list' | 'lines' | null {
  const text = begin.toString('latin1').replace(/\s/g, '');
  if (text.startsWith('[') || text.startsWith(`${HEAD}[`)) return 'list';
  return `${HEAD}[`.startsWith(text) ? null : 'lines';
}

const BLANK: ReadonlySet<string> = new Set([' ', '\t', '\r', '\n']);

/** Where a list is: before it, in it, or in what follows it in the same object. */
type Where = 'before' | 'head' | 'in' | 'after';

/** Cuts a list at the commas between its elements; what an element is does not matter here. */
class ListSplitter {
  readonly #limitBytes: number;
  #where: Where = 'before';
  #head = '';
  /** Brackets that are open around the list, and inside of an element. */
  #around = 0;
  #depth = 0;
  #inText = false;
  #escaped = false;
  #number = 0;
  #elements = 0;
  #kept: Buffer[] = [];
  #keptBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  take(chunk: Uint8Array): Piece[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const pieces: Piece[] = [];
    let start = 0;
    for (let i = 0; i < bytes.length; i += 1) {
      const wasIn = this.#where === 'in';
      const ends = this.#step(String.fromCharCode(bytes[i] ?? 0));
      if (wasIn && ends) {
        this.#keep(bytes.subarray(start, i));
        this.#cut(pieces);
      }
      if (ends || !wasIn) start = i + 1;
    }
    if (this.#where === 'in') this.#keep(bytes.subarray(start));
    return pieces;
  }

  end(): Piece[] {
    if (this.#where !== 'before') throw new Error('the list of events ends early: its last bracket is missing');
    return [];
  }

  /** Whether an element ends before this character. */
  #step(character: string): boolean {
    if (this.#inText) this.#stepInText(character);
    else if (character === '"' && (this.#where === 'in' || this.#where === 'after')) this.#inText = true;
    else if (this.#where === 'before' || this.#where === 'head') this.#stepBefore(character);
    else if (this.#where === 'in') return this.#stepIn(character);
    else this.#stepAfter(character);
    return false;
  }

  #stepInText(character: string): void {
    if (this.#escaped) this.#escaped = false;
    else if (character === '\\') this.#escaped = true;
    else if (character === '"') this.#inText = false;
  }

  #stepBefore(character: string): void {
    if (BLANK.has(character)) return;
    const opens = character === '[' && (this.#head === '' || this.#head === HEAD);
    if (opens) {
      this.#around = this.#head === '' ? 0 : 1;
      this.#head = '';
      this.#where = 'in';
      this.#depth = 0;
      this.#elements = 0;
      return;
    }
    this.#head += character;
    this.#where = 'head';
    if (!HEAD.startsWith(this.#head))
      throw new Error('behind the list of events stands something else, which was not sent');
  }

  #stepIn(character: string): boolean {
    if (character === '[' || character === '{') this.#depth += 1;
    else if (character === ',') return this.#depth === 0;
    else if (character === ']' || character === '}') {
      this.#depth -= 1;
      if (this.#depth >= 0) return false;
      this.#where = this.#around === 0 ? 'before' : 'after';
      return true;
    }
    return false;
  }

  #stepAfter(character: string): void {
    if (character === '[' || character === '{') this.#around += 1;
    else if (character === ']' || character === '}') this.#around -= 1;
    if (this.#around === 0) this.#where = 'before';
  }

  #keep(piece: Buffer): void {
    this.#keptBytes += piece.length;
    if (this.#keptBytes > this.#limitBytes) this.#kept = [];
    else if (piece.length > 0) this.#kept.push(piece);
  }

  #cut(pieces: Piece[]): void {
    const bytes = this.#keptBytes > this.#limitBytes ? null : Buffer.concat(this.#kept);
    this.#kept = [];
    this.#keptBytes = 0;
    this.#elements += 1;
    // `[]` holds nothing; `[1,]` holds something that is no JSON.
    const closed = this.#where !== 'in';
    if (closed && this.#elements === 1 && bytes?.toString('latin1').trim() === '') return;
    this.#number += 1;
    pieces.push({ number: this.#number, bytes, unit: 'event' });
  }
}
