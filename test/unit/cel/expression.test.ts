import { describe, expect, test } from 'vitest';
import { compileExpression, InvalidExpression, type Wants } from '../../../src/cel/expression.ts';
import { answer, ask } from './events.ts';

function refusal(text: string, wants: Wants = 'boolean'): string {
  try {
    compileExpression(text, wants);
  } catch (error) {
    if (error instanceof InvalidExpression) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('errors of the document (rules 17.1)', () => {
  test.each([
    ['payload.', 'Expected IDENTIFIER, got EOF at 1:9'],
    ['payload.total >', 'Unexpected token: EOF at 1:16'],
    ['(payload.n', 'Expected RPAREN, got EOF at 1:11'],
    ['"open', 'Unterminated string at 1:1'],
    ['payload.a\n  = 1', 'Unexpected character: = at 2:3'],
    ['payload.text == "\u{1f600}" ~', 'Unexpected character: ~ at 1:21'],
    ['', 'Unexpected token: EOF at 1:1'],
  ])('syntax: %j', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  test.each([
    ['paylod.total > 1', 'unknown variable "paylod" at 1:1'],
    ['payload.items.all(i, j > 1)', 'unknown variable "j" at 1:22'],
    ['payload.items.all(i, true) && i', 'unknown variable "i" at 1:31'],
    ['lower(event) == "x"', 'unknown function "lower" at 1:1'],
    ['event.lowerAscii() == "x"', 'unknown function "lowerAscii" at 1:1'],
    ['startsWith(event, "x")', 'unknown function "startsWith" at 1:1'],
    ['payload.n.int() == 1', 'unknown function "int" at 1:1'],
    ['cel.bind(x, 1, x == 1)', 'unknown function "bind" at 1:1'],
    ['payload.s.startsWith()', 'wrong number of arguments for "startsWith" at 1:1'],
    ['size() == 1', 'wrong number of arguments for "size" at 1:1'],
    ['payload.l.exists(i)', 'wrong number of arguments for "exists" at 1:1'],
    ['has(payload.a, payload.b)', 'wrong number of arguments for "has" at 1:1'],
    ['has(payload)', '"has" needs a field, as in has(payload.total) at 1:1'],
    ['true && payload.s.matches("(")', 'error parsing regexp: missing closing ): `(` at 1:27'],
    ['matches(event, "a{2,1}")', 'error parsing regexp: invalid repeat count: `{2,1}` at 1:16'],
    ['9223372036854775808 == 1', 'integer out of range at 1:1'],
    ['1 == 1 < true && 2 == 2 in [true] && b == 1', 'unknown variable "b" at 1:38'],
  ])('names, arguments, patterns: %j', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  test.each<[string, Wants, string]>([
    ['size(payload.l)', 'boolean', 'must be bool, not int at 1:1'],
    ['"yes"', 'boolean', 'must be bool, not string at 1:1'],
    ['payload', 'boolean', 'must be bool, not map at 1:1'],
    ['resource.region', 'boolean', 'must be bool, not string at 1:1'],
    ['payload.n * 2', 'boolean', 'must be bool, not double at 1:1'],
    ['payload.ok ? 1 : "a"', 'boolean', 'must be bool, not int or string at 1:1'],
    ['related.map(r, r.name)[0]', 'boolean', 'must be bool, not string at 1:1'],
    ['occurred', 'value', 'must be a text, number or boolean, not google.protobuf.Timestamp at 1:1'],
    ['null', 'value', 'must be a text, number or boolean, not null_type at 1:1'],
    ['payload.items.filter(i, i > 1)', 'value', 'must be a text, number or boolean, not list at 1:1'],
    ['event', 'number', 'must be a number, not string at 1:1'],
    ['payload.n > 1', 'number', 'must be a number, not bool at 1:1'],
    ['received - occurred', 'number', 'must be a number, not google.protobuf.Duration at 1:1'],
  ])('a result that can only be of a wrong type: %s as %s', (text, wants, message) => {
    expect(refusal(text, wants)).toBe(message);
  });

  test.each<[string, Wants]>([
    ['payload.ok', 'boolean'],
    ['payload.ok ? payload.a : "never"', 'boolean'],
    ['payload.items[0].deep[1]', 'boolean'],
    ['dyn("yes")', 'boolean'],
    ['1 + "a"', 'boolean'],
    ['[1, true].exists(i, i)', 'boolean'],
    ['[1, true][0]', 'boolean'],
    ['payload.n + payload.m', 'value'],
    ['payload.items.map(i, i)[0]', 'number'],
  ])('what may be right is no error: %s as %s', (text, wants) => {
    expect(refusal(text, wants)).toBe('accepted');
  });

  test('a text has at most 2,000 characters', () => {
    const text = (characters: number): string => `"${'\u{1f600}'.repeat(characters - 6)}"!=""`;
    expect(refusal(text(2_000))).toBe('accepted');
    expect(refusal(text(2_001))).toBe('must have at most 2000 characters at 1:1');
  });

  test.each([
    ['parentheses', (levels: number) => `${'('.repeat(levels)}true${')'.repeat(levels)}`],
    ['lists', (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)} == []`],
    ['signs', (levels: number) => `${'!'.repeat(levels)}true`],
    ['fields', (levels: number) => `payload${'.a'.repeat(levels)}`],
  ])('%s are nested 32 levels deep at most', (_, nested) => {
    expect(refusal(nested(32))).toBe('accepted');
    expect(refusal(nested(33))).toMatch(/^must not be nested deeper than 32 levels at 1:\d+$/);
  });
});

describe('an answer', () => {
  test('of a condition is a boolean; everything else is a failure', () => {
    expect(ask('payload.v', { v: true }, 'boolean')).toEqual({ ok: true, value: true, steps: 2 });
    expect(ask('payload.v', { v: 1 }, 'boolean')).toEqual({ ok: false, error: 'gives double', steps: 2 });
    expect(answer('payload.v', {}, 'boolean')).toBe('failed: no such key "v"');
  });

  test('of distinct is a text, a number or a boolean', () => {
    const values = ['a', 1.5, false, null, [1], { a: 1 }];
    const answers = values.map((v) => answer('payload.v', { v }));
    expect(answers).toEqual(['a', 1.5, false, 'failed: gives null_type', 'failed: gives list', 'failed: gives map']);
  });

  test('of all number types is one, and -0 is 0', () => {
    expect(['7', '7u', '7.0', '-0.0'].map((text) => answer(text))).toEqual([7, 7, 7, 0]);
    expect(Object.is(answer('payload.n', { n: -0 }), 0)).toBe(true);
  });

  test('of sum is a finite number', () => {
    const values = [2, '2', true, null];
    expect(values.map((v) => ask('payload.v', { v }, 'number').ok)).toEqual([true, false, false, false]);
    expect(answer('1.0 / 0.0', {}, 'number')).toBe('failed: gives double');
  });
});
