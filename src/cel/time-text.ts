import { durationOf, timestampOf } from './time-range.ts';
import type { DurationValue, Failed, TimestampValue } from './value.ts';

const SECOND = 1_000_000_000n;
const MILLI = 1_000_000n;

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** A moment as RFC 3339 writes it. @returns undefined for what is none; a Failed for one that CEL has not */
export function parseTimestamp(text: string): TimestampValue | Failed | undefined {
  const found = RFC_3339.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second] = found.map(Number) as number[];
  const [, , , , , , , fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = found;
  const date = new Date(0);
  date.setUTCFullYear(year ?? 0, (month ?? 0) - 1, day);
  // A day that the month has not moves the date into another one.
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return undefined;
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return undefined;
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined;
  date.setUTCHours(hour ?? 0, minute, second);
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000 * (sign === '-' ? -1 : 1);
  const nanos = BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return timestampOf(BigInt(date.getTime() - offsetMs) * MILLI + nanos);
}

/** With as many digits behind the second as are needed. */
export function formatTimestamp(nanos: bigint): string {
  const fraction = ((nanos % SECOND) + SECOND) % SECOND;
  const seconds = new Date(Number((nanos - fraction) / MILLI)).toISOString().slice(0, 'yyyy-MM-ddTHH:mm:ss'.length);
  return `${seconds}${decimals(fraction)}Z`;
}

function decimals(nanos: bigint): string {
  return nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
}

const UNITS: Readonly<Record<string, bigint>> = {
  h: 3_600n * SECOND,
  m: 60n * SECOND,
  s: SECOND,
  ms: MILLI,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ns: 1n,
};

const WHOLE = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|μs|ns))+)$/;
const PART = /(\d*)\.?(\d*)(h|ms|m|s|us|µs|μs|ns)/g;

type DurationPart = Readonly<{ whole: string; fraction: string; unit: string }>;

/** The parts of a length of time as Go writes it: `1h30m`, `1.5s`, `-300ms`. @returns undefined for what is none */
export function durationParts(text: string): readonly DurationPart[] | undefined {
  if (!WHOLE.test(text)) return undefined;
  return [...text.matchAll(PART)].map(([, whole = '', fraction = '', unit = '']) => ({ whole, fraction, unit }));
}

export function sumOf(parts: readonly DurationPart[], negative: boolean): DurationValue | Failed {
  let nanos = 0n;
  for (const { whole, fraction, unit } of parts) {
    const size = UNITS[unit] ?? 0n;
    nanos += BigInt(whole === '' ? '0' : whole) * size;
    if (fraction !== '') nanos += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length);
  }
  return durationOf(negative ? -nanos : nanos);
}

/** In seconds: `90s`, `1.5s`. */
export function formatDuration(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? '-' : ''}${size / SECOND}${decimals(size % SECOND)}s`;
}
