import { expect, test } from 'vitest';
import { Applier } from '../../src/apply/applier.ts';
import { Batch } from '../../src/apply/batch.ts';
import { Matcher } from '../../src/apply/matcher.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { logLines } from '../support/log-lines.ts';
import type { StreamValue } from '../support/snapshot.ts';
import { World } from '../support/world.ts';

const big = 'x'.repeat(2_000_000);
const data = (document: unknown): string[] => [
  'data',
  typeof document === 'string' ? document : JSON.stringify(document),
];
const event = (rest: object): string[] => data({ event: 'x', resource: { id: 'r' }, ...rest });

/** What people and programs send by mistake, and the field that the dead letter has to name. */
const RUBBISH: [what: string, fields: string[], named: RegExp][] = [
  ['nothing that could be an event', ['hello', 'world'], /^(event|resource|hello)/],
  ['an empty name and value', ['', ''], /^(event|resource|entry|:)/],
  ['a name without a value after it', ['data', '{}', 'more', ''], /^(data|event|resource|more)/],
  ['broken JSON', data('{"event": "x", '), /^data: /],
  ['no JSON at all', data('hello'), /^data: /],
  ['JSON that is a list', data('[1,2]'), /^data: must be an object/],
  ['JSON null', data('null'), /^data: must be an object/],
  ['JSON text', data('"x"'), /^data: must be an object/],
  ['no name', data({ resource: { id: 'r' } }), /^event: is required/],
  ['a name that is a number', event({ event: 7 }), /^event: must be a string/],
  ['a name that is too long', event({ event: 'x'.repeat(1_025) }), /^event: must have at most 1024/],
  ['no resource', data({ event: 'x' }), /^resource: is required/],
  ['a resource that is text', event({ resource: 'r' }), /^resource: must be an object/],
  ['a resource without id', event({ resource: { name: 'r' } }), /^resource\.id: is required/],
  ['a resource with an empty id', event({ resource: { id: '' } }), /^resource\.id: must not be empty/],
  ['a label that is a number', event({ resource: { id: 'r', count: 7 } }), /^resource\.count: must be a string/],
  [
    'too many labels',
    event({ resource: Object.fromEntries([...Array(501)].map((_, i) => [`l${i}`, 'v']).concat([['id', 'r']])) }),
    /^resource: must have at most 500/,
  ],
  ['related that is no list', event({ related: {} }), /^related: must be a list/],
  ['related without role', event({ related: [{ id: 'o' }] }), /^related\[0\]\.role: is required/],
  ['an id that is a number', event({ id: 7 }), /^id: must be a text of 1 to 128/],
  ['an id that is an object', event({ id: { $oid: '1' } }), /^id: must be a text/],
  ['an empty id', event({ id: '' }), /^id: must be a text/],
  ['an id that is too long', event({ id: 'x'.repeat(129) }), /^id: must be a text/],
  [
    'an id with half a character',
    data('{"event":"x","resource":{"id":"r"},"id":"\\ud800"}'),
    /^id: must be well-formed/,
  ],
  ['a time that is none', event({ occurred: 'yesterday' }), /^occurred: must be an ISO timestamp/],
  ['a time beyond all time', event({ occurred: 1e18 }), /^occurred: must be an ISO timestamp/],
  ['a payload that is a list', event({ payload: [1] }), /^payload: must be an object/],
  [
    'a payload nested without end',
    data(`{"event":"x","resource":{"id":"r"},"payload":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`),
    /^(payload|data): /,
  ],
  ['a follows that is a list', event({ follows: ['e'] }), /^follows: must be a text/],
  ['a cause chain of numbers', event({ cause_chain: [1] }), /^cause_chain\[0\]: must be a string/],
  ['two megabytes of JSON', event({ payload: { big } }), /^data: must have at most 1500000 bytes/],
  ['two megabytes of no JSON', data(big), /^data: must have at most 1500000 bytes/],
  [
    'two megabytes in a flat field',
    ['event', 'x', 'resource.id', 'r', 'payload.big', big],
    /^\S+: must have at most 1500000 bytes/,
  ],
  ['a firing of nobody', ['firing', 'x'], /^\w+: /],
  [
    'a firing with a state of its own',
    [
      'firing',
      'x',
      'automation',
      'a',
      'revision',
      '1',
      'path',
      '',
      'name',
      'n',
      'posture',
      '',
      'state',
      'Maybe',
      'triggered',
      '1',
      'decided',
      '1',
      'labels',
      '{}',
      'event',
      '',
    ],
    /^state: must be/,
  ],
  ['a follower let go that is none', ['released', '{'], /^released: /],
  ['ten thousand fields', Array.from({ length: 20_000 }, (_, i) => `f${i}`), /^\S+: /],
];

test('rubbish ends among the dead letters with a reason that names the field, and holds up nobody', async () => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
  const sent: string[] = [];
  for (const [i, [, fields]] of RUBBISH.entries()) {
    sent.push(await world.append(fields));
    await world.send('x', { id: `good${i}` });
  }
  await world.send('x', { id: 'good0' });
  const { redis, store, definitions } = world;
  const clock = new FakeClock({ flies: true });
  const matcher = new Matcher(definitions, clock, 7);
  const applier = new Applier({ redis, store, matcher, clock, logger: logLines().logger });
  await applier.apply(new Batch(await world.read()), new AbortController().signal);

  const state = await world.state();
  const letters = (state.dead as StreamValue).entries.map(([, fields]) => fields);
  expect(letters.map(({ entry }) => entry)).toEqual(sent);
  for (const [i, [what, fields, named]] of RUBBISH.entries()) {
    const { reason, fields: kept = '', raw, beginning } = letters[i] ?? {};
    expect(reason, what).toMatch(named);
    expect(reason?.length, what).toBeLessThan(1_000);
    const text = fields.join('');
    if (beginning !== undefined) expect(text.slice(0, 1_024), what).toBe(beginning);
    else if (raw !== undefined) expect(raw === text, what).toBe(true);
    else expect(JSON.parse(kept), what).toEqual(fields);
  }
  expect((await world.firings()).map((firing) => firing.event?.id)).toEqual(RUBBISH.map((_, i) => `good${i}`));
  expect(state.counters).toEqual({ applied: String(RUBBISH.length), duplicate: '1', rejected: String(RUBBISH.length) });
  expect(await redis.xlen(store.keys.events)).toBe(2 * RUBBISH.length + 1);
  expect((state.events as StreamValue).groups.engine?.pending).toEqual({});
});
