import { DurationValue, Failed, TimestampValue } from './value.ts';

const MILLI = 1_000_000n;
const DAY_MS = 86_400_000;

/** What `getHours` and its kin give of a timestamp, from a date whose UTC fields are those of the time zone. Months and days of the year count from 0, weekdays from Sunday. */
const OF_DATE: Readonly<Record<string, (local: Date) => number>> = {
  getDate: (local) => local.getUTCDate(),
  getDayOfMonth: (local) => local.getUTCDate() - 1,
  getDayOfWeek: (local) => local.getUTCDay(),
  getDayOfYear: (local) => {
    const newYear = new Date(0).setUTCFullYear(local.getUTCFullYear(), 0, 1);
    return Math.floor((local.getTime() - newYear) / DAY_MS);
  },
  getFullYear: (local) => local.getUTCFullYear(),
  getHours: (local) => local.getUTCHours(),
  getMilliseconds: (local) => local.getUTCMilliseconds(),
  getMinutes: (local) => local.getUTCMinutes(),
  getMonth: (local) => local.getUTCMonth(),
  getSeconds: (local) => local.getUTCSeconds(),
};

/** Of a duration: the whole of it in that unit, but for the milliseconds within the second. */
const OF_DURATION: Readonly<Record<string, (nanos: bigint) => bigint>> = {
  getHours: (nanos) => nanos / 3_600_000_000_000n,
  getMinutes: (nanos) => nanos / 60_000_000_000n,
  getSeconds: (nanos) => nanos / 1_000_000_000n,
  getMilliseconds: (nanos) => (nanos / MILLI) % 1_000n,
};

/** The names of the functions. */
export const TIME_PARTS: readonly string[] = Object.keys(OF_DATE);

const NO_ZONE = new Failed('unknown time zone');

/** A part of a moment in a time zone, or of a duration; undefined for types that the function does not take. */
export function timePart(name: string, value: unknown, zone: unknown): unknown {
  if (value instanceof DurationValue) return zone === undefined ? OF_DURATION[name]?.(value.nanos) : undefined;
  if (!(value instanceof TimestampValue) || (zone !== undefined && typeof zone !== 'string')) return undefined;
  const ms = Number((value.nanos - (((value.nanos % MILLI) + MILLI) % MILLI)) / MILLI);
  const offsetMs = zone === undefined ? 0 : offsetOf(zone, ms);
  if (offsetMs === undefined) return NO_ZONE;
  return BigInt(OF_DATE[name]?.(new Date(ms + offsetMs)) ?? 0);
}

/** How far a zone is ahead of UTC at a moment: `+02:00`, or a name such as `Europe/Berlin`. */
function offsetOf(zone: string, ms: number): number | undefined {
  const fixed = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (fixed !== null) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3]);
    return minutes * 60_000 * (fixed[1] === '-' ? -1 : 1);
  }
  return namedOffset(zone, ms);
}

/** Longer names are none, and are not looked up. */
const LONGEST_NAME = 64;

function namedOffset(zone: string, ms: number): number | undefined {
  if (!/^[A-Za-z]/.test(zone) || zone.length > LONGEST_NAME) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { ...FIELDS, timeZone: zone });
  } catch {
    return undefined;
  }
  const at = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const field = (type: string): number => Number(at.get(type as Intl.DateTimeFormatPartTypes));
  const year = at.get('era') === 'BC' ? 1 - field('year') : field('year');
  const date = new Date(0);
  date.setUTCFullYear(year, field('month') - 1, field('day'));
  date.setUTCHours(field('hour'), field('minute'), field('second'), 0);
  return date.getTime() - (ms - (((ms % 1_000) + 1_000) % 1_000));
}

const FIELDS: Intl.DateTimeFormatOptions = {
  calendar: 'gregory',
  hourCycle: 'h23',
  era: 'short',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
};
