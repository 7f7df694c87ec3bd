import { InvalidDocument } from '../errors.ts';
import { each, joinPath } from './issue.ts';
import { isRecord } from './record.ts';
import { compareText, fits, sortedSet } from './text.ts';

/** Label -> patterns, one of which must match (rules 3.3). Labels and patterns in code point order, each once. */
export type Spec = ReadonlyMap<string, readonly string[]>;

// The limits of rules 5.5: far beyond what people write, and a bound on what each event has to be compared with.
export const LIST_LIMIT = 1_000;
export const FOR_EACH_LIMIT = 32;
export const PATTERN_LIMIT = 1_024;

const NO_TEXTS: readonly string[] = Object.freeze([]);

/** Reads a list of patterns or names, missing is empty, as a set in code point order. Throws InvalidDocument. */
export function textsAt(value: unknown, path: string, limit = LIST_LIMIT, things = 'entries'): readonly string[] {
  if (value === undefined) return NO_TEXTS;
  if (!areTexts(value)) throw new InvalidDocument(path, 'must be a list of strings', value);
  return boundedSet(value, path, limit, things);
}

/** Reads the labels that a resource must have, one for all. Throws InvalidDocument. */
export function specAt(value: unknown, path: string): Spec {
  if (value === undefined) return new Map();
  if (!isRecord(value)) throw new InvalidDocument(path, 'must be an object', value);
  // From the document itself: zod leaves out a label named `__proto__`, and with it a condition.
  const entries = each(Object.entries(value), ([label, patterns]): [string, readonly string[]] => {
    const place = joinPath(path, label);
    const texts = typeof patterns === 'string' ? [patterns] : patterns;
    if (!areTexts(texts)) throw new InvalidDocument(place, 'must be a string or a list of strings', patterns);
    return [label, boundedSet(texts, place, LIST_LIMIT, 'entries')];
  });
  return new Map(entries.sort(([a], [b]) => compareText(a, b)));
}

/** Reads one such map or a list of them; empty ones are dropped, as they say nothing. Throws InvalidDocument. */
export function specsAt(value: unknown, path: string): readonly Spec[] {
  const listed = Array.isArray(value);
  if (listed) refuseMore(value, path, LIST_LIMIT, 'entries');
  const specs = listed ? each(value, (one: unknown, i) => specAt(one, joinPath(path, i))) : [specAt(value, path)];
  const bySignature = new Map(specs.filter(({ size }) => size > 0).map((one) => [JSON.stringify([...one]), one]));
  const sorted = [...bySignature].sort(([a], [b]) => compareText(a, b));
  return Object.freeze(sorted.map(([, one]) => one));
}

/** Throws InvalidDocument when the list is longer than `limit`. */
export function refuseMore(list: readonly unknown[], path: string, limit: number, things: string): void {
  if (list.length > limit) throw new InvalidDocument(path, `must have at most ${limit} ${things}`, list);
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function boundedSet(texts: readonly string[], path: string, limit: number, things: string): readonly string[] {
  refuseMore(texts, path, limit, things);
  const long = texts.find((text) => !fits(text, PATTERN_LIMIT));
  if (long !== undefined)
    throw new InvalidDocument(path, `must have at most ${PATTERN_LIMIT} characters in a pattern`, long);
  return Object.freeze(sortedSet(texts));
}
