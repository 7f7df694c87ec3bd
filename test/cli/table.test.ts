import { describe, expect, test } from 'vitest';
import { type Column, cut, facts, layoutOf, widthOf, wrapped } from '../../src/cli/view/table.ts';

describe('the width of a text', () => {
  test.each([
    ['plain', 5],
    ['größer', 6],
    ['日本語', 6],
    ['한글', 4],
    ['ｱｲｳ', 3],
    ['１２', 4],
    ['e\u0301a\u0308', 2],
    ['😀', 2],
    ['👨‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['สวัสดี', 4],
    ['', 0],
  ])('%s is %i cells', (text, cells) => {
    expect(widthOf(text)).toBe(cells);
  });
});

describe('a long text', () => {
  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['abcd efg', 6, 'abcd…'],
    ['日本語の名前', 6, '日本…'],
    ['日本語の名前', 7, '日本語…'],
    ['cafe\u0301 au lait', 5, 'cafe\u0301…'],
    ['👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', 5, '👨‍👩‍👧👨‍👩‍👧…'],
  ])('%s in %i cells is %s', (text, cells, shown) => {
    expect(cut(text, cells)).toBe(shown);
    expect(widthOf(cut(text, cells))).toBeLessThanOrEqual(cells);
  });
});

const columns: readonly Column[] = [
  { title: 'NAME' },
  { title: 'TIME', whole: true, short: (text) => text.slice(5) },
  { title: 'MORE', leaves: 1 },
  { title: 'LAST' },
];

function printed(rows: string[][], bound: number | null): string[] {
  const { head, line } = layoutOf(columns, rows, bound);
  return [head, ...rows.map(line)];
}

describe('a table', () => {
  test('has aligned columns, and without a bound one long cell pushes nothing out of sight and nothing is cut', () => {
    const rows = [
      ['long', '', 'x', ''],
      ['x'.repeat(60), '', 'b', ''],
    ];
    expect(printed(rows, null)).toEqual([
      `NAME${' '.repeat(46)}TIME  MORE  LAST`,
      `long${' '.repeat(52)}x`,
      `${'x'.repeat(60)}        b`,
    ]);
  });

  test('aligns wide characters by their cells', () => {
    const rows = [
      ['日本語', '2026-1', 'a', 'b'],
      ['abc', '2026-1', 'a', 'b'],
    ];
    expect(printed(rows, 80)).toEqual([
      'NAME    TIME    MORE  LAST',
      '日本語  2026-1  a     b',
      'abc     2026-1  a     b',
    ]);
  });

  const long = ['n'.repeat(30), '2026-11-28', 'm'.repeat(20), 'last '.repeat(10)];

  test.each([120, 80, 70, 60, 40])('fits %i columns', (bound) => {
    for (const line of printed([long], bound)) expect(widthOf(line)).toBeLessThanOrEqual(bound);
  });

  test('gives short forms first, then leaves out what can be spared, then cuts', () => {
    expect(printed([long], 115)[1]).toContain('  11-28  m');
    expect(layoutOf(columns, [long], 70).missing).toEqual([]);
    expect(layoutOf(columns, [long], 52).missing).toEqual(['MORE']);
    expect(printed([long], 52)[1]).toBe(`${'n'.repeat(20)}…  11-28  last last last last…`);
    const short = ['a', '2026-11-28', 'b', 'c'.repeat(50)];
    expect(printed([short], 40)[1]).toBe(`a     11-28  b     ${'c'.repeat(20)}…`);
  });

  test('lets no text from outside move the cursor', () => {
    expect(printed([['\u001b[2J', '', '', '']], 80)[1]).toBe('\\u001b[2J');
  });
});

test('a long sentence is broken at its spaces, and a long word stays whole', () => {
  expect(wrapped('one two three', 8)).toEqual(['one two', 'three']);
  expect(wrapped('日本 語の 名前', 9)).toEqual(['日本 語の', '名前']);
  expect(wrapped('abcdefghijk a b', 5)).toEqual(['abcdefghijk', 'a b']);
  expect(wrapped('one two three', null)).toEqual(['one two three']);
});

test('facts have their values beside their names, also in their second line', () => {
  const rows = [
    ['a', 'one two three'],
    ['name', 'x'],
  ] as const;
  expect(facts(rows, 14)).toEqual(['a     one two', '      three', 'name  x']);
  expect(facts(rows, null)).toEqual(['a     one two three', 'name  x']);
});
