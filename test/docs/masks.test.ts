import { expect, test } from 'vitest';
import { isPrinted } from '../rigs/docs/masks.ts';

/* What `npm run proof -- docs` takes for the same, and what not. */

const SHOWN = 'AUTOMATION  FIRED  SINCE\nfailing     12     2026-03-01 09:00:00Z';

test.each<[string, string, string]>([
  ['times and widths that differ', SHOWN, 'AUTOMATION FIRED SINCE\nfailing 12 2027-04-05 17:18:19Z\n'],
  [
    'an entry and a firing',
    'f-2e11ba66ab3307ddf66ae45204654dc3-0 by 1795926405217-0',
    `f-${'ab'.repeat(16)}-0 by 1811111111111-7`,
  ],
  ['spans of now', 'late\n  deadline  in 14m57s, 40s ago', 'late\n  deadline  in 3s, 1m2s ago'],
  ['lines that are left out', 'a\n…\nd', 'a\nb\nc\nd'],
  ['no line where some may be left out', 'a\n…\nd', 'a\nd'],
  ['the rest of a line', 'BAD  durability: set … (CVE-1)', 'BAD  durability: set it now (CVE-1)'],
])('is the same: %s', (_, printed, out) => {
  expect(isPrinted(printed, out, { whole: true })).toBe(true);
});

test.each<[string, string, string]>([
  ['another count', SHOWN, SHOWN.replace('12', '13')],
  ['another word', SHOWN, SHOWN.replace('failing', 'failed')],
  ['a line more', SHOWN, `${SHOWN}\nsilver 0 -`],
  ['a line less', SHOWN, 'AUTOMATION  FIRED  SINCE'],
  ['a span that is a setting', 'no order.paid within 15m', 'no order.paid within 16m'],
  ['a pattern that is no pattern', 'a.c', 'abc'],
])('is not the same: %s', (_, printed, out) => {
  expect(isPrinted(printed, out, { whole: true })).toBe(false);
});

test('what runs on may have said more, before and behind', () => {
  expect(isPrinted('b\nc', 'a\nb\nc\nd', { whole: false })).toBe(true);
  expect(isPrinted('b\nc', 'a\nb\nd\nc', { whole: false })).toBe(false);
});
