import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { jsonText, plain, sentenceOf, yamlText } from '../../src/cli/view/output.ts';
import { InvalidDocument } from '../../src/errors.ts';

test.each([
  ['order 7 – größer 😀', 'order 7 – größer 😀'],
  ['\u001b[31mred\u0007', '\\u001b[31mred\\u0007'],
  ['two\r\nlines\u2028', 'two\\u000d\\u000alines\\u2028'],
  ['\u009b31m\u007f', '\\u009b31m\\u007f'],
  ['abc\u202edcba', 'abc\\u202edcba'],
  ['ad\u200bmin', 'ad\\u200bmin'],
  ['ad\u200dmin\u2060\ufeff', 'ad\\u200dmin\\u2060\\ufeff'],
  ['tag\u{e0041}', 'tag\\udb40\\udc41'],
  ['👨‍👩‍👧 ❤️‍🔥', '👨‍👩‍👧 ❤️‍🔥'],
])('case %#: text from outside stays text in one line', (text, printed) => {
  expect(plain(text)).toBe(printed);
});

const UNSEEN = [
  'a\u009b31m',
  'abc\u202edcba',
  'ad\u200bmin',
  'ad\u200dmin',
  '\ufeffx',
  'tag\u{e0041}',
  '\u007f',
  'x\u2028y',
];

test.each(UNSEEN)('case %#: JSON and YAML show what is not seen as escapes, and mean the same', (text) => {
  const value = { [text]: [text, { plain: 'größer 😀' }] };
  const seen = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\ufeff\u{e0000}-\u{e007f}]/u;
  for (const printed of [jsonText(value), jsonText(value, 2), yamlText({ stringify }, value)]) {
    expect(printed).not.toMatch(seen);
    expect(printed).toContain('größer 😀');
    expect(parse(printed)).toEqual(value);
  }
  expect(JSON.parse(jsonText(value))).toEqual(value);
});

test('YAML without such characters stays as people write it', () => {
  expect(yamlText({ stringify }, { name: 'größer', list: ['a b'] })).toBe('name: größer\nlist:\n  - a b');
  expect(yamlText({ stringify }, { name: 'the 👨‍👩‍👧 ❤️‍🔥' })).toBe('name: the 👨‍👩‍👧 ❤️‍🔥');
});

test.each<[unknown, string]>([
  [new InvalidDocument('a.b', 'must be a string', 5), 'a.b: must be a string (found 5)'],
  [new InvalidDocument('a.b', 'is required'), 'a.b: is required'],
  [new Error('two\nlines'), 'two\\u000alines'],
  [new RangeError(), 'RangeError'],
  ['thrown text', 'thrown text'],
])('case %#: an error is one line', (error, sentence) => {
  expect(sentenceOf(error)).toBe(sentence);
});
