import type { Labels } from '../model/event.ts';
import { compileLookup, type Keyed } from './labels.ts';

// The order of keys, value by value, which encoded keys keep.
export { compareText } from '../model/text.ts';

/**
 * A key as one text, so written that
 * - the bytes of the text sort as the keys do, value by value by code point (the order of settling, rules 8.2);
 * - different keys of the same trigger are different texts;
 * - a person can read it: `customer.7+eu`.
 *
 * Values are joined by `+`. Every character up to `,` is written as `,` and the character 0x40 above it, so nothing
 * inside a value sorts below the separator, and an escaped character sorts below all that stand for themselves.
 * Over-long keys are not hashed: a hash has no order, and deadlines that are equal are settled in the order of keys.
 */
const SEPARATOR = '+';
const ESCAPE = ',';
const ESCAPE_SHIFT = 0x40;
const LAST_ESCAPABLE = 0x2c;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among those to be escaped
const ESCAPABLE = /[\u0000-,]/g;
const ESCAPED = /,([@-l])/g;

/** The values of a trigger's `for_each` in an event, in the order of the names; absent is `''` (rules 6). */
export function keyOf(event: Keyed, forEach: readonly string[]): string[] {
  return compileKey(forEach)(event);
}

/** {@link keyOf} for many events: the names are taken apart once. */
export function compileKey(forEach: readonly string[]): (event: Keyed) => string[] {
  const lookups = forEach.map(compileLookup);
  return (event) => lookups.map((find) => find(event) ?? '');
}

/** Writes the values of a key as one text. No values and one empty value both give `''`. */
export function encodeKey(values: readonly string[]): string {
  // Most keys have one value, and nothing to be escaped.
  if (values.length === 1 && isPlain(values[0] ?? '')) return values[0] ?? '';
  return values.map((value) => value.replace(ESCAPABLE, shiftUp)).join(SEPARATOR);
}

/** Reads a key of `count` values back. Throws a RangeError when the text holds another number of them. */
export function decodeKey(text: string, count: number): string[] {
  const values = count === 0 && text === '' ? [] : text.split(SEPARATOR);
  if (values.length !== count) throw new RangeError(`a key of ${count} values cannot hold ${values.length}`);
  return values.map((value) => value.replace(ESCAPED, shiftDown));
}

/** The values of a key by the names of its `for_each`. Throws as {@link decodeKey} does. */
export function labelsOfKey(forEach: readonly string[], key: string): Labels {
  const values = decodeKey(key, forEach.length);
  return Object.fromEntries(forEach.map((name, i) => [name, values[i] ?? '']));
}

/** The other way round, as one text; null for labels of other names. */
export function keyOfLabels(forEach: readonly string[], labels: Labels): string | null {
  const fits = forEach.length === Object.keys(labels).length && forEach.every((name) => Object.hasOwn(labels, name));
  return fits ? encodeKey(forEach.map((name) => labels[name] ?? '')) : null;
}

function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i += 1) if (value.charCodeAt(i) <= LAST_ESCAPABLE) return false;
  return true;
}

function shiftUp(character: string): string {
  return ESCAPE + String.fromCharCode(character.charCodeAt(0) + ESCAPE_SHIFT);
}

function shiftDown(_escaped: string, shifted: string): string {
  return String.fromCharCode(shifted.charCodeAt(0) - ESCAPE_SHIFT);
}
