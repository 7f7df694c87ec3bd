/** Rules 3.1. The pattern is read anew at every call: the model prefers being plain to being fast. */

type Range = { from: number; to: number };
type Token =
  | { kind: 'run' }
  | { kind: 'any' }
  | { kind: 'set'; negated: boolean; ranges: readonly Range[] }
  | { kind: 'one'; code: number };

const codesOf = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) ?? 0);

const codeOf = (character: string): number => character.charCodeAt(0);
const STAR = codeOf('*');
const QUESTION = codeOf('?');
const OPEN = codeOf('[');
const CLOSE = codeOf(']');
const NOT = codeOf('!');
const DASH = codeOf('-');

/** Most patterns are names without anything special; reading them anew took most of the time of a long log. */
const SPECIAL = /[*?[!]/;

/** `value` undefined is an absent label: it never matches, a negated pattern included. */
export function matches(pattern: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (!SPECIAL.test(pattern)) return pattern === value;
  const negated = pattern.startsWith('!');
  const tokens = tokenize(codesOf(negated ? pattern.slice(1) : pattern));
  return wholeMatch(tokens, codesOf(value)) !== negated;
}

export function matchesOne(patterns: readonly string[], value: string | undefined): boolean {
  return patterns.some((pattern) => matches(pattern, value));
}

function tokenize(codes: readonly number[]): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < codes.length) {
    const code = codes[at] ?? 0;
    const end = code === OPEN ? closing(codes, at) : -1;
    if (code === STAR) tokens.push({ kind: 'run' });
    else if (code === QUESTION) tokens.push({ kind: 'any' });
    else if (end >= 0) tokens.push(readSet(codes.slice(at + 1, end)));
    else tokens.push({ kind: 'one', code });
    at = end >= 0 ? end + 1 : at + 1;
  }
  return tokens;
}

/** Index of the `]` that ends the set opened at `at`, or -1: then the `[` is literal. */
function closing(codes: readonly number[], at: number): number {
  const first = codes[at + 1] === NOT ? at + 2 : at + 1;
  return codes.indexOf(CLOSE, first + 1);
}

function readSet(body: readonly number[]): Token {
  const negated = body[0] === NOT;
  const members = negated ? body.slice(1) : body;
  const ranges: Range[] = [];
  let at = 0;
  while (at < members.length) {
    const from = members[at] ?? 0;
    const to = members[at + 2];
    const isRange = members[at + 1] === DASH && to !== undefined;
    ranges.push({ from, to: isRange ? to : from });
    at += isRange ? 3 : 1;
  }
  return { kind: 'set', negated, ranges };
}

function accepts(token: Token, code: number): boolean {
  switch (token.kind) {
    case 'run':
    case 'any':
      return true;
    case 'one':
      return token.code === code;
    case 'set':
      return token.ranges.some((range) => range.from <= code && code <= range.to) !== token.negated;
  }
}

/** Walks the value once and keeps every place in the pattern that could have been reached. */
function wholeMatch(tokens: readonly Token[], codes: readonly number[]): boolean {
  let places = pastRuns(tokens, [0]);
  for (const code of codes) {
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token === undefined || !accepts(token, code)) continue;
      next.add(token.kind === 'run' ? place : place + 1);
    }
    if (next.size === 0) return false;
    places = pastRuns(tokens, next);
  }
  return places.has(tokens.length);
}

/** A run may also be empty: a place before one is a place behind it as well. */
function pastRuns(tokens: readonly Token[], places: Iterable<number>): Set<number> {
  const all = new Set<number>();
  for (const start of places) {
    let place = start;
    all.add(place);
    while (tokens[place]?.kind === 'run') {
      place += 1;
      all.add(place);
    }
  }
  return all;
}
