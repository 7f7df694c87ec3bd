import { type Evaluation, TOO_MANY_STEPS } from './evaluation.ts';
import { INT_MAX, INT_MIN, UINT_MAX } from './literal.ts';
import { timestampOf } from './time-range.ts';
import { durationParts, formatDuration, formatTimestamp, parseTimestamp, sumOf } from './time-text.ts';
import { asDouble, DurationValue, Failed, TimestampValue, Uint } from './value.ts';

const OUT_OF_RANGE = new Failed('number out of range');
const NO_UTF8 = new Failed('bytes are no UTF-8');
const SECOND = 1_000_000_000n;

/** Longest text that a number can be read from, and a timestamp or a duration. */
const LONGEST_NUMBER = 1_000;
const LONGEST_TIME = 100;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function unreadable(type: string): Failed {
  return new Failed(`text is no ${type}`);
}

const NO_INT = unreadable('int');
const NO_UINT = unreadable('uint');
const NO_DOUBLE = unreadable('double');
const NO_BOOL = unreadable('bool');
const NO_TIMESTAMP = unreadable('timestamp');
const NO_DURATION = unreadable('duration');

/** `int(x)`; like the functions below undefined for types it does not take. */
export function toInt(run: Evaluation, value: unknown): unknown {
  if (typeof value === 'bigint') return value;
  if (value instanceof Uint) return inRange(value.value, INT_MIN, INT_MAX);
  if (typeof value === 'number') return truncated(value, INT_MIN, INT_MAX);
  if (value instanceof TimestampValue) return flooredSeconds(value.nanos);
  if (typeof value !== 'string') return undefined;
  if (!run.takeText(value.length)) return TOO_MANY_STEPS;
  return /^[+-]?\d{1,100}$/.test(value) ? inRange(BigInt(value.replace('+', '')), INT_MIN, INT_MAX) : NO_INT;
}

export function toUint(run: Evaluation, value: unknown): unknown {
  if (value instanceof Uint) return value;
  const integer = typeof value === 'bigint' ? inRange(value, 0n, UINT_MAX) : uintOf(run, value);
  return typeof integer === 'bigint' ? new Uint(integer) : integer;
}

function uintOf(run: Evaluation, value: unknown): bigint | Failed | undefined {
  if (typeof value === 'number') return truncated(value, 0n, UINT_MAX);
  if (typeof value !== 'string') return undefined;
  if (!run.takeText(value.length)) return TOO_MANY_STEPS;
  return /^\d{1,100}$/.test(value) ? inRange(BigInt(value), 0n, UINT_MAX) : NO_UINT;
}

function inRange(value: bigint, min: bigint, max: bigint): bigint | Failed {
  return value < min || value > max ? OUT_OF_RANGE : value;
}

/** Toward zero. The ends of the range are no doubles, so what is as large as they are is refused. */
function truncated(value: number, min: bigint, max: bigint): bigint | Failed {
  if (!Number.isFinite(value) || value >= Number(max) || (min < 0n ? value <= Number(min) : value < 0)) {
    return OUT_OF_RANGE;
  }
  return BigInt(Math.trunc(value));
}

function flooredSeconds(nanos: bigint): bigint {
  return nanos / SECOND - (nanos % SECOND < 0n ? 1n : 0n);
}

export function toDouble(run: Evaluation, value: unknown): unknown {
  const number = asDouble(value);
  if (number !== undefined || typeof value !== 'string') return number;
  if (!run.takeText(value.length)) return TOO_MANY_STEPS;
  const named = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(value);
  if (named !== null) return named[2] === undefined ? Number.NaN : Number(`${named[1]}Infinity`);
  if (value.length > LONGEST_NUMBER || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return NO_DOUBLE;
  const read = Number(value);
  return Number.isFinite(read) ? read : OUT_OF_RANGE;
}

const BOOLS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'False', 'FALSE'].map((text) => [text, false] as const),
]);

export function toBool(run: Evaluation, value: unknown): unknown {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  return run.takeText(value.length) ? (BOOLS.get(value) ?? NO_BOOL) : TOO_MANY_STEPS;
}

/** Numbers as JavaScript writes them. */
export function toText(run: Evaluation, value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return doubleText(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
  }
  if (value instanceof Uint) return String(value.value);
  if (value instanceof TimestampValue) return formatTimestamp(value.nanos);
  if (value instanceof DurationValue) return formatDuration(value.nanos);
  if (!(value instanceof Uint8Array)) return undefined;
  if (!run.takeText(value.length)) return TOO_MANY_STEPS;
  try {
    return UTF8.decode(value);
  } catch {
    return NO_UTF8;
  }
}

function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : String(value).replace('Infinity', 'Inf').replace(/^Inf/, '+Inf');
}

export function toBytes(run: Evaluation, value: unknown): unknown {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') return undefined;
  return run.takeText(value.length) ? new TextEncoder().encode(value) : TOO_MANY_STEPS;
}

export function toTimestamp(run: Evaluation, value: unknown): unknown {
  if (value instanceof TimestampValue) return value;
  if (typeof value === 'bigint') return timestampOf(value * SECOND);
  if (typeof value !== 'string') return undefined;
  if (!run.takeText(value.length)) return TOO_MANY_STEPS;
  return value.length > LONGEST_TIME ? NO_TIMESTAMP : (parseTimestamp(value) ?? NO_TIMESTAMP);
}

/** Each part, as `1h` and `30m` of `1h30m`, is a step. */
export function toDuration(run: Evaluation, value: unknown): unknown {
  if (value instanceof DurationValue) return value;
  if (typeof value !== 'string') return undefined;
  if (!run.takeText(value.length)) return TOO_MANY_STEPS;
  if (value.length > LONGEST_TIME) return NO_DURATION;
  const parts = durationParts(value);
  if (parts === undefined) return NO_DURATION;
  return run.take(parts.length) ? sumOf(parts, value.startsWith('-')) : TOO_MANY_STEPS;
}
