import { formatTimestamp } from '../../model/timestamp.ts';
import { durationInWords } from './words.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Time of day in UTC, `09:00:05.123Z`. */
export function timeOfDay(ms: number): string {
  return formatTimestamp(ms).replace(/^[^T]*T/, '');
}

/** Date and time in UTC to the second, `2026-03-02 09:00:05Z`. */
export function moment(ms: number): string {
  return formatTimestamp(ms).replace('T', ' ').replace(/\.\d+/, '');
}

/** The same without the date where it is the day of `now`: `09:00:05Z`. */
export function momentNear(ms: number, now: number): string {
  const [day = '', time = ''] = moment(ms).split(' ');
  return moment(now).startsWith(day) ? time : `${day} ${time}`;
}

/** The same without the year, for where there is little room: `03-02 09:00:05Z`. */
export function withoutYear(moment: string): string {
  return moment.replace(/^\d{4}-/, '');
}

/** About how long: seconds below an hour, minutes below two days, hours above. */
export function span(ms: number): string {
  const unit = ms < HOUR_MS ? SECOND_MS : ms < 48 * HOUR_MS ? MINUTE_MS : HOUR_MS;
  return durationInWords(Math.round(ms / unit) * unit);
}

/** How far a time is away: `in 42s`, `12s ago`, `now`. */
export function away(ms: number, now: number): string {
  const distance = Math.round((ms - now) / SECOND_MS) * SECOND_MS;
  if (distance === 0) return 'now';
  return distance > 0 ? `in ${span(distance)}` : `${span(-distance)} ago`;
}

/** A whole number with its thousands apart: `12,345`. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** A number of things: `1 entry of the log`, `12,345 entries of the log`. */
export function countThings(number: number, [one, many]: readonly [one: string, many: string]): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}
