import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../../src/model/duration.ts';

describe('a duration is read to the millisecond', () => {
  test.each([
    [0, 0],
    [60, 60_000],
    [20.25, 20_250],
    [0.0004, 1],
    [1e-300, 1],
    [1.0004, 1000],
    [1.0006, 1001],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['1.5h', 5_400_000],
    ['1w', 604_800_000],
    ['1h30m', 5_400_000],
    ['1w2d3h4m5.5s', 788_645_500],
    ['30 s', 30_000],
    ['1h 30m', 5_400_000],
    ['1.5h0.5m', 5_430_000],
    ['10 minutes', 600_000],
    ['10minutes', 600_000],
    ['1 week', 604_800_000],
    ['2 days 1 hour', 176_400_000],
    ['1 day 12.5 hours 1 second', 131_401_000],
    ['1h 1 minute', 3_660_000],
    ['-1h30m', -5_400_000],
    ['0.0001s', 1],
    ['0s', 0],
    ['0.000d', 0],
    ['PT1M30S', 90_000],
    ['P1D', 86_400_000],
    ['P1W', 604_800_000],
    ['P1W2DT3H4M5.5S', 788_645_500],
    ['PT0,5S', 500],
    ['PT0S', 0],
    ['PT36H', 129_600_000],
    ['0:05:00', 300_000],
    ['00:01:00', 60_000],
    ['100:00:00', 360_000_000],
    ['1:02:03.4567', 3_723_457],
    ['0:00:00.0001', 1],
  ])('%j is %i ms', (value, ms) => {
    expect(parseDuration(value)?.ms).toBe(ms);
  });
});

describe('what is no duration is refused', () => {
  test.each([
    [''],
    ['soon'],
    ['30'],
    ['30 '],
    ['s'],
    ['-'],
    ['minutes'],
    [' 30s'],
    ['30s '],
    ['- 30s'],
    ['1 h 30'],
    ['30m1h'],
    ['1h1h'],
    ['1h, 30m'],
    ['1h-30m'],
    ['1 month'],
    ['1 year'],
    ['10 Minutes'],
    ['10 min'],
    ['1hr'],
    ['10\tminutes'],
    ['30S'],
    ['+30s'],
    ['.5s'],
    ['5.s'],
    ['1e3s'],
    ['P'],
    ['PT'],
    ['P1DT'],
    ['P1M'],
    ['P1Y'],
    ['P1Y2M'],
    ['PT1S1M'],
    ['pt1s'],
    ['1:00'],
    ['1:60:00'],
    ['1:00:60'],
    ['1:0:00'],
    ['30s\n'],
    [`${'9'.repeat(100)}s`],
    [true],
    [false],
    [null],
    [undefined],
    [[]],
    [{}],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
  ])('%j', (value) => {
    expect(parseDuration(value)).toBeUndefined();
  });
});

describe('the exact value decides, not the rounded one', () => {
  test.each([
    ['9.99999999999999999999999999s', 1, 9_999, 10_000],
    ['0:00:09.9999999999', 1, 9_999, 10_000],
    ['PT9.99999999999999999999S', 1, 9_999, 10_000],
    [9.9999999, 1, 9_999, 10_000],
    [9.999999999999998, 1, 9_999, 10_000],
    ['10s', 1, 10_000, 10_000],
    ['10.00000000000000000001s', 1, 10_000, 10_000],
    ['-0.0000001s', -1, -1, -1],
    ['-PT5S', -1, -5_000, -5_000],
    ['-0:00:01', -1, -1_000, -1_000],
    [-0.001, -1, -1, -1],
    [-1e-300, -1, -1, -1],
    [-0, 0, 0, 0],
    ['-0s', 0, 0, 0],
  ])('%j', (value, sign, floorMs, ms) => {
    expect(parseDuration(value)).toEqual({ sign, floorMs, ms });
  });
});

test('the ways to write a duration agree', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99 }), fc.nat(59), fc.nat(59), fc.nat(999), (h, m, s, ms) => {
      const two = (n: number): string => String(n).padStart(2, '0');
      const fraction = String(ms).padStart(3, '0');
      const total = ((h * 60 + m) * 60 + s) * 1000 + ms;
      const texts = [
        `${h}:${two(m)}:${two(s)}.${fraction}`,
        `PT${h}H${m}M${s}.${fraction}S`,
        `${total / 1000}s`,
        `${h}h${m}m${s}.${fraction}s`,
        `${h} hours ${m} minutes ${s}.${fraction} seconds`,
        total / 1000,
      ];
      expect(texts.map((text) => parseDuration(text)?.ms)).toEqual(texts.map(() => total));
    }),
  );
});
