import { type Evaluation, TOO_MANY_STEPS } from './evaluation.ts';
import { INT_MAX, INT_MIN, UINT_MAX } from './literal.ts';
import { durationOf, timestampOf } from './time-range.ts';
import { asDouble, DurationValue, Failed, TimestampValue, Uint } from './value.ts';

export type Arithmetic = '+' | '-' | '*' | '/' | '%';

const OVERFLOW = new Failed('integer overflow');
const BY_ZERO = new Failed('division by zero');

/** What an arithmetic operator makes of two values; undefined where it does not take their types. */
export function calculate(run: Evaluation, operator: Arithmetic, a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number') return ofDoubles(operator, a, b);
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    const result = ofIntegers(operator, a, b);
    return typeof result === 'bigint' && (result < INT_MIN || result > INT_MAX) ? OVERFLOW : result;
  }
  if (a instanceof Uint && b instanceof Uint) {
    const result = ofIntegers(operator, a.value, b.value);
    if (typeof result !== 'bigint') return result;
    return result < 0n || result > UINT_MAX ? OVERFLOW : new Uint(result);
  }
  if (typeof a === 'number' || typeof b === 'number') {
    const [left, right] = [asDouble(a), asDouble(b)];
    return left === undefined || right === undefined ? undefined : ofDoubles(operator, left, right);
  }
  if (operator === '+') return sum(run, a, b);
  return operator === '-' ? lapse(a, b) : undefined;
}

function ofDoubles(operator: Arithmetic, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      // For integers alone.
      return undefined;
  }
}

function ofIntegers(operator: Arithmetic, a: bigint, b: bigint): bigint | Failed {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? BY_ZERO : a / b;
    case '%':
      if (b === 0n) return BY_ZERO;
      // Like the division, which has no result there.
      return a === INT_MIN && b === -1n ? OVERFLOW : a % b;
  }
}

function sum(run: Evaluation, a: unknown, b: unknown): unknown {
  if (typeof a === 'string' && typeof b === 'string') {
    return run.takeText(a.length + b.length) ? a + b : TOO_MANY_STEPS;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return run.take(a.length + b.length) ? [...a, ...b] : TOO_MANY_STEPS;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return run.takeText(a.length + b.length) ? new Uint8Array(Buffer.concat([a, b])) : TOO_MANY_STEPS;
  }
  if (a instanceof TimestampValue && b instanceof DurationValue) return timestampOf(a.nanos + b.nanos);
  if (a instanceof DurationValue && b instanceof TimestampValue) return timestampOf(a.nanos + b.nanos);
  return a instanceof DurationValue && b instanceof DurationValue ? durationOf(a.nanos + b.nanos) : undefined;
}

function lapse(a: unknown, b: unknown): unknown {
  if (a instanceof TimestampValue && b instanceof TimestampValue) return durationOf(a.nanos - b.nanos);
  if (a instanceof TimestampValue && b instanceof DurationValue) return timestampOf(a.nanos - b.nanos);
  return a instanceof DurationValue && b instanceof DurationValue ? durationOf(a.nanos - b.nanos) : undefined;
}

/** `-x`; undefined for what is no number. */
export function negated(value: unknown): unknown {
  if (typeof value === 'number') return -value;
  if (typeof value !== 'bigint') return undefined;
  return value === INT_MIN ? OVERFLOW : -value;
}
