import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileNames, PatternIndex } from '../../../src/match/names.ts';
import { naiveGlob } from './naive.ts';

const pattern = fc.oneof(
  fc.constantFrom(
    'order',
    'order.failed',
    'order.*',
    'or*',
    '*',
    '**',
    '*.failed',
    '!order.*',
    '!',
    '[o]*',
    'o[*]',
    '',
  ),
  fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '[', ']', '!'), maxLength: 5 }),
);
const name = fc.oneof(
  fc.constantFrom('order', 'order.failed', 'order.', 'or', 'o*', 'ox', 'invoice.failed', ''),
  fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 5 }),
);

describe('a list of patterns for names', () => {
  test.each([
    [[], 'a', false],
    [['a'], 'a', true],
    [['a'], 'A', false],
    [['a', 'b'], 'b', true],
    [['a', 'order.*'], 'order.failed', true],
    [['a', '!a'], 'a', true],
    [['*'], '', true],
    [['?'], '', false],
  ])('%j on %j gives %j', (patterns, one, matching) => {
    expect(compileNames(patterns)(one)).toBe(matching);
  });

  test('matches when any of them does', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), name, (patterns, one) => {
        expect(compileNames(patterns)(one)).toBe(patterns.some((glob) => naiveGlob(glob, one)));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an index of patterns', () => {
  test('answers with the values of exactly the patterns that match, each once', () => {
    const change = fc.record({ open: fc.boolean(), glob: pattern });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.array(name, { maxLength: 8 }), (changes, names) => {
        const index = new PatternIndex<{ glob: string }>();
        const held = new Set<{ glob: string }>();
        for (const { open, glob } of changes) {
          const before = index.find(glob);
          if (open) {
            held.add(index.open(glob, () => ({ glob })));
            expect(index.open(glob, () => ({ glob }))).toBe(before ?? index.find(glob));
          } else {
            index.delete(glob);
            if (before !== undefined) held.delete(before);
            expect(index.find(glob)).toBe(undefined);
          }
        }
        expect(index.size).toBe(held.size);
        for (const one of names) {
          const found: { glob: string }[] = [];
          index.collect(one, found);
          expect(new Set(found)).toEqual(new Set([...held].filter(({ glob }) => naiveGlob(glob, one))));
          expect(new Set(found).size).toBe(found.length);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
