import { expect, test } from 'vitest';
import { quietUntilIn } from '../../../src/redis/window-text.ts';

test.each([
  ['~quiet 60 120\n', 60],
  ['~floor 1 2 quiet 60 120 idle 1\n[0,9) 1', 60],
  ['~idle 1\n[0,9) 1 opener e quiet 60', null],
  ['[0,9) 1 opener ~quiet 60', null],
])('until when a key is quiet stands in the line before its window: %j', (text, until) => {
  expect(quietUntilIn(text)).toBe(until);
});
