import { describe, expect, test } from 'vitest';
import { InvalidDocument } from '../../../src/errors.ts';
import { holdMsOf, parseSource, parseSources, streamsOf } from '../../../src/model/source.ts';

const shop = {
  name: 'shop',
  type: 'stream',
  stream: 'shop:orders',
  where: 'entry.status != "test"',
  event: 'order.{{ entry.status }}',
  resource: { id: 'customer.{{ entry.customer_id }}' },
};

function problems(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof InvalidDocument) return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe('a source', () => {
  test('is read as it stands in the file', () => {
    expect(parseSource(shop, 'sources[0]')).toEqual(shop);
    expect(streamsOf(parseSource(shop, ''))).toMatchObject([{ name: 'shop', key: 'shop:orders', queue: null }]);
  });

  test('of BullMQ is a stream for each queue', () => {
    const spec = parseSource({ name: 'jobs', type: 'bullmq', queues: ['emails', 'billing'] }, '');
    expect(streamsOf(spec).map(({ name, key }) => [name, key])).toEqual([
      ['jobs/emails', 'bull:emails:events'],
      ['jobs/billing', 'bull:billing:events'],
    ]);
  });

  test.each<[object, string]>([
    [{ type: 'kafka' }, 's.type: must be one of stream, bullmq, prefect, webhook, cloudevents'],
    [
      { name: '7' },
      's.name: must be 1 to 32 letters, digits, ".", "_" or "-", with a letter first, and neither "front" nor "g"',
    ],
    [
      { name: 'front' },
      's.name: must be 1 to 32 letters, digits, ".", "_" or "-", with a letter first, and neither "front" nor "g"',
    ],
    [{ stream: undefined }, 's.stream: is required'],
    [{ form: 'new' }, 's.form: unknown key'],
    [{ from: 'now' }, 's.from: must be new, start, or the id of an entry as 1700000000000-0'],
    [{ hold: '16m' }, 's.hold: must be a duration from 0 s to 15 minutes'],
    [{ where: 'payload.x == 1' }, 's.where: unknown variable "payload"'],
    [{ event: '{{ order.id }}' }, 's.event: there is no order: templates know entry, headers, id, source, draft'],
    [{ event: '{{ entry.id' }, 's.event: output "{{ entry.id" not closed (line 1, column 1)'],
    [{ resource: undefined }, 's.resource: is required without a preset'],
    [{ preset: 'nothing' }, 's.preset: must be one of'],
    [{ json: 'data' }, 's.json: must be a list of names'],
  ])('with %j is refused by field and reason', (more, told) => {
    const [first] = problems(() => parseSource({ ...shop, ...more }, 's'));
    expect(first).toContain(told);
  });

  test('tells all that is wrong with it at once', () => {
    expect(problems(() => parseSource({ ...shop, where: '1 +', event: '{{ x }}' }, 's'))).toHaveLength(2);
  });

  test('has a name and a path of its own', () => {
    const hook = { name: 'a', type: 'webhook', path: '/in/x', preset: 'watchfire' };
    expect(problems(() => parseSources({ sources: [shop, { ...shop, name: 'Shop' }] }))).toEqual([
      'sources[1].name: is that of sources[0] too',
    ]);
    expect(problems(() => parseSources({ sources: [hook, { ...hook, name: 'b' }] }))).toEqual([
      'sources[1].path: is that of sources[0] too',
    ]);
  });

  test.each([
    [undefined, 300_000],
    ['0s', 0],
    [0, 0],
    ['15m', 900_000],
    ['15m1s', null],
    ['-1s', null],
    ['soon', null],
  ])('with hold %j holds absences for %j ms', (hold, ms) => {
    expect(holdMsOf(hold)).toBe(ms);
  });
});

test('the file is an object with a list', () => {
  expect(problems(() => parseSources([]))).toEqual(['sources file: must be an object with "sources"']);
  expect(problems(() => parseSources({ sources: {} }))).toEqual(['sources: must be a list']);
  expect(problems(() => parseSources({ source: [] }))).toEqual(['source: unknown key']);
});
