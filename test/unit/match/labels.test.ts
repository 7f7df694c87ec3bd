import { describe, expect, test } from 'vitest';
import { compileLookup, covers, type Keyed, lookup } from '../../../src/match/labels.ts';
import type { Labels } from '../../../src/model/event.ts';
import { parseExact } from '../../../src/model/exact.ts';
import type { Spec } from '../../../src/model/trigger.ts';
import { eventTrigger } from './plans.ts';

type SpecDocument = Record<string, string[]>;

function specOf(document: SpecDocument): Spec {
  return new Map(Object.entries(document));
}

describe('looking up a label', () => {
  const event: Keyed = {
    payload: {},
    resource: {
      id: 'customer.7',
      'a:b': 'colon',
      'related:x': 'plain',
      'related:nobody:x': 'fallback',
      'RELATED:order:kind': 'upper',
    },
    related: [
      { id: 'o.1', role: 'order' },
      { id: 'o.2', role: 'order', kind: 'second' },
      { id: 'r.1', role: 'a:b', c: 'deep' },
      { id: 'p.1', 'prefect.resource.role': 'flow', name: 'nightly' },
    ],
  };

  test.each([
    ['id', 'customer.7'],
    ['missing', undefined],
    ['a:b', 'colon'],
    ['related:order:id', 'o.1'],
    ['related:order:kind', undefined],
    ['related:a:b:c', 'deep'],
    ['related:nobody:x', 'fallback'],
    ['related:nobody:y', undefined],
    ['related:x', 'plain'],
    ['related', undefined],
    ['RELATED:order:kind', 'upper'],
    ['related:flow:name', 'nightly'],
    ['related::id', undefined],
    ['', undefined],
  ])('%j gives %j', (name, value) => {
    expect(lookup(event, name)).toBe(value);
    expect(compileLookup(name)(event)).toBe(value);
  });

  test('does not fall back on the primary resource when the first of the role lacks the label', () => {
    expect(
      lookup(
        { resource: { id: 'a', 'related:r:x': 'mine' }, related: [{ id: 'b', role: 'r' }], payload: {} },
        'related:r:x',
      ),
    ).toBe(undefined);
  });

  test('knows no inherited label, and every own one', () => {
    const own = JSON.parse('{"id": "a", "role": "r", "__proto__": "set", "constructor": "set"}') as Labels;
    for (const name of ['__proto__', 'constructor', 'toString', 'related:r:__proto__', 'related:r:toString']) {
      expect(lookup({ resource: { id: 'a' }, related: [{ id: 'b', role: 'r' }], payload: {} }, name), name).toBe(
        undefined,
      );
    }
    for (const name of ['__proto__', 'constructor', 'related:r:__proto__', 'related:r:constructor']) {
      expect(lookup({ resource: own, related: [own], payload: {} }, name), name).toBe('set');
    }
    expect(lookup({ resource: own, related: [own], payload: {} }, 'related:r:toString')).toBe(undefined);
  });

  test('knows no aliases', () => {
    const prefixed = {
      resource: { 'prefect.resource.id': 'a', 'prefect.resource.name': 'n' },
      related: [],
      payload: {},
    };
    expect(lookup(prefixed, 'id')).toBe(undefined);
    expect(lookup(prefixed, 'name')).toBe(undefined);
    expect(lookup(prefixed, 'prefect.resource.id')).toBe('a');
  });
});

describe('looking into the payload', () => {
  const event = (payload: string, resource: Labels = { id: 'a' }): Keyed => ({
    resource,
    related: [],
    payload: parseExact(payload, 'payload') as Keyed['payload'],
  });

  test.each([
    ['{"a":"x"}', 'payload.a', 'x'],
    ['{"a":""}', 'payload.a', ''],
    ['{"a":{"b":{"c":"x"}}}', 'payload.a.b.c', 'x'],
    ['{"a":[{"b":"x"},"y"]}', 'payload.a.0.b', 'x'],
    ['{"a":[{"b":"x"},"y"]}', 'payload.a.1', 'y'],
    ['{"a":["x"]}', 'payload.a.1', undefined],
    ['{"a":["x"]}', 'payload.a.00', undefined],
    ['{"a":["x"]}', 'payload.a.-0', undefined],
    ['{"a":["x"]}', 'payload.a.length', undefined],
    ['{"a":{"0":"x","00":"y"}}', 'payload.a.0', 'x'],
    ['{"a":{"0":"x","00":"y"}}', 'payload.a.00', 'y'],
    ['{"a":"text"}', 'payload.a.0', undefined],
    ['{"a":"text"}', 'payload.a.length', undefined],
    ['{"a":1}', 'payload.a', '1'],
    ['{"a":1.0}', 'payload.a', '1'],
    ['{"a":0.1}', 'payload.a', '0.1'],
    ['{"a":1e21}', 'payload.a', '1e+21'],
    ['{"a":12345678901234567890}', 'payload.a', '12345678901234567890'],
    ['{"a":12345678901234567890}', 'payload.a.rawJSON', undefined],
    ['{"a":1e400}', 'payload.a', '1e400'],
    ['{"a":true,"b":false}', 'payload.b', 'false'],
    ['{"a":null}', 'payload.a', undefined],
    ['{"a":{}}', 'payload.a', undefined],
    ['{"a":[]}', 'payload.a', undefined],
    ['{"":{"":"x"}}', 'payload..', 'x'],
    ['{"":"x"}', 'payload.', 'x'],
    ['{"a.b":"x"}', 'payload.a.b', undefined],
    ['{"a":"x"}', 'payload', undefined],
    ['{"a":"x"}', 'Payload.a', undefined],
    ['{}', 'payload.toString', undefined],
    ['{}', 'payload.__proto__.a', undefined],
    ['{"__proto__":"x"}', 'payload.__proto__', 'x'],
  ])('%s has at %s %j', (payload, name, value) => {
    expect(lookup(event(payload), name)).toBe(value);
  });

  test('is the last step: a label of this name comes first', () => {
    expect(lookup(event('{"a":"x"}', { id: 'a', 'payload.a': 'label' }), 'payload.a')).toBe('label');
  });
});

describe('covering an event', () => {
  const resource = { id: 'customer.7', env: 'production' };
  const order = { id: 'order.1', role: 'order', kind: 'new' };
  const flow = { id: 'flow.1', role: 'flow', kind: 'old' };
  const rows: [
    promise: string,
    match: SpecDocument,
    matchRelated: SpecDocument[],
    related: Labels[],
    covered: boolean,
  ][] = [
    ['no condition covers everything', {}, [], [], true],
    ['every label must match', { id: ['customer.*'], env: ['production'] }, [], [], true],
    ['one label that does not match is enough to fail', { id: ['customer.*'], env: ['staging'] }, [], [], false],
    ['one pattern of a list is enough', { env: ['staging', 'prod*'] }, [], [], true],
    ['a negated pattern is one pattern of the list', { env: ['production', '!production'] }, [], [], true],
    ['an empty list never matches', { id: [] }, [], [], false],
    ['an absent label never matches', { region: ['*'] }, [], [], false],
    ['an absent label does not even match a negation', { region: ['!eu'] }, [], [], false],
    ['an inherited key is no label', { toString: ['*'] }, [], [], false],
    ['a related name is only a label here', { 'related:order:kind': ['new'] }, [], [order], false],
    ['a prefixed name is not the short one', { 'prefect.resource.id': ['*'] }, [], [], false],
    ['an empty related specification is met without related resources', {}, [{}], [], true],
    ['a related specification needs a related resource', {}, [{ role: ['order'] }], [], false],
    ['any related resource will do', {}, [{ role: ['flow'] }], [order, flow], true],
    ['one resource must match the whole specification', {}, [{ role: ['order'], kind: ['old'] }], [order, flow], false],
    [
      'different specifications may be met by different resources',
      {},
      [{ role: ['order'] }, { kind: ['old'] }],
      [order, flow],
      true,
    ],
    ['every specification must be met', {}, [{ role: ['order'] }, { kind: ['lost'] }], [order, flow], false],
    ['the primary resource is not related', {}, [{ id: ['customer.7'] }], [order], false],
    ['both sides must be met', { id: ['nobody'] }, [{ role: ['order'] }], [order], false],
  ];

  test.each(rows)('%s', (_promise, match, matchRelated, related, covered) => {
    const trigger = eventTrigger({ match: specOf(match), matchRelated: matchRelated.map(specOf) });
    expect(covers(trigger)({ resource, related })).toBe(covered);
  });
});
