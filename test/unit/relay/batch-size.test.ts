import { expect, test } from 'vitest';
import { nextRead } from '../../../src/relay/batch-size.ts';
import type { Item } from '../../../src/relay/outbox.ts';

function itemsOf(count: number, characters: number): Item[] {
  return Array.from({ length: count }, () => ({ id: '1-1', fields: ['event', 'x'.repeat(characters - 5)] }));
}

test.each([
  ['nothing was read: nothing is learned', 25, itemsOf(0, 0), 25],
  ['small firings: twice as many', 25, itemsOf(25, 1_000), 50],
  ['small firings: never more than the limit', 150, itemsOf(150, 1_000), 200],
  ['large firings: as many as fit', 200, itemsOf(4, 1_000_000), 4],
  ['larger than fits: one at a time', 4, itemsOf(1, 5_000_000), 1],
  ['small again: slowly more', 1, itemsOf(1, 1_000), 2],
  ['trimmed ones weigh nothing', 25, [{ id: '1-1', fields: null }], 50],
] as const)('%s', (_, count, items, next) => {
  expect(nextRead(count, items)).toBe(next);
});
