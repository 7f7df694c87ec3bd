import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareText, fits, isText, sortedSet } from '../../../src/model/text.ts';

test('texts are ordered as their UTF-8 bytes are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  expect(['\u{10000}', '\uffff', 'a'].sort(compareText)).toEqual(['a', '\uffff', '\u{10000}']);
});

test('a set is sorted and holds each text once', () => {
  expect(sortedSet(['b', 'a', 'b', ''])).toEqual(['', 'a', 'b']);
});

describe('length limits count characters, not UTF-16 units', () => {
  test.each([
    ['abc', 3, true],
    ['abcd', 3, false],
    ['😀😀😀', 3, true],
    ['😀😀a😀', 3, false],
    ['😀😀😀😀', 3, false],
    ['', 0, true],
  ])('%j fits %i: %s', (text, limit, answer) => {
    expect(fits(text, limit)).toBe(answer);
  });
});

test.each([[''], ['\ud800'], ['ab'], [1], [null]])('%j is no text of 1 character', (value) => {
  expect(isText(value, 1)).toBe(false);
});
