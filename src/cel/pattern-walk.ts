import type { RE2JS } from 're2js';

/*
 * The library reads patterns and compiles them; going through a text is done here. Its own ways, automata that it builds while it
 * searches, take 20 times as long on some texts as on others of the same length. Here all instructions that are alive go on together
 * at each character (Thompson), so a search costs at most its characters times its instructions, on every text, at every call.
 */

/** An instruction of RE2, numbered as the library numbers them. */
type Instruction = Readonly<{
  op: number;
  out: number;
  arg: number;
  runes: Int32Array;
  matchRune: (rune: number) => boolean;
}>;

/** What of the library's compiled pattern is used; the version is pinned. */
type Compiled = Readonly<{
  prog: Readonly<{ inst: readonly Instruction[]; start: number; startCond: () => number }>;
  /** Every match begins with it. */
  prefix: string;
}>;

const ALT = 1;
const ALT_MATCH = 2;
const CAPTURE = 3;
const EMPTY_WIDTH = 4;
const MATCH = 6;
const NOP = 7;
const RUNE = 8;
const RUNE_ANY = 10;
const RUNE_ANY_NOT_NL = 11;

// What an empty instruction may ask for at a place between two characters.
const BEGIN_LINE = 1;
const END_LINE = 2;
const BEGIN_TEXT = 4;
const END_TEXT = 8;
const WORD_BOUNDARY = 16;
const NO_WORD_BOUNDARY = 32;

const NEWLINE = 10;
const NONE = -1;

/** The characters below are looked up; of the others the last one is remembered, which is the one that all ask about. */
const LOOKED_UP = 256;

/** The characters that an instruction matches. */
type Characters = { readonly low: Uint8Array; last: number; matchesLast: boolean };

// Whether one of the low characters matches, as far as it is known.
const NO = 1;
const YES = 2;

/** Longer beginnings are not looked for: the search for them could go back as far. */
const LONGEST_PREFIX = 250;

/** Finds a compiled pattern in texts. It keeps its lists between calls. */
export class PatternWalk {
  readonly #compiled: Compiled;
  readonly #atBegin: boolean;
  readonly #prefix: string;
  // The instructions, taken apart: lists of numbers are read several times as fast as objects.
  readonly #ops: Uint8Array;
  readonly #outs: Int32Array;
  readonly #args: Int32Array;
  /** Instructions that match the same characters share them. */
  readonly #characters: readonly Characters[];
  readonly #looksAround: boolean;
  /** In which round an instruction became alive last. */
  readonly #rounds: Int32Array;
  readonly #pending: Int32Array;
  #round = 0;
  #alive: Int32Array;
  #next: Int32Array;
  #count = 0;

  constructor(expression: RE2JS) {
    const compiled = expression.re2() as unknown as Compiled;
    const { inst, startCond } = compiled.prog;
    this.#compiled = compiled;
    this.#atBegin = (startCond.call(compiled.prog) & BEGIN_TEXT) !== 0;
    this.#prefix = compiled.prefix.length <= LONGEST_PREFIX ? compiled.prefix : '';
    this.#ops = Uint8Array.from(inst, ({ op }) => op);
    this.#outs = Int32Array.from(inst, ({ out }) => out);
    this.#args = Int32Array.from(inst, ({ arg }) => arg);
    this.#characters = charactersOf(inst);
    this.#looksAround = inst.some(({ op }) => op === EMPTY_WIDTH);
    this.#rounds = new Int32Array(inst.length);
    this.#pending = new Int32Array(inst.length + 1);
    this.#alive = new Int32Array(inst.length);
    this.#next = new Int32Array(inst.length);
  }

  /** Whether the pattern matches any part of the text. */
  finds(text: string): boolean {
    let before = NONE;
    let at = 0;
    this.#count = 0;
    this.#begin();
    for (;;) {
      // What begins with a character asks for nothing before it.
      if (this.#count === 0 && this.#prefix !== '') {
        const found = text.indexOf(this.#prefix, at);
        if (found < 0) return false;
        at = found;
      }
      const rune = text.codePointAt(at) ?? NONE;
      const around = this.#looksAround ? aroundOf(before, rune) : 0;
      if ((at === 0 || !this.#atBegin) && this.#revive(this.#alive, this.#compiled.prog.start, around)) return true;
      if (rune === NONE || (this.#count === 0 && this.#atBegin)) return false;
      at += rune > 0xffff ? 2 : 1;
      const after = this.#looksAround ? aroundOf(rune, text.codePointAt(at) ?? NONE) : 0;
      if (this.#step(rune, after)) return true;
      before = rune;
    }
  }

  #begin(): void {
    // Long before the number of the round is too large for its place.
    if (this.#round > 2 ** 30) {
      this.#round = 0;
      this.#rounds.fill(0);
    }
    this.#round += 1;
  }

  /** Goes on over a character. @returns whether that ends a match */
  #step(rune: number, around: number): boolean {
    const [alive, count] = [this.#alive, this.#count];
    this.#begin();
    this.#count = 0;
    for (let i = 0; i < count; i += 1) {
      const place = alive[i] as number;
      if (!this.#matches(place, rune)) continue;
      if (this.#revive(this.#next, this.#outs[place] as number, around)) return true;
    }
    this.#alive = this.#next;
    this.#next = alive;
    return false;
  }

  #matches(place: number, rune: number): boolean {
    const op = this.#ops[place] as number;
    if (op >= RUNE_ANY) return op === RUNE_ANY || rune !== NEWLINE;
    const characters = this.#characters[place] as Characters;
    if (rune < LOOKED_UP) {
      const known = characters.low[rune];
      if (known !== 0) return known === YES;
    } else if (characters.last === rune) {
      return characters.matchesLast;
    }
    const matches = this.#compiled.prog.inst[place]?.matchRune(rune) ?? false;
    if (rune < LOOKED_UP) {
      characters.low[rune] = matches ? YES : NO;
    } else {
      characters.last = rune;
      characters.matchesLast = matches;
    }
    return matches;
  }

  /** Makes alive what is reached from an instruction without a character. @returns whether that is the end of the pattern */
  #revive(list: Int32Array, from: number, around: number): boolean {
    const [ops, outs, args, pending, rounds, round] = [
      this.#ops,
      this.#outs,
      this.#args,
      this.#pending,
      this.#rounds,
      this.#round,
    ];
    let [waiting, count] = [0, this.#count];
    let place = from;
    for (;;) {
      if (rounds[place] !== round) {
        rounds[place] = round;
        const op = ops[place] as number;
        if (op === ALT || op === ALT_MATCH) {
          pending[waiting] = args[place] as number;
          waiting += 1;
          place = outs[place] as number;
          continue;
        }
        if (op === NOP || op === CAPTURE || (op === EMPTY_WIDTH && ((args[place] as number) & ~around) === 0)) {
          place = outs[place] as number;
          continue;
        }
        if (op === MATCH) return true;
        if (op >= RUNE && op <= RUNE_ANY_NOT_NL) {
          list[count] = place;
          count += 1;
        }
      }
      if (waiting === 0) break;
      waiting -= 1;
      place = pending[waiting] as number;
    }
    this.#count = count;
    return false;
  }
}

function charactersOf(instructions: readonly Instruction[]): Characters[] {
  const none: Characters = { low: new Uint8Array(0), last: NONE, matchesLast: false };
  const shared = new Map<Int32Array, Map<number, Characters>>();
  return instructions.map(({ op, arg, runes }) => {
    if (op < RUNE || op >= RUNE_ANY) return none;
    const byFlags = shared.get(runes) ?? new Map<number, Characters>();
    const characters = byFlags.get(arg) ?? { low: new Uint8Array(LOOKED_UP), last: NONE, matchesLast: false };
    shared.set(runes, byFlags.set(arg, characters));
    return characters;
  });
}

/** What holds between two characters; NONE is the end of the text on that side. */
function aroundOf(before: number, after: number): number {
  let flags = isWord(before) === isWord(after) ? NO_WORD_BOUNDARY : WORD_BOUNDARY;
  if (before === NONE) flags |= BEGIN_TEXT | BEGIN_LINE;
  if (before === NEWLINE) flags |= BEGIN_LINE;
  if (after === NONE) flags |= END_TEXT | END_LINE;
  if (after === NEWLINE) flags |= END_LINE;
  return flags;
}

/** Letters and digits of ASCII, and the underscore. */
function isWord(rune: number): boolean {
  if (rune < 48 || rune > 122) return false;
  return rune <= 57 || (rune >= 65 && rune <= 90) || rune === 95 || rune >= 97;
}
