import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { entry, event, json, minimal, reason, received } from './entries.ts';

describe('a CloudEvent', () => {
  const cloud = { specversion: '1.0', id: '7', source: '/orders', type: 'order.failed' };

  test('becomes an event about its subject', () => {
    const decoded = entry(
      ...json({
        ...cloud,
        subject: 'order.9',
        time: '2026-03-02T10:00:00+02:00',
        dataschema: 's',
        datacontenttype: 'application/json',
        region: 'eu',
        sequence: 3,
        test: true,
        gone: null,
        follows: 'f',
        data: { total: 12 },
      }),
    );
    expect(decoded).toEqual({
      kind: 'event',
      own: false,
      waits: true,
      claims: null,
      event: {
        id: '/orders#7',
        event: 'order.failed',
        resource: {
          id: 'order.9',
          source: '/orders',
          subject: 'order.9',
          type: 'order.failed',
          dataschema: 's',
          datacontenttype: 'application/json',
          region: 'eu',
          sequence: '3',
          test: 'true',
        },
        related: [],
        occurred: received - 3_600_000,
        received,
        follows: 'f',
        payload: { total: 12 },
        causeChain: [],
      },
    });
  });

  test('without subject is about its source', () => {
    expect(event(...json(cloud)).resource).toEqual({ id: '/orders', source: '/orders', type: 'order.failed' });
  });

  test.each<[object, unknown]>([
    [{}, {}],
    [{ data: { a: 1 } }, { a: 1 }],
    [{ data: [1] }, { data: [1] }],
    [{ data: 'text' }, { data: 'text' }],
    [{ data: null }, { data: null }],
    [{ data_base64: 'AAEC' }, { data_base64: 'AAEC' }],
  ])('with %j carries %j', (data, payload) => {
    expect(event(...json({ ...cloud, ...data })).payload).toEqual(payload);
  });

  test('is named by source and id together, hashed when that is too long', () => {
    expect(event(...json({ ...cloud, source: 's'.repeat(126) })).id).toBe(`${'s'.repeat(126)}#7`);
    const long = `${'s'.repeat(127)}#7`;
    expect(event(...json({ ...cloud, source: 's'.repeat(127) })).id).toBe(
      createHash('sha256').update(long).digest('hex'),
    );
  });

  test('differs from an own event that has a key of that name', () => {
    expect(event(...json({ ...minimal, specversion: '1.0', type: 'y' })).event).toBe('x');
  });

  test.each<[object, string]>([
    [{ specversion: '0.3' }, 'specversion: must be "1.0"'],
    [{ specversion: 1 }, 'specversion: must be "1.0"'],
    [{ id: undefined }, 'id: is required'],
    [{ id: 7 }, 'id: must be a string'],
    [{ source: '' }, 'source: must not be empty'],
    [{ source: '\ud800' }, 'source: must be well-formed Unicode'],
    [{ type: null }, 'type: is required'],
    [{ type: 'x'.repeat(1025) }, 'event: must have at most 1024 characters'],
    [{ subject: '' }, 'subject: must not be empty'],
    [{ subject: 5 }, 'subject: must be a string'],
    [{ time: 'soon' }, 'time: must be an ISO timestamp'],
    [{ time: 5 }, 'time: must be a string'],
    [{ follows: '' }, 'follows: must be a text of 1 to 128 characters'],
    [{ extension: {} }, 'resource.extension: must be a string'],
    [{ extension: 1.5 }, 'resource.extension: must be a string'],
    [{ data_base64: 5 }, 'data_base64: must be a string'],
    [{ data: 1, data_base64: 'AA==' }, 'data_base64: must not be given beside data'],
  ])('with %j is refused', (change, expected) => {
    expect(reason(...json({ ...cloud, ...change }))).toBe(expected);
  });
});
