import { describe, expect, test } from 'vitest';
import { eventDocument, parseEvent } from '../../../src/model/event.ts';
import { decode, sealEvent } from '../../../src/model/intake.ts';
import { entry, entryId, event, json, minimal, reason, received } from './entries.ts';

const nestedJson = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('JSON in data', () => {
  test('is an event of its sender', () => {
    const decoded = entry(...json({ ...minimal, id: 'e', related: [{ id: 'o', role: 'order' }] }));
    const document = { ...minimal, id: 'e', related: [{ id: 'o', role: 'order' }] };
    expect(decoded).toEqual({
      kind: 'event',
      event: parseEvent(document, { entryId, received }),
      own: false,
      waits: true,
      claims: null,
    });
  });

  test('is named by its entry and dated by its arrival when it says neither', () => {
    expect(event(...json(minimal))).toMatchObject({ id: `entry-${entryId}`, occurred: received, received });
  });

  test.each([
    ['{"event":', /^data: is not JSON: /],
    ['', /^data: is not JSON: /],
    ['"\ud800', /^data: is not JSON: /],
    ['5', /^data: must be an object$/],
    ['null', /^data: must be an object$/],
    ['[{"event":"x"}]', /^data: must be an object$/],
    ['{"resource":{"id":"r"}}', /^event: is required$/],
    ['{"event":"x","resource":{"id":"r","region":5}}', /^resource\.region: must be a string$/],
    ['{"event":"x","resource":{"id":"caf\ufffd"}}', /^data: must be valid UTF-8/],
    [
      `{"event":"x","resource":{"id":"r"},"payload":${nestedJson(501)}}`,
      /^payload: must not be nested deeper than 500 levels$/,
    ],
    [`{"event":"x","resource":{"id":"r"},"payload":${nestedJson(200_000)}}`, /^payload: must not be nested deeper/],
    ['['.repeat(700_000), /^data: is not JSON: /],
  ])('%.40s is refused', (text, expected) => {
    expect(reason('data', text)).toMatch(expected);
  });

  test('may hold a replacement character as an escape', () => {
    expect(event('data', '{"event":"x","resource":{"id":"caf\\ufffd"}}').resource.id).toBe('caf\ufffd');
  });

  test('may have 1 500 000 bytes, and no more', () => {
    const filled = (bytes: number, unit: string): string => {
      const empty = JSON.stringify({ ...minimal, payload: { text: '' } });
      return empty.replace('""', `"${unit.repeat((bytes - empty.length) / Buffer.byteLength(unit))}"`);
    };
    expect(reason('data', filled(1_500_000, 'x'))).toBe('accepted');
    expect(reason('data', filled(1_500_001, 'x'))).toBe('data: must have at most 1500000 bytes');
    const two = filled(1_500_002, 'é');
    expect(Buffer.byteLength(two)).toBeGreaterThan(1_500_000);
    expect(reason('data', two)).toBe('data: must have at most 1500000 bytes');
  });
});

describe("the engine's own entries", () => {
  const fired = [
    'firing',
    'f1',
    'automation',
    'a',
    'revision',
    '2',
    'path',
    '',
    'name',
    'A',
    'posture',
    'Reactive',
    'state',
    'Triggered',
    'triggered',
    String(received - 5),
    'decided',
    String(received),
    'labels',
    '{"id":"r"}',
    'event',
    '',
  ];

  test('a firing enters as its state-change event and neither moves the clock nor waits', () => {
    expect(entry(...fired)).toMatchObject({
      kind: 'event',
      own: true,
      waits: false,
      claims: 'firing',
      event: { id: 's-f1', event: 'automation.triggered', occurred: received - 5, received },
    });
  });

  test('a released follower keeps its first arrival and waits no more', () => {
    const first = parseEvent(
      { ...minimal, id: 'e', follows: 'lost', payload: { text: 'caf\ufffd' } },
      { entryId: '5-0', received: 5 },
    );
    const decoded = entry('released', JSON.stringify(eventDocument(first)), 'leader', 'lost');
    expect(decoded).toEqual({ kind: 'event', event: first, own: false, waits: false, claims: 'released' });
  });

  test.each([
    [['released', '{'], /^released: is not JSON/],
    [['released', '5'], /^event: must be an object$/],
    [['released', JSON.stringify({ ...minimal, id: 'e' })], /^received: is required$/],
    [['firing', 'f1'], /^state: is required$/],
    [['firing'], /^entry: has a field without a value$/],
    [[...fired.slice(0, -1), '{}'], /^event\.received: is required$/],
  ])('case %#: broken ones are refused like any other', (fields, expected) => {
    expect(reason(...fields)).toMatch(expected);
  });
});

describe('an entry that is none', () => {
  test.each([
    [[], 'entry: has no fields'],
    [['data'], 'entry: has a field without a value'],
    [['event', 'x', 'resource.id'], 'entry: has a field without a value'],
  ])('%j is refused', (fields, expected) => {
    expect(reason(...fields)).toBe(expected);
  });

  test.each([['18446744073709551615-1'], ['253402300800000-0'], ['x'], ['-1'], ['']])(
    'under the id %j is refused',
    (id) => {
      expect(decode({ id, fields: json(minimal) })).toEqual({
        kind: 'rejected',
        reason: 'entry: its id is not a time',
      });
    },
  );
});

describe('an event that is sealed for the log', () => {
  const seal = (document: unknown) => sealEvent(document, () => 'new', received);

  test.each<[string, object, string]>([
    ['an event with an id', { ...minimal, id: 'e' }, 'e'],
    ['an event without one', minimal, 'new'],
    ['an event whose id is null', { ...minimal, id: null }, 'new'],
    ['a CloudEvent', { specversion: '1.0', id: '1', source: '/s', type: 't' }, '/s#1'],
    ['a replacement character', { ...minimal, resource: { id: 'caf\ufffd' } }, 'new'],
    ['what JSON writes in its own way', { ...minimal, occurred: new Date(0), payload: { at: undefined } }, 'new'],
  ])('%s is what the log will give', (_, document, id) => {
    const { event: sealed, data } = seal(document);
    expect(sealed.id).toBe(id);
    expect(event('data', data)).toEqual(sealed);
  });

  test.each<[unknown, RegExp]>([
    [null, /^event: must be an object$/],
    [[minimal], /^event: must be an object$/],
    [{ ...minimal, payload: { n: 1n } }, /^payload\.n: must be a value of JSON: send a bigint as text/],
    [{ ...minimal, payload: { text: 'x'.repeat(1_500_000) } }, /^data: must have at most 1500000 bytes$/],
    [{ specversion: '1.0', source: '/s', type: 't' }, /^id: is required$/],
    [{ ...minimal, id: '' }, /^id: must be a text of 1 to 128 characters$/],
  ])('case %#: what the log would reject is refused', (document, expected) => {
    expect(() => seal(document)).toThrow(expected);
  });
});

describe('an entry that was set straight', () => {
  const first = '18446744073709551615-3';

  test('is what it was, by its first id and its present arrival', () => {
    const decoded = entry('straightened', first, ...json(minimal));
    expect(decoded).toMatchObject({
      kind: 'event',
      own: false,
      waits: false,
      claims: 'straightened',
      event: { id: `entry-${first}`, received },
    });
  });

  test.each([[[]], [['only a field']], [['data', 'no JSON']]])('is rejected for what it was (%j)', (fields) => {
    expect(entry('straightened', first, ...fields)).toEqual(entry(...fields));
  });
});
