import { describe, expect, test } from 'vitest';
import { incomingOfEntry, incomingOfLetter, sealedBy } from '../../../src/model/foreign-entry.ts';
import type { Incoming } from '../../../src/model/incoming.ts';
import { type MapKeys, mapOf } from '../../../src/model/source-map.ts';

function incoming(entry: unknown, headers: Record<string, string> = {}): Incoming {
  return { source: 'shop', entry, headers, id: 'shop:5-0' };
}

function applied(keys: MapKeys, entry: unknown): unknown {
  return mapOf(keys, '').apply(incoming(entry));
}

const order = { status: 'failed', customer_id: '7', at: '1700000000', total: '12' };
const named: MapKeys = { event: 'order.{{ entry.status }}', resource: { id: 'customer.{{ entry.customer_id }}' } };

describe('a map', () => {
  test('makes an event of the fields of an entry, with the whole entry as its payload', () => {
    expect(applied({ ...named, occurred: '{{ entry.at }}' }, order)).toEqual([
      {
        id: 'shop:5-0',
        event: 'order.failed',
        resource: { id: 'customer.7' },
        occurred: 1_700_000_000,
        payload: order,
      },
    ]);
  });

  test.each<[MapKeys, unknown]>([
    [{ payload: '{{ entry }}' }, { payload: order }],
    [{ payload: { total: '{{ entry.total | plus: 0 }}', kind: 'x' } }, { payload: { total: 12, kind: 'x' } }],
    [{ id: 'order-{{ entry.customer_id }}' }, { id: 'order-7' }],
    [{ related: [{ id: 'shop.1', role: '{{ source }}' }] }, { related: [{ id: 'shop.1', role: 'shop' }] }],
    [{ follows: '{{ entry.status }}' }, { follows: 'failed' }],
    [{ occurred: '2026-03-02T09:00:00Z' }, { occurred: '2026-03-02T09:00:00Z' }],
    [{ event: '{{ draft.payload.status }}' }, { event: 'failed' }],
  ])('with %j gives %j', (keys, more) => {
    expect(applied({ ...named, ...keys }, order)).toMatchObject([more as object]);
  });

  test('passes over what its condition does not want', () => {
    const keys = { ...named, where: 'entry.status != "test" && headers.kind == "a"' };
    const map = mapOf(keys, '');
    expect(map.apply(incoming(order, { kind: 'a' }))).toHaveLength(1);
    expect(map.apply(incoming({ ...order, status: 'test' }, { kind: 'a' }))).toEqual([]);
  });

  test('reads fields that are JSON first', () => {
    const keys = { json: ['data'], event: '{{ entry.data.kind }}', resource: { id: '{{ entry.data.of[0] }}' } };
    expect(applied(keys, { data: '{"kind":"a","of":[7]}' })).toMatchObject([{ event: 'a', resource: { id: '7' } }]);
  });

  test.each<[MapKeys, unknown, string]>([
    [named, { status: 'failed' }, 'resource.id: entry.customer_id has no value'],
    [{ ...named, where: 'entry.kind == "a"' }, order, 'where: no such key "kind"'],
    [{ ...named, payload: '{{ entry.total }}' }, order, 'payload: must be an object'],
    [{ ...named, event: '{{ entry }}' }, order, 'event: must be a text, a number or a boolean'],
    [{ ...named, related: '{{ entry.total }}' }, order, 'related: must be a list of resources'],
    [{ ...named, json: ['total'] }, { ...order, total: '{' }, 'entry.total: is not JSON'],
    [named, 'text', 'event: entry.status has no value'],
  ])('%j refuses %j by the place', (keys, entry, told) => {
    expect(() => applied(keys, entry)).toThrow(told);
  });

  test('gives the event of a preset that has no id the id of its entry', () => {
    const texts = sealedBy(
      mapOf({ preset: 'watchfire' }, ''),
      incoming({ event: 'a', 'resource.id': 'r' }),
      5,
      () => '',
    );
    expect(texts.map((text) => JSON.parse(text))).toEqual([{ event: 'a', resource: { id: 'r' }, id: 'shop:5-0' }]);
  });

  test('takes no names of what the engine gives', () => {
    const map = mapOf({ ...named, id: 'entry-{{ entry.customer_id }}' }, '');
    expect(() => sealedBy(map, incoming(order), 5, () => '')).toThrow('id: must not begin with "entry-"');
  });
});

describe('presets', () => {
  test.each<[string, unknown, unknown]>([
    ['watchfire', { data: '{"event":"a","resource":{"id":"r"},"id":"own"}' }, { event: 'a', id: 'own' }],
    ['watchfire', { event: 'a', 'resource.id': 'r', 'payload.n': '5' }, { event: 'a', payload: { n: 5 } }],
    ['watchfire', { event: 'a', resource: { id: 'r' } }, { event: 'a', resource: { id: 'r' } }],
    [
      'watchfire',
      { data: '{"specversion":"1.0","id":"1","source":"/s","type":"t"}' },
      { event: 't', id: '/s#1', resource: { id: '/s' } },
    ],
    [
      'prefect',
      {
        data: '{"id":"u","event":"prefect.flow-run.Failed","resource":{"prefect.resource.id":"r"},"received":"x"}',
        attributes: '{}',
      },
      { id: 'u', event: 'prefect.flow-run.Failed', resource: { 'prefect.resource.id': 'r' } },
    ],
    [
      'bullmq',
      {
        event: 'failed',
        jobId: '7',
        queue: 'emails',
        name: 'welcome',
        attempts: '3',
        failedReason: 'no',
        prev: 'active',
      },
      {
        event: 'bullmq.job.failed',
        resource: { id: 'bullmq.job.emails.7', queue: 'emails', name: 'welcome', attempts: '3' },
        payload: { failedReason: 'no', prev: 'active' },
      },
    ],
    [
      'bullmq',
      { event: 'drained', queue: 'emails' },
      { event: 'bullmq.queue.drained', resource: { id: 'bullmq.queue.emails' } },
    ],
  ])('%s makes of %j what it says', (preset, entry, event) => {
    expect(applied({ preset }, entry)).toMatchObject([event as object]);
  });
});

describe('an entry of a stream', () => {
  test('is seen as an object of its fields', () => {
    expect(incomingOfEntry('shop', { id: '5-0', fields: ['a', '1', '__proto__', 'x'] })).toEqual({
      source: 'shop',
      id: 'shop:5-0',
      headers: {},
      entry: Object.fromEntries([
        ['a', '1'],
        ['__proto__', 'x'],
      ]),
    });
  });

  test.each([
    [{ id: '5-0', fields: ['a', '\ufffd'] }, 'entry.a: must be valid UTF-8'],
    [{ id: '5-0', fields: [], large: { bytes: 9e6, sha1: '', beginning: '' } }, 'entry: has 9000000 bytes'],
  ])('%j is refused', (entry, told) => {
    expect(() => incomingOfEntry('shop', entry)).toThrow(told);
  });

  test('is seen in its dead letter as it came, of a queue with the queue, of a webhook with body and headers', () => {
    expect(incomingOfLetter('stream', 'shop 5-0', ['a', '1'])).toMatchObject({ id: 'shop:5-0', entry: { a: '1' } });
    expect(incomingOfLetter('bullmq', 'jobs/emails 5-0', ['jobId', '1'])).toMatchObject({
      source: 'jobs/emails',
      entry: { jobId: '1', queue: 'emails' },
    });
    expect(incomingOfLetter('webhook', 'hook d1', ['body', '{"a":1}', 'headers', '{"x":"y"}'])).toMatchObject({
      id: 'hook:d1',
      entry: { a: 1 },
      headers: { x: 'y' },
    });
  });
});
