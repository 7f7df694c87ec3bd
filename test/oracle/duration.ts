/** Rules 5.4, and the timestamps of section 2. Everything here is in milliseconds. */

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const NUMBER = '(\\d+(?:\\.\\d+)?)';
const SHORT = new RegExp(`^(-?)${NUMBER}([smhd])$`);
const ISO = new RegExp(`^(-?)P(?:${NUMBER}W)?(?:${NUMBER}D)?(T(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?)?$`);
const CLOCK = /^(-?)(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)$/;

/**
 * Exact milliseconds, possibly negative or with a fraction; null when it is no duration.
 * Reading: the letters of the short forms are small, those of ISO-8601 capital; weeks may stand beside days.
 */
export function readDuration(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value * 1000 : null;
  if (typeof value !== 'string') return null;
  return readShort(value) ?? readIso(value) ?? readClock(value);
}

/** Whole milliseconds; a positive duration never becomes 0. */
export function roundDuration(exactMs: number): number {
  return exactMs > 0 ? Math.max(1, Math.round(exactMs)) : 0;
}

const signed = (sign: string | undefined, ms: number): number => (sign === '-' && ms > 0 ? -ms : ms);

function readShort(text: string): number | null {
  const parts = SHORT.exec(text);
  if (parts === null) return null;
  return signed(parts[1], Number(parts[2]) * (UNIT_MS[parts[3] ?? ''] ?? 0));
}

function readIso(text: string): number | null {
  const parts = ISO.exec(text);
  if (parts === null) return null;
  const [, sign, weeks, days, time, hours, minutes, seconds] = parts;
  const clock = [hours, minutes, seconds];
  if (time !== undefined && clock.every((part) => part === undefined)) return null;
  if ([weeks, days, ...clock].every((part) => part === undefined)) return null;
  const whole = Number(weeks ?? 0) * 7 * 86_400_000 + Number(days ?? 0) * 86_400_000;
  const rest = Number(hours ?? 0) * 3_600_000 + Number(minutes ?? 0) * 60_000 + Number(seconds ?? 0) * 1000;
  return signed(sign, whole + rest);
}

function readClock(text: string): number | null {
  const parts = CLOCK.exec(text);
  if (parts === null) return null;
  const [, sign, hours, minutes, seconds] = parts;
  return signed(sign, Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000);
}

const STAMP = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Milliseconds since 1970, or null when it is no timestamp. Without zone: UTC.
 * Reading: a timestamp is text in ISO-8601; a bare date is its midnight; there are no leap seconds.
 */
export function readTimestamp(value: unknown): number | null {
  const parts = typeof value === 'string' ? STAMP.exec(value) : null;
  if (parts === null) return null;
  const [, day = '', minute = '00:00', second = '00', digits = '', zone = 'Z'] = parts;
  const fraction = digits.slice(0, 3).padEnd(3, '0');
  const utc = Date.parse(`${day}T${minute}:${second}.${fraction}Z`);
  // Date.parse lets the 30th of February pass as the 2nd of March, and 24:00 as the next day.
  if (Number.isNaN(utc) || !new Date(utc).toISOString().startsWith(`${day}T${minute}`)) return null;
  const offset = offsetMs(zone);
  return offset === null ? null : utc - offset;
}

function offsetMs(zone: string): number | null {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
