import { expect, test } from 'vitest';
import { plain, sentenceOf } from '../../src/cli/view/output.ts';
import { InvalidDocument } from '../../src/errors.ts';

test.each([
  ['order 7 – größer 😀', 'order 7 – größer 😀'],
  ['\u001b[31mred\u0007', '\\u001b[31mred\\u0007'],
  ['two\r\nlines\u2028', 'two\\u000d\\u000alines\\u2028'],
  ['\u009b31m\u007f', '\\u009b31m\\u007f'],
  ['abc\u202edcba', 'abc\\u202edcba'],
])('case %#: text from outside stays text in one line', (text, printed) => {
  expect(plain(text)).toBe(printed);
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
