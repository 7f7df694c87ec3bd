import { expect, test } from 'vitest';
import { capacityOf, capacityTable, PLANNED } from '../../../bench/capacity.ts';

const costs = { append: 5, read: 2, feed: 5, applyFed: 20, applyStraight: 20, applyGlobal: 15 };
const rest = { partitions: 1_000, jobUs: 25, windowBytes: 400, nodeBytes: 16e9 };

test('what comes straight grows with the nodes, as far as partitions are even', () => {
  const of = (nodes: number) => capacityOf(costs, { ...rest, nodes, readers: nodes }).straight;
  expect(of(1)).toBeCloseTo((PLANNED * 1e6) / 25);
  expect(of(10)).toBeCloseTo(10 * of(1));
  expect(of(30) / of(1)).toBeCloseTo(1_000 / 34);
  expect(of(2_000)).toBeCloseTo(1_000 * of(1));
});

test('the front log, the global partition and jobs are one core each, however many nodes there are', () => {
  const [few, many] = [3, 100].map((nodes) => capacityOf(costs, { ...rest, nodes, readers: 10 }));
  expect(many?.front).toBeCloseTo((PLANNED * 1e6) / (5 + 10 * 2));
  expect(few?.front).toBeLessThanOrEqual(many?.front ?? 0);
  expect([many?.global, many?.firings]).toEqual([few?.global, few?.firings]);
});

test('the table has a line for each number of nodes', () => {
  const lines = capacityTable(costs, [1, 100], rest).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[2]).toBe('| 1 | 28,000 | 28,000 | 35,000 | 40,000,000 | 28,000 |');
});
