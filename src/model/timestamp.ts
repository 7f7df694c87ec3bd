import { DateTime } from 'luxon';
import { parseDuration } from './duration.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** 0000-01-01 and the end of 9999: what ISO writes with four digits for the year, so that every time can be written and read again. */
export const EARLIEST_MS = -62_167_219_200_000;
export const LATEST_MS = 253_402_300_799_999;

/** The rare forms are short; a longer text is not a timestamp, and the pattern below need not look at it. */
const RARE_LIMIT = 64;

const RARE_FORM =
  /^(\d{4}-\d\d-\d\d|\d{8}|\d{4}-W\d\d-\d|\d{4}W\d{3}|\d{4}-?\d{3})(?:[Tt ](\d\d(?::?\d\d(?::?\d\d(?:[.,](\d+))?)?)?)([Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/;

/**
 * Reads an ISO 8601 timestamp with a complete date (rules 2): milliseconds since 1970, or undefined for any other text. Without zone
 * it is UTC. Digits finer than a millisecond are cut off, also before 1970 (towards the past: the digits are cut, not the number).
 */
export function parseTimestamp(text: string): number | undefined {
  const fast = parseCommonForm(text);
  const ms = fast ?? parseRareForm(text);
  return ms === undefined || ms < EARLIEST_MS || ms > LATEST_MS ? undefined : ms;
}

/** Below it, a number counts seconds since 1970 (until the year 5138), from it on milliseconds (since 1973). */
const FIRST_MILLISECONDS = 1e11;

/**
 * Reads a number of seconds or milliseconds since 1970 (rules 2); undefined where that is no time that can be written. Digits finer than
 * a millisecond are cut off, towards the past.
 */
export function numberToMs(value: number): number | undefined {
  // A product would be a rounded one: the digits themselves are read. Only what is next to nothing is written with an exponent.
  const exact = value < FIRST_MILLISECONDS ? parseDuration(`${value}s`)?.floorMs : value;
  const ms = Math.floor(exact ?? value);
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? ms : undefined;
}

/** The last moment that a date of JavaScript can name, and with a minus the first. */
const LAST_DATE_MS = 8_640_000_000_000_000;

/** Whether a date can name this time. */
export function isUsableTime(ms: number): boolean {
  return Math.abs(ms) <= LAST_DATE_MS;
}

/**
 * Writes milliseconds since 1970 as ISO text in UTC, `2026-03-02T09:00:00.000Z`. What stands in Redis may be any number, such as that of the
 * largest stream id: a time without a date is written as its number.
 */
export function formatTimestamp(ms: number): string {
  if (Number.isInteger(ms) && ms >= EARLIEST_MS && ms <= LATEST_MS) return writeCommonForm(ms);
  return isUsableTime(ms) ? new Date(ms).toISOString() : String(ms);
}

/** Written by hand, because every event that meets a trigger has two times and a date takes four times as long. */
function writeCommonForm(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const ofDay = ms - days * DAY_MS;
  const seconds = Math.floor(ofDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  const { year, month, day } = dateOf(days);
  const century = Math.floor(year / 100);
  const hour = Math.floor(minutes / 60);
  const [thousandths, minute, second] = [ofDay - seconds * 1_000, minutes - hour * 60, seconds - minutes * 60];
  const hundredths = Math.floor(thousandths / 10);
  return String.fromCharCode(
    tens(century),
    ones(century),
    tens(year - century * 100),
    ones(year),
    DASH,
    tens(month),
    ones(month),
    DASH,
    tens(day),
    ones(day),
    T,
    tens(hour),
    ones(hour),
    COLON,
    tens(minute),
    ones(minute),
    COLON,
    tens(second),
    ones(second),
    POINT,
    tens(hundredths),
    ones(hundredths),
    ones(thousandths),
    Z,
  );
}

const [DASH, T, COLON, POINT, Z] = [0x2d, 0x54, 0x3a, 0x2e, 0x5a];

/** The digits of a number below 100, as characters. */
const tens = (number: number): number => 0x30 + Math.floor(number / 10);
const ones = (number: number): number => 0x30 + (number % 10);

/** `2026-03-02T09:00:00`, with optional fraction and zone: read by hand, because every event carries one and luxon takes microseconds. */
function parseCommonForm(text: string): number | undefined {
  const separator = text.charCodeAt(10);
  if (separator !== 0x54 && separator !== 0x74 && separator !== 0x20) return undefined;
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return undefined;
  if (text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // Comparisons with NaN are false, so each is written as what must hold.
  const valid = year >= 0 && month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59;
  if (!valid || day > daysInMonth(year, month)) return undefined;
  let at = 19;
  let fraction = 0;
  const mark = text.charCodeAt(at);
  if (mark === 0x2e || mark === 0x2c) {
    const end = endOfDigits(text, at + 1);
    if (end === at + 1) return undefined;
    fraction = firstMilliseconds(text, at + 1, end);
    at = end;
  }
  const offset = zoneOffset(text, at);
  if (offset === undefined) return undefined;
  return daysSinceEpoch(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset;
}

/** NaN when one of the two is no digit. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function endOfDigits(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at += 1;
  return at;
}

function firstMilliseconds(text: string, from: number, end: number): number {
  let ms = 0;
  for (let i = 0; i < 3; i += 1) ms = ms * 10 + (from + i < end ? text.charCodeAt(from + i) - 0x30 : 0);
  return ms;
}

/** Milliseconds east of UTC of the zone that makes up the rest of the text; undefined when the rest is no zone. */
function zoneOffset(text: string, at: number): number | undefined {
  if (at === text.length) return 0;
  const sign = text.charCodeAt(at);
  if ((sign | 0x20) === 0x7a) return at + 1 === text.length ? 0 : undefined;
  if (sign !== 0x2b && sign !== 0x2d) return undefined;
  const hours = twoDigits(text, at + 1);
  let minutes = 0;
  if (at + 3 !== text.length) {
    const minutesAt = text.charCodeAt(at + 3) === 0x3a ? at + 4 : at + 3;
    if (minutesAt + 2 !== text.length) return undefined;
    minutes = twoDigits(text, minutesAt);
  }
  if (!(hours <= 23 && minutes <= 59)) return undefined;
  const offset = (hours * 60 + minutes) * MINUTE_MS;
  return sign === 0x2d ? -offset : offset;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the Gregorian calendar; years are counted from March so that the leap day comes last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** The other way round. */
function dateOf(days: number): { year: number; month: number; day: number } {
  const sinceMarch = days + 719_468;
  const era = Math.floor(sinceMarch / 146_097);
  const dayOfEra = sinceMarch - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  return {
    year: yearOfEra + era * 400 + (month < 10 ? 0 : 1),
    month: month < 10 ? month + 3 : month - 9,
    day: dayOfYear - Math.floor((153 * month + 2) / 5) + 1,
  };
}

/** Dates without time, basic, week and ordinal dates, times without seconds, hour 24. The pattern decides, luxon only counts. */
function parseRareForm(text: string): number | undefined {
  if (text.length > RARE_LIMIT) return undefined;
  const parts = RARE_FORM.exec(text);
  if (parts === null) return undefined;
  const [, date = '', time, digits = '', zone = 'Z'] = parts;
  if (time === undefined) return luxonMs(date);
  // The fraction is kept from luxon, which would go through a floating point number and may land a millisecond lower.
  const fraction = firstMilliseconds(digits, 0, digits.length);
  if (time.startsWith('24') && /[1-9]/.test(digits)) return undefined;
  const whole = digits === '' ? time : time.slice(0, -digits.length - 1);
  const ms = luxonMs(`${date}T${whole}${zone.toUpperCase()}`);
  return ms === undefined ? undefined : ms + fraction;
}

function luxonMs(text: string): number | undefined {
  const parsed = DateTime.fromISO(text, { zone: 'utc' });
  return parsed.isValid ? parsed.toMillis() : undefined;
}
