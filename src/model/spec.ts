import { z } from 'zod';
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

/** Published forms of a glob, of one or several, and of what `match` and `match_related` hold. */
export const pattern = z
  .string()
  .refine((text) => fits(text, PATTERN_LIMIT))
  .meta({ maxLength: PATTERN_LIMIT });
export const globs = z.union([pattern, z.array(pattern).max(LIST_LIMIT)]);
export const matchDocument = z.record(z.string(), globs);
export const matchRelatedDocument = z.union([matchDocument, z.array(matchDocument).max(LIST_LIMIT)]);

const NO_TEXTS: readonly string[] = Object.freeze([]);

/** Reads a list of names, missing is empty, as a set in code point order. Throws InvalidDocument. */
export function textsAt(value: unknown, path: string, limit: number, things: string): readonly string[] {
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
    return [label, textsOf(patterns, joinPath(path, label))];
  });
  return new Map(entries.sort(([a], [b]) => compareText(a, b)));
}

/** Reads a text or a list of them, as a set in code point order. Throws InvalidDocument. */
export function textsOf(value: unknown, path: string): readonly string[] {
  const texts = typeof value === 'string' ? [value] : value;
  if (!areTexts(texts)) throw new InvalidDocument(path, 'must be a string or a list of strings', value);
  return boundedSet(texts, path);
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

/** The texts as a set in code point order. Throws InvalidDocument when there are too many, or one is too long. */
export function boundedSet(
  texts: readonly string[],
  path: string,
  limit = LIST_LIMIT,
  things = 'entries',
): readonly string[] {
  refuseMore(texts, path, limit, things);
  const long = texts.find((text) => !fits(text, PATTERN_LIMIT));
  if (long !== undefined)
    throw new InvalidDocument(path, `must have at most ${PATTERN_LIMIT} characters in a pattern`, long);
  return Object.freeze(sortedSet(texts));
}
