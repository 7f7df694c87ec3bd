import { type Evaluation, TOO_MANY_STEPS } from './evaluation.ts';
import { asDouble, DurationValue, type Failed, TimestampValue, Uint } from './value.ts';

/**
 * How a value stands to another one: negative, 0 or positive; NaN where a number is none. Integers of both kinds are compared
 * exactly, with a double as doubles. @returns undefined for what has no order
 */
export function compare(run: Evaluation, a: unknown, b: unknown): number | Failed | undefined {
  if (typeof a === 'number' && typeof b === 'number') return difference(a, b);
  if (typeof a === 'string') {
    if (typeof b !== 'string') return undefined;
    return run.takeText(Math.min(a.length, b.length)) ? compareText(a, b) : TOO_MANY_STEPS;
  }
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : undefined;
  if (a instanceof TimestampValue) return b instanceof TimestampValue ? difference(a.nanos, b.nanos) : undefined;
  if (a instanceof DurationValue) return b instanceof DurationValue ? difference(a.nanos, b.nanos) : undefined;
  if (a instanceof Uint8Array) {
    if (!(b instanceof Uint8Array)) return undefined;
    return run.takeText(Math.min(a.length, b.length)) ? Buffer.compare(a, b) : TOO_MANY_STEPS;
  }
  return compareNumbers(a, b);
}

function compareNumbers(a: unknown, b: unknown): number | undefined {
  const [left, right] = [integerOf(a), integerOf(b)];
  if (left !== undefined && right !== undefined) return difference(left, right);
  const [x, y] = [asDouble(a), asDouble(b)];
  return x === undefined || y === undefined ? undefined : difference(x, y);
}

function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return value instanceof Uint ? value.value : undefined;
}

function difference<Ordered extends number | bigint>(a: Ordered, b: Ordered): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : Number.NaN;
}

/** By code point, the order of their UTF-8. JavaScript's own order is by UTF-16 unit. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Puts surrogates, the units of U+10000 and above, behind all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
