import { describe, expect, test } from 'vitest';
import { event, reason, received } from './entries.ts';

describe('flat fields', () => {
  test('make an event as people type it', () => {
    const fields =
      'event order.failed resource.id customer.7 resource.a.b.c x related.1.id agent.1 related.1.role agent related.0.id order.9 related.0.role order ' +
      'id e-1 follows e-0 occurred 2026-03-02T08:00:00Z payload.total 12 payload.deep.er true received never';
    expect(event(...fields.split(' '))).toEqual({
      id: 'e-1',
      event: 'order.failed',
      resource: { id: 'customer.7', 'a.b.c': 'x' },
      related: [
        { id: 'order.9', role: 'order' },
        { id: 'agent.1', role: 'agent' },
      ],
      occurred: received - 3_600_000,
      received,
      follows: 'e-0',
      payload: { total: 12, deep: { er: true } },
      causeChain: [],
    });
  });

  test('may be given whole, as JSON', () => {
    const whole = {
      resource: { id: 'r' },
      related: [{ id: 'o', role: 'order' }],
      payload: { a: [1] },
    };
    const fields = Object.entries(whole).flatMap(([name, value]) => [name, JSON.stringify(value)]);
    expect(event('event', '', ...fields, 'cause_chain', '["a"]')).toMatchObject({
      ...whole,
      event: '',
      causeChain: ['a'],
    });
  });

  test('keep label values as the text they are', () => {
    expect(event('event', 'x', 'resource.id', '7', 'resource.n', 'true').resource).toEqual({ id: '7', n: 'true' });
  });

  test.each<[string, unknown]>([
    ['12', 12],
    ['-1.5', -1.5],
    ['1e+21', 1e21],
    ['true', true],
    ['false', false],
    ['null', null],
    ['{"a":[1]}', { a: [1] }],
    ['[]', []],
    ['1.0', '1.0'],
    ['007', '007'],
    ['-0', '-0'],
    ['1e400', '1e400'],
    ['12345678901234567890', '12345678901234567890'],
    ['NaN', 'NaN'],
    ['truely', 'truely'],
    ['"x"', '"x"'],
    ['{broken', '{broken'],
    [' 12', ' 12'],
    ['', ''],
    ['two words', 'two words'],
  ])('the payload value %j is %j', (text, value) => {
    expect(event('event', 'x', 'resource.id', 'r', 'payload.v', text).payload).toEqual({ v: value });
  });

  test('cannot reach inherited members', () => {
    const fields = [
      'payload.__proto__.polluted',
      'yes',
      'resource.__proto__',
      'p',
      'payload.constructor.prototype.polluted',
      'yes',
    ];
    const { payload, resource } = event('event', 'x', 'resource.id', 'r', ...fields);
    expect(JSON.stringify(payload)).toBe(
      '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}',
    );
    expect(JSON.stringify(resource)).toBe('{"id":"r","__proto__":"p"}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  const base = ['event', 'x', 'resource.id', 'r'];
  test.each<[string[], string]>([
    [['event', 'x'], 'resource: is required'],
    [['resource.id', 'r'], 'event: is required'],
    [[...base, 'colour', 'red'], 'colour: unknown field'],
    [[...base, 'resource.', 'x'], 'resource.: unknown field'],
    [[...base, 'payload.', 'x'], 'payload.: unknown field'],
    [[...base, 'related.0', '{}'], 'related.0: unknown field'],
    [[...base, 'related.01.id', 'x'], 'related.01.id: unknown field'],
    [[...base, 'related.-1.id', 'x'], 'related.-1.id: unknown field'],
    [[...base, 'related.500.id', 'x'], 'related.500.id: must have a number below 500'],
    [[...base, 'related.99999999999.id', 'x'], 'related.99999999999.id: must have a number below 500'],
    [
      [...base, 'related.1.id', 'x', 'related.1.role', 'y'],
      'related.0: is missing: related resources are numbered from 0',
    ],
    [[...base, 'related.0.id', 'x'], 'related[0].role: is required'],
    [[...base, 'event', 'y'], 'event: is given twice'],
    [[...base, 'resource.id', 's'], 'resource.id: is given twice'],
    [[...base, 'resource', '{"id":"r"}'], 'resource: must be given either whole or in pieces'],
    [['event', 'x', 'resource', '{"id":"r"}', 'resource.a', 'b'], 'resource.a: must not be given beside resource'],
    [[...base, 'related', '[]', 'related.0.id', 'b'], 'related.0.id: must not be given beside related'],
    [[...base, 'payload', '{}', 'payload.a', '1'], 'payload.a: must not be given beside payload'],
    [
      [...base, 'payload.a', '{}', 'payload.a.__proto__.b', '1'],
      'payload.a.__proto__.b: must not be given beside payload.a',
    ],
    [[...base, 'payload.a.b', '1', 'payload.a', '{}'], 'payload.a: has a value already'],
    [[...base, 'payload.a..b', '1'], 'payload.a..b: must not have an empty part'],
    [[...base, 'data', '{}'], 'data: must be the only field'],
    [['data', '{}', 'event', 'x'], 'data: must be the only field'],
    [['data', '{}', 'data', '{}'], 'data: must be the only field'],
    [[...base, 'related', 'null'], 'related: must be a list of resources'],
    [[...base, 'cause_chain', '5'], 'cause_chain: must be a list of automation ids'],
    [[...base, 'occurred', 'soon'], 'occurred: must be an ISO timestamp'],
    [[...base, 'id', ''], 'id: must be a text of 1 to 128 characters'],
    [[...base, 'resource.b', 'caf\ufffd'], 'resource.b: must be valid UTF-8 (write U+FFFD as \\ufffd in JSON)'],
    [[...base, 'payload.a', 'x'.repeat(1_500_000)], 'entry: must have at most 1500000 bytes'],
    [[...base, `payload${'.a'.repeat(700_000)}`, '1'], 'payload: must not be nested deeper than 500 levels'],
  ])('case %#: refused with the name of the field', (fields, expected) => {
    expect(reason(...fields)).toBe(expected);
  });

  test('of broken JSON are refused', () => {
    expect(reason('event', 'x', 'resource', '{')).toMatch(/^resource: is not JSON: /);
  });
});
