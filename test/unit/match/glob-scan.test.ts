import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileGlob, programOf } from '../../../src/match/glob.ts';
import { scan } from '../../../src/match/glob-scan.ts';

const SMILE = '\u{1F600}';
const HALF = '\uD83D';
const OTHER_HALF = '\uDE00';

describe('a pattern and a value made to take long', () => {
  const piece = fc.constantFrom(
    '*',
    '?',
    'a',
    'b',
    '[ab]',
    '[!a]',
    '[a-c]',
    SMILE,
    HALF,
    OTHER_HALF,
    'a'.repeat(31),
    'ab'.repeat(33),
  );
  const letter = fc.constantFrom('a', 'b', 'c', SMILE, HALF, OTHER_HALF, 'a'.repeat(31), 'ab'.repeat(33));
  const textOf = (one: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.array(one, { maxLength: 12 }).map((all) => all.join(''));

  test('are matched by the other way with the same answer', () => {
    fc.assert(
      fc.property(textOf(piece), textOf(letter), (pattern, value) => {
        expect(scan(programOf(pattern), value)).toBe(compileGlob(pattern)(value));
      }),
      { numRuns: 5_000 },
    );
  });

  test('share no character between the first stretch and the last one', () => {
    for (const [pattern, value] of [
      ['ab*bc', 'abc'],
      ['a*a', 'a'],
      ['ab*b*bc', 'abbc'],
    ] as const) {
      expect(scan(programOf(pattern), value), `${pattern} ${value}`).toBe(false);
    }
  });

  test('get the answer of the other way', () => {
    const long = 'a'.repeat(20_000);
    for (const [pattern, matching, other] of [
      [`*${'a?'.repeat(400)}b*`, [`${long}b${long}`], [long, `b${long}`]],
      [`*${'[a-b]'.repeat(200)}c*`, [`${long}c${long}`], [long, `c${long}`]],
      [
        `*${'a'.repeat(999)}${SMILE}*${'a'.repeat(20)}?${HALF}`,
        [`${long}${SMILE}${long}${HALF}`],
        [`${long}${SMILE}a`, long],
      ],
      [`a*${'a'.repeat(1_000)}b*c`, [`${long}bc`], [`${long}cb`, `b${long}bc`]],
    ] as const) {
      const matches = compileGlob(pattern);
      expect(matching.map(matches)).toEqual(matching.map(() => true));
      expect(other.map(matches)).toEqual(other.map(() => false));
    }
  });
});
