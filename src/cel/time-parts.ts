import { type Evaluation, TOO_MANY_STEPS } from './evaluation.ts';
import { DurationValue, Failed, TimestampValue } from './value.ts';

const MILLI = 1_000_000n;
const DAY_MS = 86_400_000;

/**
 * What `getHours` and its kin give of a timestamp, from a date whose UTC fields are those of the time zone. Months and days of the year
 * count from 0, weekdays from Sunday.
 */
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

/** How far a zone is ahead of UTC at a moment; both in milliseconds. */
type Zone = (ms: number) => number;

/** Steps of asking a zone by its name, and of finding out what the name stands for. */
const ASKING = 10;
const FINDING = 190;

const NO_ZONE = new Failed('unknown time zone');

/** A function of the table above whose zone, if it has one, is worked out at each call; undefined for types it does not take. */
export function timePart(run: Evaluation, name: string, value: unknown, zone: unknown): unknown {
  if (zone === undefined) return partOf(name, value, undefined);
  if (typeof zone !== 'string') return undefined;
  const isName = !FIXED.test(zone);
  if (isName && !run.take(FINDING + ASKING)) return TOO_MANY_STEPS;
  const found = zoneOf(zone);
  return found === undefined ? NO_ZONE : partOf(name, value, found);
}

/** The same with a zone that stands in the condition and is found once. */
export function timePartIn(zone: string): (run: Evaluation, name: string, value: unknown) => unknown {
  const [found, isName] = [zoneOf(zone), !FIXED.test(zone)];
  return (run, name, value) => {
    if (isName && !run.take(ASKING)) return TOO_MANY_STEPS;
    return found === undefined ? NO_ZONE : partOf(name, value, found);
  };
}

function partOf(name: string, value: unknown, zone: Zone | undefined): unknown {
  if (value instanceof DurationValue) return zone === undefined ? OF_DURATION[name]?.(value.nanos) : undefined;
  if (!(value instanceof TimestampValue)) return undefined;
  const ms = Number((value.nanos - (((value.nanos % MILLI) + MILLI) % MILLI)) / MILLI);
  return BigInt(OF_DATE[name]?.(new Date(ms + (zone?.(ms) ?? 0))) ?? 0);
}

const FIXED = /^([+-]?)(\d{1,2}):(\d{2})$/;

/** A zone: `+02:00`, or a name such as `Europe/Berlin`. */
function zoneOf(text: string): Zone | undefined {
  const fixed = FIXED.exec(text);
  if (fixed === null) return namedZone(text);
  const ms = (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000 * (fixed[1] === '-' ? -1 : 1);
  return () => ms;
}

/** Longer names are none, and are not looked up. */
const LONGEST_NAME = 64;

function namedZone(name: string): Zone | undefined {
  if (!/^[A-Za-z]/.test(name) || name.length > LONGEST_NAME) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { ...FIELDS, timeZone: name });
  } catch {
    return undefined;
  }
  return (ms) => {
    const at = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const field = (type: Intl.DateTimeFormatPartTypes): number => Number(at.get(type));
    const date = new Date(0);
    date.setUTCFullYear(at.get('era') === 'BC' ? 1 - field('year') : field('year'), field('month') - 1, field('day'));
    date.setUTCHours(field('hour'), field('minute'), field('second'), 0);
    return date.getTime() - (ms - (((ms % 1_000) + 1_000) % 1_000));
  };
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
