import { expect, test } from 'vitest';
import { Rate } from '../../../src/sources/rate.ts';

test('so many events a second get in, and as many at once after a quiet second', () => {
  const rate = new Rate(10, 0);
  for (let i = 0; i < 10; i += 1) {
    expect(rate.waitMs(0)).toBe(0);
    rate.take(1);
  }
  expect(rate.waitMs(0)).toBe(100);
  expect(rate.waitMs(100)).toBe(0);
  rate.take(1);
  expect(rate.waitMs(100)).toBe(100);
  expect(rate.waitMs(60_000)).toBe(0);
  rate.take(10);
  expect(rate.waitMs(60_000)).toBe(100);
});

test('a list may take more than there is, and what comes behind it waits the longer', () => {
  const rate = new Rate(10, 0);
  rate.take(30);
  expect(rate.waitMs(0)).toBe(2_100);
  expect(rate.waitMs(2_000)).toBe(100);
  expect(rate.waitMs(2_100)).toBe(0);
});

test('a clock that goes back gives nothing', () => {
  const rate = new Rate(1, 1_000);
  rate.take(1);
  expect(rate.waitMs(0)).toBe(1_000);
});
