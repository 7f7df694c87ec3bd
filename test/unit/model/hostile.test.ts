import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventDocument, parseEvent } from '../../../src/model/event.ts';
import { decode } from '../../../src/model/intake.ts';
import { entryId } from './entries.ts';

describe('nothing that can stand in the stream makes decoding throw', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.json(),
    fc.constantFrom('__proto__', 'constructor', '{"__proto__":{"id":"r"}}', '[]', 'null', '\ud800', '\u0000', '1e999'),
  );
  const name = fc.oneof(
    fc.constantFrom(
      'data',
      'firing',
      'released',
      'event',
      'id',
      'follows',
      'occurred',
      'resource',
      'related',
      'payload',
      'cause_chain',
    ),
    fc.constantFrom(
      'state',
      'automation',
      'revision',
      'labels',
      'children',
      'triggered',
      'decided',
      'path',
      'name',
      'posture',
    ),
    hostile.map((text) => `resource.${text}`),
    hostile.map((text) => `payload.${text}`),
    fc.tuple(fc.nat(120), hostile).map(([n, text]) => `related.${n}.${text}`),
    hostile,
  );
  const keys = [
    'id',
    'event',
    'resource',
    'related',
    'occurred',
    'follows',
    'payload',
    'cause_chain',
    'received',
    'specversion',
    'source',
    'type',
  ];
  const nearEvent = fc.dictionary(
    fc.constantFrom(...keys),
    fc.oneof(hostile, fc.constant({ id: 'r', role: 'q' }), fc.anything()),
  );
  const safe = (value: unknown): string => {
    try {
      return JSON.stringify(value) ?? '';
    } catch {
      return '';
    }
  };
  const fields = fc.oneof(
    fc.array(fc.tuple(name, hostile), { maxLength: 8 }).map((pairs) => pairs.flat()),
    nearEvent.map((document) => ['data', safe(document)]),
    nearEvent.map((document) => ['released', safe(document)]),
    fc.array(hostile, { maxLength: 5 }),
  );

  test('whatever it is, it is an event that can be written or a refusal that names its place', () => {
    fc.assert(
      fc.property(fields, (list) => {
        const decoded = decode({ id: entryId, fields: list });
        if (decoded.kind === 'rejected') {
          expect(decoded.reason).toMatch(/^.*: .+$/su);
          expect(decoded.reason).not.toContain('cannot be decoded');
          expect(decoded.reason.isWellFormed()).toBe(true);
          expect(decoded.reason.length).toBeLessThan(1000);
        } else {
          const document = JSON.parse(JSON.stringify(eventDocument(decoded.event)));
          expect(parseEvent(document, { entryId, received: decoded.event.received })).toEqual(decoded.event);
        }
      }),
      { numRuns: 5000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
