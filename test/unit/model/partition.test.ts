import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  crc16,
  layoutOf,
  layoutText,
  type PartitionLayout,
  parseLayout,
  partitionNames,
  partitionOf,
} from '../../../src/model/partition.ts';
import { root } from '../../house/tree.ts';

type Vector = Readonly<{ value: string; crc16: number } & Record<`of_${number}`, number>>;

const vectors = JSON.parse(readFileSync(path.join(root, 'examples/partition/vectors.json'), 'utf8')) as Vector[];

test.each(vectors)('the partition of $value is the one of the test vectors', ({ value, crc16: due, ...others }) => {
  expect(crc16(Buffer.from(value))).toBe(due);
  const counts = Object.entries(others).map(([name, partition]) => [Number(name.slice(3)), partition] as const);
  expect(counts.length).toBeGreaterThan(3);
  for (const [count, partition] of counts) expect(partitionOf(value, count)).toBe(partition);
});

test('ten thousand keys are spread evenly', () => {
  const sizes = new Array<number>(16).fill(0);
  for (let i = 0; i < 10_000; i += 1)
    sizes[partitionOf(`customer.${i}`, 16)] = (sizes[partitionOf(`customer.${i}`, 16)] ?? 0) + 1;
  expect(Math.min(...sizes)).toBeGreaterThan(500);
  expect(Math.max(...sizes)).toBeLessThan(750);
});

test.each<[number, string]>([
  [1, 'id'],
  [16, 'related:customer:id'],
  [1_024, 'payload.a b'],
])('a layout of %i by %s is read as it was written', (count, by) => {
  const layout: PartitionLayout = layoutOf(count, by);
  expect(parseLayout(layoutText(layout))).toEqual(layout);
});

test.each([
  null,
  '',
  '5',
  'leaving 4',
  'partitions 2 16 id',
  'partitions 1 0 id',
  'partitions 1 16 ',
  'partitions 1 2000 id',
])('%j is no layout that this version knows', (text) => {
  expect(parseLayout(text)).toBeNull();
});

test.each([0, 1.5, 1_025, Number.NaN])('%d partitions are refused by name', (count) => {
  expect(() => layoutOf(count, 'id')).toThrow(/^partitions: must be a whole number from 1 to 1024/);
});

test.each(['', 'a\nb', 'x'.repeat(201)])('the label %j is refused by name', (by) => {
  expect(() => layoutOf(16, by)).toThrow(/^by: must be the name of a label/);
});

test('the partitions have names, and the global one is the last', () => {
  expect(partitionNames({ count: 3 })).toEqual(['0', '1', '2', 'g']);
});
