import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EARLIEST_MS, formatTimestamp, LATEST_MS, parseTimestamp } from '../../../src/model/timestamp.ts';

describe('a timestamp is read to the millisecond', () => {
  test.each([
    ['2026-03-02T09:00:00.000Z', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09:00:00Z', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02t09:00:00z', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02 09:00:00', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09:00:00', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09:00:00.1', '2026-03-02T09:00:00.100Z'],
    ['2026-03-02T09:00:00,25Z', '2026-03-02T09:00:00.250Z'],
    ['2026-03-02T09:00:00.123999999Z', '2026-03-02T09:00:00.123Z'],
    ['2026-03-02T09:00:00.0009+00:00', '2026-03-02T09:00:00.000Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['2026-03-02T09:00:00+02:30', '2026-03-02T06:30:00.000Z'],
    ['2026-03-02T09:00:00-0230', '2026-03-02T11:30:00.000Z'],
    ['2026-03-02T09:00:00+02', '2026-03-02T07:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    // Rare forms.
    ['2026-03-02', '2026-03-02T00:00:00.000Z'],
    ['20260302', '2026-03-02T00:00:00.000Z'],
    ['20260302T090000.5Z', '2026-03-02T09:00:00.500Z'],
    ['20260302T090000,0579999+0100', '2026-03-02T08:00:00.057Z'],
    ['2026-W10-1T09:00Z', '2026-03-02T09:00:00.000Z'],
    ['2026W101', '2026-03-02T00:00:00.000Z'],
    ['2026-061', '2026-03-02T00:00:00.000Z'],
    ['2026-03-02T09:00', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09+01:00', '2026-03-02T08:00:00.000Z'],
    ['2026-03-02T24:00:00Z', '2026-03-03T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseTimestamp(text)).toBe(Date.parse(iso));
  });
});

describe('what is no timestamp is refused', () => {
  test.each([
    [''],
    ['now'],
    ['2026'],
    ['2026-03'],
    ['1767225600'],
    ['1767225600000'],
    ['12:00'],
    ['T12:00:00Z'],
    ['2026-02-29T00:00:00Z'],
    ['2026-04-31T00:00:00Z'],
    ['2026-13-01T00:00:00Z'],
    ['2026-00-01T00:00:00Z'],
    ['2026-01-00T00:00:00Z'],
    ['2026-03-02T25:00:00Z'],
    ['2026-03-02T24:00:00.5Z'],
    ['2026-03-02T09:60:00Z'],
    ['2026-03-02T09:00:60Z'],
    ['2026-03-02T09:00:00.Z'],
    ['2026-03-02T09:00:00.1.2Z'],
    ['2026-03-02T09:00:00Zulu'],
    ['2026-03-02T09:00:00+24:00'],
    ['2026-03-02T09:00:00+02:60'],
    ['2026-03-02T09:00:00+2'],
    ['2026-03-02T09:00:00 Z'],
    ['2026-03-02\u000009:00:00Z'],
    [' 2026-03-02T09:00:00Z'],
    ['2026-3-2T09:00:00Z'],
    ['+02026-03-02T09:00:00Z'],
    ['٢٠٢٦-03-02T09:00:00Z'],
    ['0000-01-01T00:00:00+01:00'],
    ['9999-12-31T23:59:59-01:00'],
    ['2026-03-02T09:00:00[Europe/Berlin]'],
  ])('%j', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
});

test('any text is answered, however hostile', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseTimestamp(text)));
  expect(parseTimestamp(`2026-03-02T09:00:00.${'9'.repeat(1_000_000)}Z`)).toBe(Date.UTC(2026, 2, 2, 9, 0, 0, 999));
});

test('every time that can be written is written as a date of JavaScript writes it, and read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: EARLIEST_MS, max: LATEST_MS }), (ms) => {
      expect(formatTimestamp(ms)).toBe(new Date(ms).toISOString());
      expect(parseTimestamp(formatTimestamp(ms))).toBe(ms);
    }),
  );
  expect([EARLIEST_MS, LATEST_MS].map(formatTimestamp)).toEqual([
    '0000-01-01T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
  ]);
});

test.each([
  ['-000001-12-31T23:59:59.999Z', EARLIEST_MS - 1],
  ['+010000-01-01T00:00:00.000Z', LATEST_MS + 1],
  ['2026-03-02T09:00:00.000Z', Date.UTC(2026, 2, 2, 9) + 0.5],
  ['9000000000000000', 9_000_000_000_000_000],
])('a time that is none of events is written all the same: %s', (text, ms) => {
  expect(formatTimestamp(ms)).toBe(text);
});

test('each day from 1899 to 2101 is written with its date', () => {
  for (let ms = Date.UTC(1899, 0, 1); ms < Date.UTC(2101, 2, 2); ms += 86_400_000) {
    expect(formatTimestamp(ms)).toBe(new Date(ms).toISOString());
  }
});
