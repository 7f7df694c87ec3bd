import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../../src/cel/comparisons.ts';
import { PayloadIndex } from '../../../src/match/payload-index.ts';

function found<T>(index: PayloadIndex<T>, payload: unknown): T[] {
  const sets: ReadonlySet<T>[] = [];
  index.collect(payload, sets);
  return [...new Set(sets.flatMap((set) => [...set]))].sort();
}

const at = (path: string, ...values: Comparison['values']): Comparison => ({ path: path.split('.'), values });

describe('an index of literals', () => {
  test('finds by path and value, as CEL compares them', () => {
    const index = new PayloadIndex<string>();
    index.add(at('a.b', 'x', 1), 'text or number');
    index.add(at('a', null, true), 'constant');
    index.add(at('c', '1'), 'text alone');
    expect(found(index, { a: { b: 'x' } })).toEqual(['text or number']);
    expect(found(index, { a: { b: 1 } })).toEqual(['text or number']);
    expect(found(index, { a: { b: '1' } })).toEqual([]);
    expect(found(index, { a: null, c: '1' })).toEqual(['constant', 'text alone']);
    expect(found(index, { a: true, c: 1 })).toEqual(['constant']);
    expect(found(index, { a: 'true', c: ['1'] })).toEqual([]);
    expect(found(index, { a: [{ b: 'x' }] })).toEqual([]);
    expect(found(index, {})).toEqual([]);
  });

  test('takes 0 and -0 for one, and knows no inherited key', () => {
    const index = new PayloadIndex<string>();
    index.add(at('a', -0), 'zero');
    index.add(at('__proto__.__proto__', null), 'inherited');
    expect(found(index, { a: 0 })).toEqual(['zero']);
    expect(found(index, { a: -0 })).toEqual(['zero']);
    expect(found(index, { b: 0 })).toEqual([]);
  });

  test('finds the few keys of an event among many paths, and those of many keys', () => {
    const index = new PayloadIndex<string>();
    for (let i = 0; i < 1_000; i += 1) index.add(at(`k${i}`, i), `e${i}`);
    expect(found(index, { k7: 7, k8: 9 })).toEqual(['e7']);
    expect(found(index, Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, 8])))).toEqual(['e8']);
  });

  test('is empty again when all is taken out, whatever the order', () => {
    const key = fc.constantFrom('a', 'b');
    const comparison = fc.record({
      path: fc.array(key, { minLength: 1, maxLength: 3 }),
      values: fc.uniqueArray(fc.constantFrom<Comparison['values'][number]>('x', 1, null), { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(comparison, { maxLength: 8 }), fc.nat(), (comparisons, from) => {
        const index = new PayloadIndex<number>();
        comparisons.forEach((one, i) => void index.add(one, i));
        for (const [i] of comparisons.entries()) {
          const gone = (i + from) % comparisons.length;
          expect(index.isEmpty).toBe(false);
          index.remove(comparisons[gone] as Comparison, gone);
        }
        expect(index.isEmpty).toBe(true);
      }),
    );
  });
});
