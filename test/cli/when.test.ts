import { expect, test } from 'vitest';
import { away, count, countThings, moment, span, timeOfDay } from '../../src/cli/view/when.ts';

const T = Date.parse('2026-03-02T09:00:05.123Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('times are those of UTC', () => {
  expect(timeOfDay(T)).toBe('09:00:05.123Z');
  expect(moment(T)).toBe('2026-03-02 09:00:05Z');
});

test.each([
  [0, '0s'],
  [499, '0s'],
  [1_501, '2s'],
  [59 * MINUTE + 59_000, '59m59s'],
  [HOUR + 29_000, '1h'],
  [47 * HOUR + 31_000, '1d23h1m'],
  [49 * HOUR + 29 * MINUTE, '2d1h'],
])('%i ms are about %s', (ms, words) => {
  expect(span(ms)).toBe(words);
});

test.each([
  [0, 'now'],
  [499, 'now'],
  [-499, 'now'],
  [42_000, 'in 42s'],
  [-12_000, '12s ago'],
  [-25 * HOUR, '1d1h ago'],
])('%i ms away is %s', (ms, words) => {
  expect(away(T + ms, T)).toBe(words);
});

test('large numbers are written with their thousands apart', () => {
  expect(count(1_234_567)).toBe('1,234,567');
});

test.each([
  [0, '0 entries of the log'],
  [1, '1 entry of the log'],
  [12_345, '12,345 entries of the log'],
])('%i of something is said as people say it', (number, words) => {
  expect(countThings(number, ['entry of the log', 'entries of the log'])).toBe(words);
});
