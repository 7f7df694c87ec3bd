import { describe, expect, test } from 'vitest';
import { eventDocument } from '../../../src/model/event.ts';
import { parseFiring, stateChangeEvent } from '../../../src/model/firing.ts';
import { decode } from '../../../src/model/intake.ts';

const ARRIVAL_MS = 1_700_000_000_000;
const id = `${ARRIVAL_MS}-0`;
const base = ['event', 'x', 'resource.id', 'r'];

/** Why an entry is refused; '' when it is not. */
function refusal(fields: readonly string[]): string {
  const decoded = decode({ id, fields });
  return decoded.kind === 'rejected' ? decoded.reason : '';
}

const many = (count: number, name: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => [name(i), '1']).flat();

const released = (received: number, more: object = {}): string[] => [
  'released',
  JSON.stringify({
    id: 'a',
    event: 'x',
    resource: { id: 'r' },
    related: [],
    occurred: '2020-01-01T00:00:00Z',
    received: new Date(received).toISOString(),
    ...more,
  }),
];

const firing = (event: string): string[] =>
  Object.entries({
    firing: 'f',
    automation: 'a',
    revision: '1',
    path: '',
    name: 'n',
    posture: 'Reactive',
    state: 'Triggered',
    triggered: String(ARRIVAL_MS),
    decided: String(ARRIVAL_MS),
    labels: '{}',
    event,
  }).flat();

describe('what is bounded before it is looked at', () => {
  test.each([
    ['fields', [...base, ...many(100_000, (i) => `payload.${i}`)], 'entry: must have at most 100000 fields'],
    [
      'levels of a path',
      [...base, `payload${'.a'.repeat(501)}`, '1'],
      'payload: must not be nested deeper than 500 levels',
    ],
    ['the whole entry', [...base, 'payload.a', 'x'.repeat(1_500_001)], 'entry: must have at most 1500000 bytes'],
    ['a document', ['data', 'x'.repeat(1_500_001)], 'data: must have at most 1500000 bytes'],
    ['a document in wide characters', ['data', '€'.repeat(500_001)], 'data: must have at most 1500000 bytes'],
    [
      'a forged follower',
      released(ARRIVAL_MS, { payload: { a: 'x'.repeat(12_000_000) } }),
      'entry: must have at most 12000000 characters',
    ],
    ['a forged firing', firing('x'.repeat(12_000_000)), 'entry: must have at most 12000000 characters'],
  ])('%s', (_, fields, reason) => {
    expect(refusal(fields)).toBe(reason);
  });

  test('the limits themselves are met', () => {
    expect(refusal([...base, ...many(99_998, (i) => `payload.${i}`)])).toBe('');
    expect(refusal([...base, `payload${'.a'.repeat(500)}`, '1'])).toBe('');
    expect(refusal(['data', `{"event":"x","resource":{"id":"r"},"a":"${'x'.repeat(1_499_900)}"}`])).toBe('');
  });

  test('what the engine itself writes of the largest events is within its own limits', () => {
    // A number of four characters is written with 21.
    const numbers = '1e20,'.repeat(290_000).slice(0, -1);
    const data = `{"event":"x","resource":{"id":"r"},"payload":{"a":[${numbers}]}}`;
    const decoded = decode({ id, fields: ['data', data] });
    if (decoded.kind !== 'event') throw new Error(decoded.reason);
    const document = JSON.stringify(eventDocument(decoded.event));
    expect(document.length).toBeGreaterThan(4 * data.length);
    expect(refusal(['released', document])).toBe('');
    expect(refusal(firing(document))).toBe('');
    const change = stateChangeEvent(parseFiring(firing(document)), ARRIVAL_MS);
    expect(refusal(firing(JSON.stringify(eventDocument(change))))).toBe('');
  });
});

describe('names that mean something to JavaScript are names like any other', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];

  test.each(names)('%s as a label and as a key of the payload, in JSON and in fields', (name) => {
    const document = `{"event":"x","resource":{"id":"r","${name}":"l"},"payload":{"${name}":{"polluted":1}}}`;
    const flat = [...base, `resource.${name}`, 'l', `payload.${name}.polluted`, '1'];
    for (const fields of [['data', document], flat]) {
      const decoded = decode({ id, fields });
      if (decoded.kind !== 'event') throw new Error(decoded.reason);
      const { resource, payload } = decoded.event;
      expect(Object.keys(resource).sort()).toEqual([name, 'id'].sort());
      expect(resource[name]).toBe('l');
      expect(JSON.stringify(payload)).toBe(`{"${name}":{"polluted":1}}`);
      expect(JSON.stringify(eventDocument(decoded.event))).toContain(`"payload":{"${name}":{"polluted":1}}`);
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect((Object as { polluted?: number }).polluted).toBeUndefined();
  });

  test.each(names)('%s is not there where nobody gave it', (name) => {
    const decoded = decode({ id, fields: base });
    if (decoded.kind !== 'event') throw new Error(decoded.reason);
    expect(decoded.event.resource[name]).toBeUndefined();
  });
});

describe('bytes that are no UTF-8', () => {
  test.each([
    ['in a document', ['data', '{"event":"\ufffd","resource":{"id":"r"}}'], 'data'],
    ['in a value', ['event', '\ufffd', 'resource.id', 'r'], 'event'],
    ['in a name', [...base, 'payload.\ufffd', '1'], 'payload.\ufffd'],
  ])('%s are refused, since two different texts would be taken for one', (_, fields, place) => {
    expect(refusal(fields)).toBe(`${place}: must be valid UTF-8 (write U+FFFD as \\ufffd in JSON)`);
  });

  test('the character that stands for them may be written as its escape', () => {
    expect(refusal(['data', '{"event":"\\ufffd","resource":{"id":"r"}}'])).toBe('');
  });

  test('half a character is refused in an escape too', () => {
    expect(refusal(['data', '{"event":"\\ud800","resource":{"id":"r"}}'])).toBe('event: must be well-formed Unicode');
  });
});
