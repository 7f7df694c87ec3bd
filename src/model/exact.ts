import { InvalidDocument } from '../errors.ts';
import { joinPath } from './issue.ts';
import { withoutQuotation } from './json.ts';

/*
 * What enters in a payload leaves as it was. JavaScript reads every number as a double, which changes 12345678901234567890, 1e400 and -0;
 * such a number is kept as its source text instead (`JSON.rawJSON`), which `JSON.stringify` writes as it is.
 */

/** The source text of a number that no double holds. */
export type RawNumber = Readonly<{ rawJSON: string }>;

type JsonWithSource = {
  rawJSON: (text: string) => RawNumber;
  isRawJSON: (value: unknown) => value is RawNumber;
  parse: (
    text: string,
    reviver: (key: string, value: unknown, context: Readonly<{ source?: string }>) => unknown,
  ) => unknown;
};

/** ECMAScript's, which TypeScript does not declare yet. Node has it since 21. */
const { rawJSON, isRawJSON, parse } = JSON as unknown as JsonWithSource;

export { isRawJSON as isRawNumber };

/** From so many digits on a number may have more than a double holds. */
const DOUBTFUL_DIGITS = 16;

/**
 * Whether a double may change a number in it: one of 16 digits or more, one with an exponent, or -0. Hardly any event has one, and
 * reading with the source at hand takes several times as long; what is found by mistake costs only that time. Every event is looked
 * through, so texts are leapt over and nothing is matched.
 */
function isDoubtful(json: string): boolean {
  for (let at = 0; at < json.length; at += 1) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTE) at = endOfText(json, at);
    else if (unit === DASH && json.charCodeAt(at + 1) === ZERO) return true;
    else if (unit >= ZERO && unit <= NINE) {
      const end = endOfNumber(json, at);
      if (end - at >= DOUBTFUL_DIGITS || (json.charCodeAt(end) | LOWER) === E) return true;
      at = end - 1;
    }
  }
  return false;
}

const [QUOTE, BACKSLASH, DASH, POINT, ZERO, NINE, E, LOWER] = [0x22, 0x5c, 0x2d, 0x2e, 0x30, 0x39, 0x65, 0x20];

/** Where the text that begins at `from` ends: its last quotation mark, or the end of all. */
function endOfText(json: string, from: number): number {
  for (let at = json.indexOf('"', from + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let escapes = at;
    while (json.charCodeAt(escapes - 1) === BACKSLASH) escapes -= 1;
    if ((at - escapes) % 2 === 0) return at;
  }
  return json.length;
}

/** Where the digits and points that begin at `from` end. */
function endOfNumber(json: string, from: number): number {
  let at = from + 1;
  for (let unit = json.charCodeAt(at); (unit >= ZERO && unit <= NINE) || unit === POINT; unit = json.charCodeAt(at))
    at += 1;
  return at;
}

/** Parses JSON that stands in the field `path`; numbers leave as they were. @throws InvalidDocument */
export function parseExact(text: string, path: string): unknown {
  try {
    return isDoubtful(text) ? parse(text, keepSource) : JSON.parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidDocument(path, 'is nested too deep');
    throw new InvalidDocument(path, `is not JSON: ${withoutQuotation((error as SyntaxError).message)}`, text);
  }
}

function keepSource(_: string, value: unknown, { source }: Readonly<{ source?: string }>): unknown {
  if (typeof value !== 'number' || source === undefined || isSameNumber(source, String(value))) return value;
  return rawJSON(source);
}

/** Whether a double holds a number that is written so, in JSON or in YAML; what is no decimal number is held. */
export function isHeld(source: string): boolean {
  const [, sign = '', rest = ''] = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/.exec(source) ?? [];
  return rest === '' || isSameNumber(`${sign === '-' ? '-' : ''}${rest}`, String(Number(source)));
}

/** A number that was kept as its source as the double that comes closest; everything else as it is. */
export function plainNumber(value: unknown): unknown {
  return isRawJSON(value) ? Number(value.rawJSON) : value;
}

function isSameNumber(a: string, b: string): boolean {
  if (a === b) return true;
  // Only -0 has a sign that its digits lose.
  return a.startsWith('-') === b.startsWith('-') && decimal(a) === decimal(b);
}

/** The digits without zeros at either end, and the power of ten that belongs to the last one: equal for 1.50e3 and 1500. */
function decimal(text: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = whole + fraction;
  let [first, last] = [0, digits.length];
  while (first < last && digits[first] === '0') first += 1;
  while (last > first && digits[last - 1] === '0') last -= 1;
  if (first === last) return '0';
  return `${digits.slice(first, last)}e${Number(exponent) - fraction.length + digits.length - last}`;
}

/** Deeper values are refused by other rules, or are cyclic and cannot be written at all. */
const LOOKED_AT_LEVELS = 1_000;

/**
 * Writes a value of a program as JSON, which would turn what it does not know into something else: NaN into null, a Map into {}.
 * @throws InvalidDocument with the path of what would change
 */
export function writeExact(document: object): string {
  const found = { negativeZero: false };
  try {
    refuseUnwritable(document, '', LOOKED_AT_LEVELS, found);
    return JSON.stringify(document, found.negativeZero ? keepNegativeZero : undefined);
  } catch (error) {
    if (error instanceof InvalidDocument) throw error;
    throw new InvalidDocument(
      'event',
      error instanceof RangeError ? 'is nested too deep' : 'cannot be written as JSON',
    );
  }
}

function keepNegativeZero(_: string, value: unknown): unknown {
  return Object.is(value, -0) ? rawJSON('-0') : value;
}

function refuseUnwritable(given: unknown, path: string, levels: number, found: { negativeZero: boolean }): void {
  const value = inJson(given, path);
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw unwritable(path, 'must be a finite number', String(value));
    found.negativeZero ||= Object.is(value, -0);
    return;
  }
  if (typeof value === 'bigint') {
    throw unwritable(path, 'must be a value of JSON: send a bigint as text, or by JSON.rawJSON', String(value));
  }
  if (typeof value !== 'object') throw unwritable(path, 'must be a value of JSON', typeof value);
  if (levels === 0 || isRawJSON(value)) return;
  if (Array.isArray(value)) {
    // With holes, which JSON would fill with null as well.
    for (let i = 0; i < value.length; i += 1) refuseUnwritable(value[i], joinPath(path, i), levels - 1, found);
    return;
  }
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (kind !== 'Object') throw unwritable(path, 'must be a value of JSON', kind);
  for (const key of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[key];
    // A key without a value is left out, which is what it says.
    if (inner !== undefined) refuseUnwritable(inner, joinPath(path, key), levels - 1, found);
  }
}

/** What JSON makes of it by the value's own wish, as of a Date. */
function inJson(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value;
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    throw unwritable(path, 'must be a valid date', 'Invalid Date');
  }
  return typeof value.toJSON === 'function' ? (value.toJSON() as unknown) : value;
}

function unwritable(path: string, reason: string, value: string): InvalidDocument {
  return new InvalidDocument(path === '' ? 'event' : path, reason, value);
}
