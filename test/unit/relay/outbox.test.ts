import { expect, test } from 'vitest';
import type { LedgerEntry } from '../../../src/redis/ledger-group.ts';
import { nextBatchSize } from '../../../src/relay/outbox.ts';

function entriesOf(count: number, characters: number): LedgerEntry[] {
  return Array.from({ length: count }, () => ({ id: '1-1', fields: ['event', 'x'.repeat(characters - 5)] }));
}

test.each([
  ['nothing was read: nothing is learned', 25, entriesOf(0, 0), 25],
  ['small firings: twice as many', 25, entriesOf(25, 1_000), 50],
  ['small firings: never more than the limit', 150, entriesOf(150, 1_000), 200],
  ['large firings: as many as fit', 200, entriesOf(4, 1_000_000), 4],
  ['larger than fits: one at a time', 4, entriesOf(1, 5_000_000), 1],
  ['small again: slowly more', 1, entriesOf(1, 1_000), 2],
  ['trimmed ones weigh nothing', 25, [{ id: '1-1', fields: null }], 50],
] as const)('%s', (_, count, entries, next) => {
  expect(nextBatchSize(count, entries)).toBe(next);
});
