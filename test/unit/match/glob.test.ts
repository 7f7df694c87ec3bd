import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyGlob, compileGlob } from '../../../src/match/glob.ts';
import { naiveGlob } from './naive.ts';

const SMILE = '\u{1F600}';
const FROWN = '\u{1F61F}';
const HALF = '\uD83D';
const OTHER_HALF = '\uDE00';

function checkTable(rows: readonly [pattern: string, matching: readonly string[], other: readonly string[]][]): void {
  for (const [pattern, matching, other] of rows) {
    const matches = compileGlob(pattern);
    for (const value of matching) expect(matches(value), `${pattern} on ${JSON.stringify(value)}`).toBe(true);
    for (const value of other) expect(matches(value), `${pattern} on ${JSON.stringify(value)}`).toBe(false);
  }
}

describe('a pattern', () => {
  test('is compared with the whole value and minds the case', () => {
    checkTable([
      ['order', ['order'], ['Order', 'order.failed', 'an order', '']],
      ['', [''], ['a', ' ']],
    ]);
  });

  test('takes any run of characters for a star', () => {
    checkTable([
      ['*', ['', 'a', 'a/b.c\nd', SMILE], []],
      ['**', ['', 'a'], []],
      ['order.*', ['order.', 'order.failed', 'order.a/b\nc', `order.${SMILE}`], ['order', 'orders.failed', ' order.']],
      ['*.failed', ['.failed', 'order.failed', 'a\n.failed'], ['failed', 'order.failed ']],
      ['a*b', ['ab', 'aab', 'abb', 'a b'], ['a', 'b', 'ba', 'abc']],
      ['aba*aba', ['abaaba', 'aba-aba'], ['aba', 'ababa']],
      ['*b*', ['b', 'abc', 'bbb'], ['', 'a', 'ac']],
      ['a*b*c', ['abc', 'axbxc', 'abbcc', 'abcbc'], ['acb', 'ab', 'abcd']],
      ['*ab', ['ab', 'aab', 'abab'], ['aba']],
      ['*a?b', ['a-b', 'aaab', 'a-ba-b'], ['ab', 'a-bb-']],
    ]);
  });

  test('takes exactly one character for a question mark', () => {
    checkTable([
      ['?', ['a', '\n', '/', SMILE, HALF], ['', 'ab', `${SMILE}${SMILE}`]],
      ['??', ['ab', `${SMILE}a`, `${SMILE}${FROWN}`, `${OTHER_HALF}${HALF}`], ['a', SMILE]],
      ['a?*', ['ab', 'abc'], ['a']],
    ]);
  });

  test('takes one character of a set', () => {
    checkTable([
      ['[abc]', ['a', 'b', 'c'], ['', 'd', 'ab', 'A']],
      ['[a-c]x', ['ax', 'bx', 'cx'], ['dx', '-x', 'x']],
      ['[!a-c]', ['d', '-', '!', SMILE, '\n'], ['a', 'b', 'c', '', 'dd']],
      [`[${SMILE}a]`, [SMILE, 'a'], [HALF, OTHER_HALF, FROWN]],
      [`[${SMILE}-${FROWN}]`, [SMILE, '\u{1F610}', FROWN], ['\u{1F5FF}', 'a']],
      ['[a-cx-z0]', ['b', 'y', '0'], ['d', '-']],
      ['[*]', ['*'], ['', 'a', '**']],
      ['[?]', ['?'], ['a']],
      ['[[]', ['['], ['', ']']],
      ['[a*?]', ['a', '*', '?'], ['b']],
      ['a[*]*', ['a*', 'a*b'], ['a', 'ab']],
    ]);
  });

  test('takes a bracket right behind the opening one for a member', () => {
    checkTable([
      ['[]]', [']'], ['[', '[]', '[]]']],
      ['[]a]', [']', 'a'], ['[', 'a]']],
      ['[!]]', ['a', '[', '!'], [']', '']],
      ['[!]a]', ['b'], [']', 'a']],
      ['[]-a]', [']', '^', 'a'], ['[', 'b', '-']],
      ['[a]]', ['a]'], ['a', ']']],
    ]);
  });

  test('takes a dash that joins nothing for a member', () => {
    checkTable([
      ['[-a]', ['-', 'a'], ['b']],
      ['[a-]', ['-', 'a'], ['b']],
      ['[!-a]', ['b'], ['-', 'a']],
      ['[!a-]', ['b'], ['-', 'a']],
      ['[a-c-e]', ['a', 'b', 'c', '-', 'e'], ['d']],
      ['[-]', ['-'], ['']],
      ['[--]', ['-'], ['.', ',']],
      ['[+--]', ['+', ',', '-'], ['.', '*']],
      ['[--/]', ['-', '.', '/'], ['0', ',']],
    ]);
  });

  test('finds nothing in a reversed range', () => {
    checkTable([
      ['[z-a]', [], ['a', 'm', 'z', '-', '']],
      ['[!z-a]', ['a', 'm', '-', SMILE, '\n'], ['', 'aa']],
      ['[z-ab]', ['b'], ['a', 'z', '-']],
      ['[z-a-x]', ['-', 'x'], ['z', 'a', 'y']],
      ['x[z-a]*', [], ['x', 'xa']],
    ]);
  });

  test('takes a bracket that is never closed for itself', () => {
    checkTable([
      ['[', ['['], ['', 'a']],
      ['[a', ['[a'], ['a', '[']],
      ['[]', ['[]'], [']', '']],
      ['[!]', ['[!]'], ['!', '', 'a']],
      ['[!', ['[!'], ['[', 'a']],
      ['[a*', ['[a', '[ab'], ['a', 'ab']],
      ['[?', ['[a', '[?'], ['[', 'a']],
      ['a][b', ['a][b'], ['ab']],
      ['[a[b]c', ['ac', '[c', 'bc'], ['[abc', 'abc', '[ac']],
      ['[x][y', ['x[y'], ['xy', '[x][y']],
    ]);
  });

  test('escapes nothing', () => {
    checkTable([
      ['\\*', ['\\', '\\a'], ['*']],
      ['[\\]]', ['\\]'], [']', '\\']],
      ['^a$', ['^a$'], ['a']],
      ['[^a]', ['^', 'a'], ['b']],
      ['a.c', ['a.c'], ['abc']],
      ['(a|b){1,2}+', ['(a|b){1,2}+'], ['a', 'ab']],
    ]);
  });

  test('is negated by one leading exclamation mark', () => {
    checkTable([
      ['!a', ['b', '', 'aa', '!a'], ['a']],
      ['!', ['a', ' ', '!'], ['']],
      ['!!a', ['a', '!', ''], ['!a']],
      ['!*', [], ['', 'a']],
      ['!order.*', ['order', 'invoice.failed'], ['order.failed']],
      ['![!a]', ['a', '', 'bb'], ['b']],
      ['a!', ['a!'], ['a']],
    ]);
  });

  test('never matches an absent value, not even negated', () => {
    for (const pattern of ['', '*', 'a', 'a*', '*a', 'a*b', '?', '[a]', '!', '!a', '!*', '!a*b?', '!!']) {
      expect(compileGlob(pattern)(undefined), pattern).toBe(false);
    }
  });

  test('never cuts a surrogate pair in two', () => {
    checkTable([
      [HALF, [HALF], [SMILE]],
      [`${HALF}*`, [HALF, `${HALF}a`], [SMILE, FROWN]],
      [`*${OTHER_HALF}`, [OTHER_HALF, `a${OTHER_HALF}`], [SMILE]],
      [`[${HALF}]*`, [HALF, `${HALF}a`], [SMILE]],
      [`[${HALF}]${OTHER_HALF}`, [], [SMILE, HALF]],
      [`*${SMILE}*`, [SMILE, `${HALF}${SMILE}`], [HALF]],
      [`!${HALF}*`, [SMILE], [HALF]],
    ]);
  });

  test('means the same as its regular expression, whatever it is made of', () => {
    const character = fc.constantFrom(...'ab-!]*?[[]^\\.z', SMILE, HALF, OTHER_HALF, '\n');
    const pattern = fc.array(character, { maxLength: 9 }).map((characters) => characters.join(''));
    fc.assert(
      fc.property(pattern, fc.array(pattern, { maxLength: 8 }), (text, values) => {
        const matches = compileGlob(text);
        for (const value of values) expect(matches(value), JSON.stringify([text, value])).toBe(naiveGlob(text, value));
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['*a*a*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(100_000)],
    ['*aaaaaaaaaaaaaaaaaaaaaaab', 'a'.repeat(100_000)],
    ['*?*?*?*?*?*?*?*?*?*?*?*?!', 'a'.repeat(100_000)],
    ['*aaaaaaaaaaaaaaaaaaaaaab*', 'a'.repeat(100_000)],
    ['*[a-b][!b-c]aaaaaaaaaa?b*', 'a'.repeat(100_000)],
    ['*[!b-z][a-c]aaaaaaaaaa?a[b]', 'a'.repeat(100_000)],
    ['![ab]*[ab]*[ab]*[ab]*[ab]c', 'ab'.repeat(50_000)],
    ['*aaaaaaaaaaaa?aaaaaaaaaa*b', `${'a'.repeat(30)}c`.repeat(3_200)],
  ])('%s is decided on a long text before the test runs out of time', (pattern, value) => {
    // One that tries every way would take years. How long it takes exactly is for the benchmarks.
    expect(compileGlob(pattern)(value)).toBe(pattern.startsWith('!'));
  });

  test('is read in one pass even when it opens sets without end', () => {
    const pattern = '['.repeat(200_000);
    expect(compileGlob(pattern)(pattern)).toBe(true);
  });
});

describe('filing a pattern', () => {
  test.each([
    ['order.failed', 'exact', 'order.failed'],
    ['', 'exact', ''],
    ['[*]', 'exact', '*'],
    ['a[?][[]b', 'exact', 'a?[b'],
    ['[', 'exact', '['],
    ['[a-a]b', 'exact', 'ab'],
    ['order.*', 'prefix', 'order.'],
    ['order.**', 'prefix', 'order.'],
    ['[*]*', 'prefix', '*'],
    ['*', 'any', ''],
    ['**', 'any', ''],
    ['*.failed', 'other', ''],
    ['order.*.failed', 'other', 'order.'],
    ['order.?', 'other', 'order.'],
    ['order.[cf]*', 'other', 'order.'],
    ['?', 'other', ''],
    ['[z-a]', 'other', ''],
    ['[!a]', 'other', ''],
    ['!', 'other', ''],
    ['!order', 'other', ''],
    ['!order.*', 'other', ''],
    ['!*', 'other', ''],
    [`a${HALF}`, 'other', 'a'],
    [`[${HALF}]${OTHER_HALF}`, 'other', ''],
    [SMILE, 'exact', SMILE],
  ])('%j is %s %j', (pattern, kind, text) => {
    expect(classifyGlob(pattern)).toEqual({ kind, text });
  });

  test('agrees with what the pattern matches', () => {
    const character = fc.constantFrom(...'ab-!]*?[');
    const text = fc.array(character, { maxLength: 6 }).map((characters) => characters.join(''));
    fc.assert(
      fc.property(text, fc.array(text), (pattern, values) => {
        const shape = classifyGlob(pattern);
        for (const value of [...values, shape.text, `${shape.text}ab`]) {
          const found = compileGlob(pattern)(value);
          if (shape.kind === 'exact') expect(found).toBe(value === shape.text);
          else if (shape.kind !== 'other') expect(found).toBe(value.startsWith(shape.text));
          else if (found) expect(value.startsWith(shape.text)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** A text that counts how often one of its characters is looked at. */
function counted(text: string): { value: string; looks: () => number } {
  let looks = 0;
  const value = {
    length: text.length,
    codePointAt: (at: number) => {
      looks += 1;
      return text.codePointAt(at);
    },
  };
  return { value: value as unknown as string, looks: () => looks };
}

describe('hostile patterns of 25 characters', () => {
  const LENGTH = 2_000;

  test.each([
    ['*aaaaaaaaaaaaaaaaaaaaaac*', 'a'],
    ['*???????????????????????b', 'a'],
    ['*[!b][!b][!b][!b][!b][!b]', 'b'],
    ['*a?a?a?a?a?a?a?a?a?a?a?b*', 'a'],
    ['*a*a*a*a*a*a*a*a*a*a*a*b?', 'a'],
    ['!*a*[a]*a*[a]*a*[a]*a*b*c', 'a'],
    ['*?*?*?*?*?*?*?*?*?*?*?*?b', 'a'],
    ['*[[[[[[[[[[[[[[[[[[[[[[?c', '['],
  ])('%s takes at most its length in looks for each character', (pattern, character) => {
    const { value, looks } = counted(character.repeat(LENGTH));
    compileGlob(pattern)(value);
    expect(looks()).toBeGreaterThan(0);
    expect(looks()).toBeLessThanOrEqual((pattern.length + 1) * LENGTH);
  });
});
