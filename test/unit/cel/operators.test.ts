import { describe, expect, test } from 'vitest';
import { parseExact } from '../../../src/model/exact.ts';
import { answer } from './events.ts';

const payload = {
  total: 120.5,
  n: 7,
  half: 0.5,
  text: 'abc',
  none: null,
  list: [1, 2.5, 'x', null],
  map: { a: 1, 'content-type': 'json' },
  key: 'a',
};

describe('doubles and integers mix (rules 17.1)', () => {
  test.each([
    ['2 * payload.total == 241', true],
    ['payload.total * 2 == 241.0', true],
    ['payload.n / 2', 3.5],
    ['7 / 2', 3],
    ['payload.n - 1', 6],
    ['1 - payload.n', -6],
    ['1u + payload.n', 8],
    ['payload.n > 6 && payload.n <= 7u', true],
    ['payload.n in [6, 7]', true],
    ['[6, 7].exists(i, i == payload.n)', true],
    ['payload.list == [1, 2.5, "x", null]', true],
    ['payload.map == {"a": 1u, "content-type": "json"}', true],
    ['payload.list[payload.n - 6]', 2.5],
    ['{7: "seven"}[payload.n]', 'seven'],
    ['payload.n in {7u: 1}', true],
    ['[1, 2.0, 3u].map(i, i * payload.half) == [0.5, 1, 1.5]', true],
    ['dyn(1) + dyn(payload.half)', 1.5],
    ['9007199254740993 == payload.n + 9007199254740985.0', true],
    ['1 < 2u', true],
    ['1 == 1u', true],
  ])('%s is %j', (text, expected) => {
    expect(answer(text, payload)).toBe(expected);
  });

  test.each([
    ['payload.n % 2', 'failed: "%" does not take double and int'],
    ['7 % payload.n', 'failed: "%" does not take int and double'],
    ['1 + 1u', 'failed: "+" does not take int and uint'],
    ['payload.list[payload.half]', 'failed: no index: double'],
    ['payload.n + "7"', 'failed: "+" does not take double and string'],
    ['9223372036854775807 + 1', 'failed: integer overflow'],
    ['1 / 0', 'failed: division by zero'],
  ])('%s fails: %s', (text, expected) => {
    expect(answer(text, payload)).toBe(expected);
  });

  test('an integer is made of a double for the remainder', () => {
    expect(answer('int(payload.n) % 2', payload)).toBe(1);
  });

  test('a number of the payload that no double holds is the double that comes closest', () => {
    const exact = parseExact('{"id": 12345678901234567890, "huge": 1e400, "list": [12345678901234567890]}', 'payload');
    expect(answer('payload.id == 12345678901234567000.0', exact)).toBe(true);
    expect(answer('payload.id', exact)).toBe(12_345_678_901_234_567_000);
    expect(answer('payload.list[0] == payload.id && payload.list.exists(i, i == payload.id)', exact)).toBe(true);
    expect(answer('payload.id in payload.list && payload.list == [payload.id]', exact)).toBe(true);
    expect(answer('type(payload.id) == double', exact)).toBe(true);
    expect(answer('payload.huge > 1e308', exact)).toBe(true);
  });
});

test.each([
  ['1 == 2 < true', true],
  ['1 == 2 == false < true', false],
  ['(1 == 2 in [false]) == true', true],
  ['[1 == 2 < true, 3 < 4 == true][0]', true],
  ['"a == b < c" == "" ? 1 == 1 : 2 == 3 < true', true],
  ['1 != 1 <= false != true // == <', false],
])('relations bind alike, from the left: %s is %j', (text, expected) => {
  expect(answer(text)).toBe(expected);
});

describe('what stands in an event', () => {
  test.each([
    ['event', 'order.placed'],
    ['id', 'e1'],
    ['resource.region', 'eu'],
    ['resource["prefect.resource.id"]', 'order.7'],
    ['related.size()', 2],
    ['related[1].kind', 'web'],
    ['related.filter(r, has(r.kind)).size()', 1],
    ['string(occurred)', '2026-03-02T09:01:30.25Z'],
    ['received - occurred > duration("9s")', true],
    ['occurred.getHours("+05:30")', 14],
    ['occurred.getHours("America/New_York")', 4],
    ['occurred.getDayOfWeek()', 1],
    ['type(payload)  == map && type(related) == list', true],
    ['"region" in resource && !("zone" in resource)', true],
    ['payload.map["content-type"]', 'json'],
    ['payload.map.`content-type`', 'json'],
    ['has(payload.map.`content-type`) && !has(payload.map.`content-length`)', true],
    ['payload.map[payload.key]', 1],
    ['size(payload.map)', 2],
    ['payload.map.exists(k, k == "a")', true],
  ])('%s is %j', (text, expected) => {
    expect(answer(text, payload)).toBe(expected);
  });

  test('a key with null is there, and is null', () => {
    expect(answer('has(payload.none) && payload.none == null', payload)).toBe(true);
    expect(answer('has(payload.gone)', payload)).toBe(false);
  });

  test('of a map own keys are read alone', () => {
    expect(answer('payload.constructor', payload)).toBe('failed: no such key "constructor"');
    expect(answer('has(payload.toString) || "valueOf" in payload', payload)).toBe(false);
    expect(answer('resource["__proto__"] == ""', payload)).toBe('failed: no such key');
    expect(answer('payload.list.length', payload)).toBe('failed: "length" of what is no map');
    expect(answer('payload["__proto__"]', JSON.parse('{"__proto__": "own"}'))).toBe('own');
  });

  test('an unknown time zone and a part of something else fail', () => {
    expect(answer('occurred.getHours("No/Where")', payload)).toBe('failed: unknown time zone');
    expect(answer('occurred.getHours(payload.text)', payload)).toBe('failed: unknown time zone');
    expect(answer('payload.text.getHours()', payload)).toBe('failed: "getHours" does not take string');
  });
});

describe('a failure', () => {
  test.each([
    ['payload.gone > 1', 'failed: no such key "gone"'],
    ['!(payload.gone > 1)', 'failed: no such key "gone"'],
    ['payload.gone > 1 || payload.n == 7', true],
    ['payload.n == 7 || payload.gone > 1', true],
    ['payload.gone > 1 || payload.n == 8', 'failed: no such key "gone"'],
    ['payload.gone > 1 && payload.n == 8', false],
    ['payload.gone > 1 && payload.n == 7', 'failed: no such key "gone"'],
    ['payload.n || true', true],
    ['payload.n && true', 'failed: "&&" does not take double'],
    ['true && payload.n', 'failed: "&&" does not take double'],
    ['payload.n ? true : false', 'failed: "?:" does not take double'],
    ['payload.list.all(i, i > 3)', false],
    ['payload.list.exists(i, i > 2)', true],
    ['["x", 1].all(i, i > 3)', false],
    ['["x", 5].exists(i, i > 3)', true],
    ['payload.list.exists(i, i > 9)', 'failed: ">" does not take string and int'],
    ['payload.list.exists_one(i, i > 2)', 'failed: ">" does not take string and int'],
    ['payload.list.filter(i, i > 0).size()', 'failed: ">" does not take string and int'],
    ['payload.text.all(c, true)', 'failed: "all" does not take string'],
    ['payload.list.all(i, i)', 'failed: the condition of a macro is no bool'],
    ['{"a": 1, "a": 2}.a', 'failed: key twice in a map'],
    ['payload.text.matches(payload.text + "(")', 'failed: text is no regular expression'],
  ])('goes as far as it says: %s', (text, expected) => {
    expect(answer(text, payload)).toBe(expected);
  });
});

describe('texts', () => {
  test.each([
    ['duration', (length: number) => `${'0'.repeat(length - 2)}9s`],
    ['timestamp', (length: number) => `2026-03-02T09:00:00.${'1'.repeat(length - 21)}Z`],
  ])('of more than 100 characters are no %s', (type, text) => {
    expect(answer(`string(${type}("${text(100)}")) != ""`)).toBe(true);
    expect(answer(`string(${type}("${text(101)}")) != ""`)).toBe(`failed: text is no ${type}`);
  });

  test('are ordered and counted by characters, not by units', () => {
    expect(answer('"\u{1f600}" > "\uffee" && size("\u{1f600}") == 1')).toBe(true);
  });

  test('a long part is found, also where it almost begins many times', () => {
    const part = `${'ab'.repeat(200)}c`;
    expect(answer('payload.s.contains(payload.part)', { s: `${'ab'.repeat(500)}c`, part })).toBe(true);
    expect(answer('payload.s.contains(payload.part)', { s: `${'ab'.repeat(500)}d`, part })).toBe(false);
  });

  test('literals are read as CEL writes them', () => {
    expect(answer(String.raw`r"C:\" + 'x' == "C:\\x"`)).toBe(true);
    expect(answer(String.raw`br"\n" == b"\\n" && b"\xffé" == b"\377\303\251"`)).toBe(true);
    expect(answer('.5 + [.25][0] // ".5"')).toBe(0.75);
    expect(answer('"""a "quoted"\nline""".size()')).toBe(15);
  });
});
