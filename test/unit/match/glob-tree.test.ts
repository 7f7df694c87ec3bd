import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileBody, type GlobParts, partsOf } from '../../../src/match/glob.ts';
import { GlobTree } from '../../../src/match/glob-tree.ts';

type Value = { body: string };

const SMILE = '\u{1F600}';
const FROWN = '\u{1F61F}';
const HALF = '\uD83D';
const OTHER_HALF = '\uDE00';

/** Of a body: one that begins with `!` is no negation. */
function globOf(body: string): GlobParts {
  return partsOf(`!${body}`);
}

function treeOf(bodies: readonly string[]): GlobTree<Value> {
  const tree = new GlobTree<Value>();
  for (const body of bodies) tree.set(globOf(body), { body });
  return tree;
}

function found(tree: GlobTree<Value>, text: string): string[] {
  const values: Value[] = [];
  tree.collect(text, values);
  return values.map(({ body }) => body).sort();
}

describe('a tree of globs', () => {
  test.each([
    [
      ['*.failed', 'order.*', '*', 'order.*.eu', '?rder.failed', '[a-z]*d', 'order.failed', 'invoice.*'],
      'order.failed',
    ],
    [['a*', '*a', 'a*a', '*a*', '*aa*', 'a?*', '?*?', '*aaaaa*'], 'aaaa'],
    [['', '*', '?', '?*', '[!a]'], ''],
    [['*', '?', '??', `${SMILE}*`, `*${SMILE}`, `${HALF}*`, `*${OTHER_HALF}`, `[${FROWN}-${SMILE}]`, '[!a]'], SMILE],
    [['a*b*c', 'a*c*b', '*b*b', 'a*bc', 'a*bcbc', '*c'], 'abcbc'],
    [['[ab]?', '[ba]?', '[!ab]?', '[a-b]*', '[b-a]*', '[z-a]'], 'ax'],
  ])('finds of %j on %j those that match, each once', (bodies, text) => {
    expect(found(treeOf(bodies), text)).toEqual(bodies.filter((body) => compileBody(body)(text)).sort());
  });

  test('finds the value of a pattern, also by another spelling', () => {
    const tree = treeOf(['a*b', 'a[*]?', '*']);
    expect(tree.get(globOf('a**b'))).toEqual({ body: 'a*b' });
    expect(tree.get(globOf('a[*]?'))).toEqual({ body: 'a[*]?' });
    for (const other of ['a*', 'a*c', 'a??', '**b', '?', 'a', '']) expect(tree.get(globOf(other))).toBeUndefined();
  });

  test('takes a pattern with any number of gaps', () => {
    const parts = { '?': 'a', '[ab]': 'b', '*a': 'a', '?*': 'a', 'a?': 'aa' };
    for (const [part, unit] of Object.entries(parts)) {
      const bodies = [...Array.from({ length: 30 }, (_, i) => part.repeat(i)), part.repeat(20_000)];
      const tree = treeOf(bodies);
      for (const count of [0, 1, 11, 12, 13, 14, 29, 20_000]) {
        const text = unit.repeat(count);
        expect(found(tree, text)).toEqual(bodies.filter((body) => compileBody(body)(text)).sort());
      }
      for (const body of bodies) tree.delete(globOf(body));
      expect(tree.isEmpty).toBe(true);
    }
  });
});

describe('beside patterns that are tried one by one', () => {
  const character = fc.constantFrom(...'ab-!]*?[[', SMILE, HALF, OTHER_HALF);
  const loose = fc.array(character, { maxLength: 9 }).map((all) => all.join(''));
  const piece = fc.constantFrom('*', '*', '?', 'a', 'b', 'ab', '.a', SMILE, '[ab]', '[!a]', `[${SMILE}b]`);
  const built = fc.array(piece, { maxLength: 20 }).map((all) => all.join(''));
  const body = fc.oneof(loose, built);
  const text = fc.oneof(
    loose,
    fc.array(fc.constantFrom('a', 'b', '.a', SMILE, HALF), { maxLength: 20 }).map((all) => all.join('')),
  );
  const step = fc.oneof(
    fc.record({ put: fc.array(body, { minLength: 1, maxLength: 6 }) }),
    fc.record({ drop: fc.nat() }),
    fc.record({ ask: text }),
  );

  test('the same are found, each once, whatever is put and taken out between the questions', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const tree = new GlobTree<Value>();
        const held = new Map<Value, string>();
        for (const one of steps) {
          if ('put' in one) for (const glob of one.put) putInto(tree, held, glob);
          else if ('drop' in one) dropFrom(tree, held, one.drop);
          else {
            const due = [...held.values()].filter((glob) => compileBody(glob)(one.ask));
            expect(found(tree, one.ask), JSON.stringify(one.ask)).toEqual(due.sort());
          }
        }
        while (held.size > 0) dropFrom(tree, held, 0);
        expect(tree.isEmpty).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });
});

function putInto(tree: GlobTree<Value>, held: Map<Value, string>, body: string): void {
  const before = tree.get(globOf(body));
  if (before !== undefined) held.delete(before);
  const value = { body };
  tree.set(globOf(body), value);
  expect(tree.get(globOf(body))).toBe(value);
  held.set(value, body);
}

function dropFrom(tree: GlobTree<Value>, held: Map<Value, string>, number: number): void {
  const [value, body = ''] = [...held][number % Math.max(1, held.size)] ?? [];
  if (value === undefined) return;
  tree.delete(globOf(body));
  expect(tree.get(globOf(body))).toBeUndefined();
  // What was never there is no fault.
  tree.delete(globOf(body));
  held.delete(value);
}

/** A text that counts how often it is looked at. */
function counted(text: string): { value: string; looks: () => number } {
  let looks = 0;
  const look = <T>(seen: T): T => {
    looks += 1;
    return seen;
  };
  const value = {
    length: text.length,
    codePointAt: (at: number) => look(text.codePointAt(at)),
    charCodeAt: (at: number) => look(text.charCodeAt(at)),
    startsWith: (part: string, at: number) => look(text.startsWith(part, at)),
  };
  return { value: value as unknown as string, looks: () => looks };
}

describe('hostile patterns', () => {
  const LENGTH = 500;

  test.each([
    ['stars between equal letters', (i: number) => `${'*a'.repeat(12)}*b${i}`],
    ['stars that lead to each other', (i: number) => `${'*a'.repeat(i % 12)}*?${'*a'.repeat(i % 5)}*b`],
    ['question marks behind stars', (i: number) => `${'*?'.repeat(1 + (i % 11))}b`],
    ['sets that all match', (i: number) => `*[!${String.fromCodePoint(0x100 + i)}]*[ab]*b`],
    ['beginnings that all go on', (i: number) => `*${'a'.repeat(i)}*b`],
    ['more gaps than are filed', (i: number) => `${'*a'.repeat(13)}${'?a'.repeat(i % 7)}*b`],
  ])('%s take at most some looks for each of their characters and each of the text', (_name, bodyAt) => {
    const bodies = [...new Set(Array.from({ length: 60 }, (_, i) => bodyAt(i)))];
    const { value, looks } = counted('a'.repeat(LENGTH));
    expect(found(treeOf(bodies), value)).toEqual([]);
    expect(looks()).toBeGreaterThan(0);
    expect(looks()).toBeLessThanOrEqual(3 * bodies.join('').length * LENGTH);
  });

  test('thousands that share beginnings, ends and literals take no more looks than a few', () => {
    const looksAmong = (count: number): number => {
      const bodies = Array.from({ length: count }, (_, i) => [
        `*-${i}-*`,
        `order.*.eu-${i}`,
        `?rder.${i}.*`,
        `*.x${i}`,
      ]);
      const { value, looks } = counted('order.7.eu-7-.x7');
      expect(found(treeOf(bodies.flat()), value)).toEqual(['*-7-*', '*.x7', '?rder.7.*']);
      return looks();
    };
    expect(looksAmong(5_000)).toBeLessThanOrEqual(2 * looksAmong(10));
  });
});
