import { describe, expect, test } from 'vitest';
import {
  effectiveTime,
  eventDocument,
  parseEvent,
  parseEventDocument,
  resourceId,
  resourceName,
  resourceRole,
} from '../../../src/model/event.ts';
import { refusal } from './entries.ts';

const received = Date.UTC(2026, 2, 2, 9);
const arrival = { entryId: '1772442000000-7', received };
const minimal = { event: 'x', resource: { id: 'r' } };

function nested(levels: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let i = 1; i < levels; i += 1) value = { a: value };
  return value;
}

const reason = (document: unknown): string => refusal(() => parseEvent(document, arrival));

test('the shortest event is completed', () => {
  expect(parseEvent(minimal, arrival)).toEqual({
    id: 'entry-1772442000000-7',
    event: 'x',
    resource: { id: 'r' },
    related: [],
    occurred: received,
    received,
    follows: null,
    payload: {},
    causeChain: [],
  });
});

test("a full event is read as it is, and what is unknown or not the sender's to say is ignored", () => {
  const related = [
    { id: 'order.9', role: 'order' },
    { 'prefect.resource.id': 'a', 'prefect.resource.role': 'agent' },
  ];
  const event = parseEvent(
    {
      id: 'e-1',
      event: '',
      resource: { 'prefect.resource.id': 'r', region: 'eu' },
      related,
      occurred: '2026-03-02T08:59:59.1239',
      follows: 'e-0',
      payload: { n: [1, null] },
      cause_chain: ['a', 'b'],
      received: '1999-01-01T00:00:00Z',
      unknown: 1,
    },
    arrival,
  );
  expect(event).toEqual({
    id: 'e-1',
    event: '',
    resource: { 'prefect.resource.id': 'r', region: 'eu' },
    related,
    occurred: received - 877,
    received,
    follows: 'e-0',
    payload: { n: [1, null] },
    causeChain: ['a', 'b'],
  });
});

test('null stands for missing where the rules say so', () => {
  const event = parseEvent({ ...minimal, id: null, occurred: null, follows: null }, arrival);
  expect([event.id, event.occurred, event.follows]).toEqual(['entry-1772442000000-7', received, null]);
});

const long = (n: number): string => '😀'.repeat(n);
const labels = (n: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [i ? `l${i}` : 'id', 'x']));
const resources = (n: number): object[] => Array.from({ length: n }, () => ({ id: 'a', role: 'b' }));

describe('an event is refused with the place and the reason', () => {
  const cases: [unknown, string][] = [
    [null, 'event: must be an object'],
    [[minimal], 'event: must be an object'],
    ['x', 'event: must be an object'],
    [{ resource: { id: 'r' } }, 'event: is required'],
    [{ ...minimal, event: 5 }, 'event: must be a string'],
    [{ ...minimal, event: null }, 'event: must be a string'],
    [{ ...minimal, event: long(1025) }, 'event: must have at most 1024 characters'],
    [{ ...minimal, event: '\udc00' }, 'event: must be well-formed Unicode'],
    [{ ...minimal, id: '' }, 'id: must be a text of 1 to 128 characters'],
    [{ ...minimal, id: long(129) }, 'id: must be a text of 1 to 128 characters'],
    [{ ...minimal, id: 7 }, 'id: must be a text of 1 to 128 characters'],
    [{ ...minimal, id: 'a\ud800' }, 'id: must be well-formed Unicode'],
    [{ ...minimal, follows: '' }, 'follows: must be a text of 1 to 128 characters'],
    [{ ...minimal, follows: {} }, 'follows: must be a text of 1 to 128 characters'],
    [{ event: 'x' }, 'resource: is required'],
    [{ event: 'x', resource: null }, 'resource: must be an object'],
    [{ event: 'x', resource: [] }, 'resource: must be an object'],
    [{ event: 'x', resource: {} }, 'resource.id: is required'],
    [{ event: 'x', resource: { id: '' } }, 'resource.id: must not be empty'],
    [{ event: 'x', resource: { id: '', 'prefect.resource.id': 'r' } }, 'resource.id: must not be empty'],
    [{ event: 'x', resource: { id: 'r', region: 5 } }, 'resource.region: must be a string'],
    [{ event: 'x', resource: { id: 'r', 'a.b': null } }, 'resource.a.b: must be a string'],
    [{ event: 'x', resource: { id: 'r', a: '\ud800' } }, 'resource.a: must be well-formed Unicode'],
    [{ event: 'x', resource: labels(501) }, 'resource: must have at most 500 labels'],
    [{ ...minimal, related: null }, 'related: must be a list of resources'],
    [{ ...minimal, related: {} }, 'related: must be a list of resources'],
    [{ ...minimal, related: ['a'] }, 'related[0]: must be an object'],
    [{ ...minimal, related: [{ id: 'a', role: 'b' }, { id: 'c' }] }, 'related[1].role: is required'],
    [{ ...minimal, related: [{ id: 'a', role: '' }] }, 'related[0].role: must not be empty'],
    [{ ...minimal, related: [{ role: 'b' }] }, 'related[0].id: is required'],
    [{ ...minimal, related: [{ id: 'a', role: 'b', n: true }] }, 'related[0].n: must be a string'],
    [{ ...minimal, related: resources(501) }, 'related: must have at most 500 entries'],
    [{ ...minimal, occurred: 'soon' }, 'occurred: must be an ISO timestamp'],
    [{ ...minimal, occurred: true }, 'occurred: must be an ISO timestamp'],
    [{ ...minimal, occurred: '1772442000' }, 'occurred: must be an ISO timestamp'],
    [{ ...minimal, occurred: 253402300800000 }, 'occurred: must be an ISO timestamp'],
    [{ ...minimal, occurred: -1e11 }, 'occurred: must be an ISO timestamp'],
    [{ ...minimal, payload: null }, 'payload: must be an object'],
    [{ ...minimal, payload: [] }, 'payload: must be an object'],
    [{ ...minimal, payload: nested(501) }, 'payload: must not be nested deeper than 500 levels'],
    [{ ...minimal, cause_chain: 'a' }, 'cause_chain: must be a list of automation ids'],
    [{ ...minimal, cause_chain: ['a', 5] }, 'cause_chain[1]: must be a string'],
  ];
  test.each(cases.map(([document, expected]) => [expected, document]))('%s (case %#)', (expected, document) => {
    expect(reason(document)).toBe(expected);
  });
});

describe('a number is when it occurred, in seconds while it is small and in milliseconds from then on', () => {
  test.each([
    [1_772_442_000, 1_772_442_000_000],
    [1_772_442_000.123, 1_772_442_000_123],
    [1_772_442_000.1239, 1_772_442_000_123],
    [1_772_442_000_123, 1_772_442_000_123],
    [1_772_442_000_123.9, 1_772_442_000_123],
    [0, 0],
    [-1.5, -1_500],
    [-0.0005, -1],
    [1e-9, 0],
    [99_999_999_999, 99_999_999_999_000],
    [100_000_000_000, 100_000_000_000],
  ])('%d is %d ms', (occurred, ms) => {
    expect(parseEvent({ ...minimal, occurred }, { entryId: '1-1', received: 5 }).occurred).toBe(ms);
  });
});

test('what just keeps the limits is accepted', () => {
  const document = {
    id: long(128),
    follows: long(128),
    event: long(1024),
    resource: labels(500),
    related: resources(500),
    payload: nested(500),
  };
  expect(reason(document)).toBe('accepted');
});

test('labels named like inherited members are labels, and absent ones are absent', () => {
  const { resource } = parseEvent(JSON.parse('{"event":"x","resource":{"id":"r","__proto__":"p"}}'), arrival);
  expect([Reflect.get(resource, '__proto__'), resource.constructor, resource.toString]).toEqual([
    'p',
    undefined,
    undefined,
  ]);
  expect(Object.keys(resource)).toEqual(['id', '__proto__']);
  expect(JSON.stringify(resource)).toBe('{"id":"r","__proto__":"p"}');
});

test('the reason stays short however long the label is', () => {
  expect(reason({ event: 'x', resource: { id: 'r', [long(100_000)]: 5 } }).length).toBeLessThan(600);
});

test("the labels of an event are its own, not the sender's object", () => {
  const resource = { id: 'r' };
  const event = parseEvent({ event: 'x', resource }, arrival);
  resource.id = 'changed';
  expect(event.resource.id).toBe('r');
});

test('nothing happens after it was received', () => {
  expect(effectiveTime({ occurred: 5, received: 3 })).toBe(3);
  expect(effectiveTime({ occurred: 2, received: 3 })).toBe(2);
});

test('the short label names a resource, the long one only when there is no short one', () => {
  const both = {
    id: '',
    'prefect.resource.id': 'p',
    role: 'a',
    'prefect.resource.role': 'b',
    name: 'c',
    'prefect.resource.name': 'd',
  };
  expect([resourceId(both), resourceRole(both), resourceName(both)]).toEqual(['', 'a', 'c']);
  const long = { 'prefect.resource.id': 'p', 'prefect.resource.role': 'b', 'prefect.resource.name': 'd' };
  expect([resourceId(long), resourceRole(long), resourceName(long)]).toEqual(['p', 'b', 'd']);
  expect([resourceId({}), resourceRole({}), resourceName({})]).toEqual([undefined, undefined, undefined]);
});

test('a complete event survives being written and read', () => {
  const event = parseEvent(
    { ...minimal, id: 'e', follows: 'd', occurred: '1969-01-01', cause_chain: ['a'], payload: { n: 1 } },
    arrival,
  );
  const document = eventDocument(event);
  expect(document).toEqual({
    id: 'e',
    event: 'x',
    resource: { id: 'r' },
    related: [],
    occurred: '1969-01-01T00:00:00.000Z',
    follows: 'd',
    payload: { n: 1 },
    cause_chain: ['a'],
    received: '2026-03-02T09:00:00.000Z',
  });
  expect(parseEventDocument(JSON.parse(JSON.stringify(document)), '1-1')).toEqual(event);
});

test.each([
  [undefined, 'received: is required'],
  [5, 'received: must be an ISO timestamp'],
])('an event of the engine whose received is %j is refused', (received, expected) => {
  expect(() => parseEventDocument({ ...minimal, id: 'e', received }, '1-1')).toThrow(expected);
});
