import { describe, expect, test } from 'vitest';
import { eventDocument, type Event as WatchfireEvent } from '../../../src/model/event.ts';
import { isHeld, isRawNumber, parseExact, writeExact } from '../../../src/model/exact.ts';
import { decode, sealEvent } from '../../../src/model/intake.ts';
import { reason } from './entries.ts';

const RAW = ['12345678901234567890', '-12345678901234567890', '9007199254740993', '1e400', '-1e400', '1e-400'];
const RAW_ZEROS = ['-0', '-0.0', '-0e5'];
const RAW_FRACTIONS = ['0.1000000000000000055511151231257827', '3.14159265358979323846', '1.00000000000000000001'];
const PLAIN = ['0', '1', '-1', '0.1', '1.50', '1e2', '1E+2', '15e-1', '0.30000000000000004', '9007199254740992'];
const ALSO_PLAIN = [
  '100000000000000000000',
  '1e21',
  '5e-324',
  '0e5',
  '0.0',
  '12345678901234567000',
  '-0.5',
  '1.7976931348623157e308',
];

describe('a number', () => {
  test.each([...RAW, ...RAW_ZEROS, ...RAW_FRACTIONS])(
    '%s, which a double would change, is written as it was read',
    (source) => {
      for (const text of [source, `[${source}]`, `{"a":{"b":[1,${source}]}}`, `{ "a" : ${source} }`]) {
        expect(JSON.stringify(parseExact(text, 'data'))).toBe(text.replaceAll(' ', ''));
      }
    },
  );

  test.each([...PLAIN, ...ALSO_PLAIN])('%s, which a double holds, is a number', (source) => {
    expect(parseExact(`{"a":${source}}`, 'data')).toEqual({ a: Number(source) });
  });

  test.each<[string, boolean]>([
    ['12345678901234567890', false],
    ['1e400', false],
    ['-0', false],
    ['.1000000000000000055511151231257827', false],
    ['+12', true],
    ['.5', true],
    ['12.', true],
    ['0x1f', true],
    ['.inf', true],
    ['007', true],
  ])('as YAML writes it: %s is held, %s', (source, held) => {
    expect(isHeld(source)).toBe(held);
  });

  test('in a text is no number', () => {
    const text = '{"a":"1e400","b":"x, -0 12345678901234567890","__proto__":-0}';
    expect(JSON.stringify(parseExact(text, 'data'))).toBe(text);
  });

  test.each([
    '{"a":"\\"","b":1e400}',
    '{"a":"\\\\","b":-0}',
    '{"\\\\\\"":"\\\\\\\\","b":[12345678901234567890]}',
    '{"a":"x","b":[1,-0,"y"],"c":""}',
  ])('behind texts with quotation marks and backslashes is seen: %s', (text) => {
    expect(JSON.stringify(parseExact(text, 'data'))).toBe(text);
  });

  test('of a million digits costs no more than reading it', () => {
    const text = `{"a":1${'0'.repeat(700_000)}1.${'0'.repeat(700_000)}1}`;
    expect(JSON.stringify(parseExact(text, 'data'))).toBe(text);
  });
});

test('JSON that is none, or too deep, names the field', () => {
  expect(() => parseExact('[12345678901234567890', 'data')).toThrow(/^data: is not JSON/);
  expect(() => parseExact(`${'['.repeat(200_000)}1e400${']'.repeat(200_000)}`, 'data')).toThrow(
    'data: is nested too deep',
  );
});

describe('an event', () => {
  const text = '{"n":12345678901234567890,"big":1e400,"zero":-0,"deep":[{"x":0.1000000000000000055511151231257827}]}';
  const written = (event: WatchfireEvent): string => JSON.stringify(eventDocument(event).payload);
  const read = (...fields: string[]): string => {
    const decoded = decode({ id: '1700000000000-0', fields });
    return decoded.kind === 'event' ? written(decoded.event) : decoded.reason;
  };

  test('leaves with the numbers with which it came, in every form', () => {
    const document = `{"event":"x","resource":{"id":"r"},"payload":${text}}`;
    expect(read('data', document)).toBe(text);
    expect(read('event', 'x', 'resource.id', 'r', 'payload', text)).toBe(text);
    expect(read('event', 'x', 'resource.id', 'r', 'payload.a', text)).toBe(`{"a":${text}}`);
    expect(read('data', `{"specversion":"1.0","id":"1","source":"/s","type":"t","data":${text}}`)).toBe(text);
    const decoded = decode({ id: '1700000000000-0', fields: ['data', document] });
    const released = decoded.kind === 'event' ? JSON.stringify(eventDocument(decoded.event)) : decoded.reason;
    expect(read('released', released)).toBe(text);
    expect(sealEvent(JSON.parse('{"event":"x","resource":{"id":"r"}}'), () => 'e', 0).data).toContain('"id":"e"');
    const sealed = sealEvent(parseExact(document, 'event'), () => 'e', 0);
    expect([written(sealed.event), sealed.data.includes(text)]).toEqual([text, true]);
  });

  test('takes no number for what must be something else', () => {
    const big = '12345678901234567890';
    expect(reason('data', `{"event":"x","resource":{"id":"r"},"payload":${big}}`)).toBe('payload: must be an object');
    expect(reason('data', `{"event":"x","resource":${big}}`)).toBe('resource: must be an object');
    expect(reason('data', `{"event":"x","resource":{"id":${big}}}`)).toBe('resource.id: must be a string');
    expect(reason('data', big)).toBe('data: must be an object');
  });

  test('may be dated with more digits than a double holds', () => {
    const decoded = decode({
      id: '1700000000000-0',
      fields: ['data', '{"event":"x","resource":{"id":"r"},"occurred":1699999999.00000000000000000001}'],
    });
    expect(decoded).toMatchObject({ event: { occurred: 1_699_999_999_000 } });
  });
});

describe('what a program emits', () => {
  class Order {
    total = 7;
  }
  const sparse: unknown[] = [1];
  sparse[2] = 3;

  test.each<[string, unknown, string]>([
    ['NaN', { a: { b: Number.NaN } }, 'payload.a.b: must be a finite number'],
    ['Infinity', { a: [1, Number.POSITIVE_INFINITY] }, 'payload.a[1]: must be a finite number'],
    ['a Map', { a: new Map([['x', 1]]) }, 'payload.a: must be a value of JSON'],
    ['a Set', new Set([1]), 'payload: must be a value of JSON'],
    ['bytes', { a: new Uint8Array(2) }, 'payload.a: must be a value of JSON'],
    ['an error', { a: new Error('x') }, 'payload.a: must be a value of JSON'],
    ['a function', { a: () => 1 }, 'payload.a: must be a value of JSON'],
    ['a symbol', { a: Symbol('x') }, 'payload.a: must be a value of JSON'],
    ['a bigint', { a: 1n }, 'payload.a: must be a value of JSON'],
    ['a promise', { a: Promise.resolve(1) }, 'payload.a: must be a value of JSON'],
    ['a hole in a list', { a: sparse }, 'payload.a[1]: must be a value of JSON'],
    ['undefined in a list', { a: [undefined] }, 'payload.a[0]: must be a value of JSON'],
    ['an invalid date', { a: new Date(Number.NaN) }, 'payload.a: must be a valid date'],
  ])('is refused with the path where JSON would change it: %s', (_, payload, message) => {
    expect(() => sealEvent({ event: 'x', resource: { id: 'r' }, payload }, () => 'e', 0)).toThrow(message);
  });

  test('is written as it is: dates, objects of classes, keys without a value, -0', () => {
    const payload = { at: new Date(0), order: new Order(), none: undefined, zero: -0, list: [null, true] };
    expect(writeExact(payload)).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","order":{"total":7},"zero":-0,"list":[null,true]}',
    );
    expect(isRawNumber(parseExact('-0', ''))).toBe(true);
  });

  test('that has no end is refused', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => writeExact(cycle)).toThrow('event: cannot be written as JSON');
  });
});
