import { expect, test } from 'vitest';
import { parseKeptText, parseWindowText, quietUntilIn } from '../../../src/redis/window-text.ts';

test.each([
  ['~quiet 60 120\n', 60],
  ['~floor 1 2 quiet 60 120 idle 1\n[0,9) 1', 60],
  ['~idle 1\n[0,9) 1 opener e quiet 60', null],
  ['[0,9) 1 opener ~quiet 60', null],
])('until when a key is quiet stands in the line before its window: %j', (text, until) => {
  expect(quietUntilIn(text)).toBe(until);
});

const NOTHING = {
  quiet: null,
  floor: null,
  recovered: null,
  cancelled: null,
  values: null,
  sliding: null,
  collected: 0,
};

test.each([
  ['[0,9) 1', {}],
  ['~quiet 60 120 floor 5 99 recovered 7 8 cancelled 1 2\n', { quiet: 60, floor: 5, recovered: 7, cancelled: 1 }],
  ['~values +n1+sa/b+\n[0,9) 2', { values: ['n1', 'sa/b'] }],
  ['~times 99 1000000000000+1000000000001\n', { sliding: { times: [1e12, 1e12 + 1], until: 99 } }],
  ['~floor 3 99 list 99 -\n', { floor: 3, sliding: { times: [], until: 99 } }],
  ['~list 99 1/1:7/sa/b+2/0:0/n2\n', { sliding: { times: [1, 2], until: 99 }, values: ['sa/b', 'n2'], collected: 1 }],
  ['~counted 2 numbered 2 collected 1:5+2:9\n[0,9) 2', { collected: 2 }],
])('what a key keeps beside its window: %j', (text, kept) => {
  expect(parseKeptText(text)).toEqual({ ...NOTHING, ...kept });
});

test('an alert knows its newest event, how it ends and which reminder comes next', () => {
  const alert = '~floor 1 2\nalert 5 0 0 last 6 ends 70 remind 30 number 2 every 20 limit 0 shadow 1';
  expect(parseWindowText(alert).alert).toEqual({
    start: 5,
    missing: 0,
    until: 70,
    armed: null,
    last: 6,
    ends: true,
    reminder: { at: 30, number: 2, limit: null },
  });
  expect(parseWindowText('[0,9) 1 alert 5 2 60').alert).toMatchObject({ until: 60, ends: false, reminder: null });
});
