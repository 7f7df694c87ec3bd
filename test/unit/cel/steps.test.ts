import { describe, expect, test } from 'vitest';
import { compileTree } from '../../../src/cel/compile.ts';
import { Evaluation } from '../../../src/cel/evaluation.ts';
import { parseTree } from '../../../src/cel/syntax.ts';
import { ask, celEvent } from './events.ts';

const payload = {
  n: 7,
  l: [1, 2, 3],
  m: { a: 1, b: 2 },
  hundred: 'a'.repeat(100),
  long: `${'a'.repeat(250)}b`,
  pattern: '[a-c]',
  zone: 'Europe/Berlin',
};

function stepsOf(text: string): number {
  const run = new Evaluation(celEvent(payload));
  compileTree(parseTree(text))(run);
  return run.steps;
}

describe('a step is', () => {
  test.each([
    // A node.
    ['true', 1],
    ['payload.n', 2],
    ['payload.n > 1', 4],
    ['-1 < 1', 3],
    ['payload["n"]', 3],
    ['has(payload.n)', 2],
    ['[1, 2, 3]', 4],
    ['{"a": 1}', 3],
    ['true ? 1 : 2', 3],
    // What is not evaluated is none.
    ['true || payload.n > 1', 2],
    ['payload.n > 1 && true', 6],
    // An element or entry that is gone over.
    ['payload.l.all(i, true)', 3 + 3 * 2],
    ['payload.l.exists(i, true)', 3 + 2],
    ['payload.l.map(i, i > 1, i)', 3 + 3 * 4 + 2],
    ['payload.m.all(k, true)', 3 + 2 + 2],
    ['2.0 in payload.l', 4 + 2],
    ['"a" in payload.m', 4],
    ['payload.l == payload.l', 5 + 3],
    ['payload.m == payload.m', 5 + 4],
    ['payload.l + payload.l', 5 + 6],
    ['size(payload.l)', 3],
    ['size(payload.m)', 3 + 2],
    // A hundred characters that are gone over.
    ['size(payload.hundred)', 3 + 1],
    ['payload.hundred == payload.hundred', 5 + 1],
    ['payload.hundred == payload.long', 5],
    ['payload.hundred < payload.long', 5 + 1],
    ['payload.hundred + payload.long', 5 + 3],
    ['payload.long.contains("b")', 4 + 2],
    ['payload.long.contains(payload.long)', 5 + 10],
    ['payload.long.startsWith(payload.hundred)', 5 + 1],
    ['int(payload.long)', 3 + 2],
    ['duration("1h30m")', 2 + 2],
    // For `matches`: five characters, and sixteen instructions where there are more.
    ['payload.long.matches("b")', 4 + 51],
    ['"".matches("[a-c]+")', 3],
    ['"abc".matches("a{20}")', 3 + 2],
    ['payload.long.matches("[a-b]{40}c")', 4 + 51 * 3],
    // A pattern that is worked out is read first: 20 for each character, and what braces count out.
    ['"abc".matches(payload.pattern)', 4 + 5 * 21 + 1],
    ['"abc".matches(payload.pattern + "{3,4}")', 6 + 10 * 25 + 1],
    // A time zone with a name.
    ['occurred.getHours("+01:00")', 3],
    ['occurred.getHours("Europe/Berlin")', 3 + 10],
    ['occurred.getHours(payload.zone)', 4 + 200],
  ])('counted: %s takes %d', (text, steps) => {
    expect(stepsOf(text)).toBe(steps);
  });

  test('taken 10,000 times at most', () => {
    const l = Array.from({ length: 3_332 }, () => 1);
    expect(ask('payload.l.all(i, i == i)', { l: l.slice(0, 2_499) }, 'boolean')).toEqual({
      ok: true,
      value: true,
      steps: 9_999,
    });
    expect(ask('payload.l.all(i, i == i)', { l: [...l, 1] }, 'boolean')).toEqual({
      ok: false,
      error: 'takes too many steps',
      steps: 10_001,
    });
  });

  test('beyond the last nothing absorbs', () => {
    const l = Array.from({ length: 5_000 }, () => 1);
    expect(ask('payload.l.all(i, i == i) || true', { l }, 'boolean').ok).toBe(false);
    expect(ask('payload.l.all(i, i == i) && false', { l }, 'boolean').ok).toBe(false);
    expect(ask('true || payload.l.all(i, i == i)', { l }, 'boolean').ok).toBe(true);
  });
});
