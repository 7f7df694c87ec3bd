import { expect, test } from 'vitest';
import { preferredOf } from '../../src/services/rendezvous.ts';

const WORKERS = ['a', 'b', 'c', 'd'];
const THINGS = Array.from({ length: 64 }, (_, i) => String(i));
const shared = (workers: readonly string[]): (string | null)[] => THINGS.map((thing) => preferredOf(thing, workers));

test('all who live share the things, in whatever order they are named', () => {
  expect(new Set(shared(WORKERS))).toEqual(new Set(WORKERS));
  expect(shared(WORKERS.toReversed())).toEqual(shared(WORKERS));
  expect(shared([])).toEqual(THINGS.map(() => null));
});

test('one that goes leaves its things to the others, which keep their own', () => {
  const [before, after] = [shared(WORKERS), shared(['a', 'b', 'd'])];
  expect(after.filter((worker, i) => worker !== before[i])).toHaveLength(before.filter((one) => one === 'c').length);
  expect(after).not.toContain('c');
});
