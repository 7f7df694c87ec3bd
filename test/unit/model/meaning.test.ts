import { expect, test } from 'vitest';
import { parseAutomation } from '../../../src/model/automation.ts';
import { differingKeys } from '../../../src/model/meaning.ts';

const EVENT = {
  posture: 'Reactive',
  match: { zone: ['z', 'q'], kind: 'k' },
  match_related: [{ a: '1' }, { b: ['2', '3'] }],
  expect: ['x', 'y'],
  for_each: ['id', 'zone'],
  threshold: 3,
  within: 600,
};
const ACTIONS = [
  { type: 'queue', queue: 'mail' },
  { type: 'call', to: { a: 1, b: [2, 3] } },
];
const BASE = { id: 'a', name: 'A', trigger: EVENT, tags: ['s', 't'], actions: ACTIONS };

const differ = (before: object, after: object): string[] =>
  differingKeys(parseAutomation(before), parseAutomation(after));
const reversed = (document: object): object => Object.fromEntries(Object.entries(document).reverse());

test.each<[string, object]>([
  ['the same', {}],
  [
    'keys in another order',
    {
      trigger: reversed(EVENT),
      actions: [
        { queue: 'mail', type: 'queue' },
        { to: { b: [2, 3], a: 1 }, type: 'call' },
      ],
    },
  ],
  ['names in another order, or twice', { trigger: { ...EVENT, expect: ['y', 'x', 'y'] } }],
  ['patterns in another order', { trigger: { ...EVENT, match: { kind: ['k'], zone: ['q', 'z'] } } }],
  ['related resources in another order', { trigger: { ...EVENT, match_related: [{ b: ['3', '2'] }, { a: ['1'] }] } }],
  ['for_each in another order', { trigger: { ...EVENT, for_each: ['zone', 'id'] } }],
  ['600 as 10m', { trigger: { ...EVENT, within: '10m' } }],
  ['600 as PT10M', { trigger: { ...EVENT, within: 'PT10M' } }],
  ['tags in another order', { tags: ['t', 's'] }],
  ['ids of triggers', { trigger: { ...EVENT, id: 'b7e7' } }],
  ['created and updated', { created: '2026-01-01T00:00:00Z', updated: '2026-02-01T00:00:00Z' }],
  [
    'defaults written out',
    {
      enabled: true,
      description: '',
      actions_on_trigger: [],
      actions_on_resolve: [],
      allow_self_trigger: false,
      trigger: { ...EVENT, type: 'event', after: [] },
    },
  ],
  ['defaults of a job written out', { actions: [{ ...ACTIONS[0], name: 'queue', data: {}, opts: {} }, ACTIONS[1]] }],
])('%s says nothing new', (_, change) => {
  const after = { ...BASE, ...change };
  expect([differ(BASE, after), differ(after, BASE), differ(BASE, reversed(after))]).toEqual([[], [], []]);
});

test.each<[string, object]>([
  ['name', { name: 'B' }],
  ['enabled', { enabled: false }],
  ['description', { description: 'd' }],
  ['tags', { tags: ['s'] }],
  ['allow_self_trigger', { allow_self_trigger: true }],
  ['trigger', { trigger: { ...EVENT, within: 601 } }],
  ['actions', { actions: [...ACTIONS].reverse() }],
  ['actions', { actions: [{ ...ACTIONS[0], opts: { attempts: 2 } }, ACTIONS[1]] }],
  ['actions', { actions: [ACTIONS[0], { type: 'call', to: { a: 1, b: [3, 2] } }] }],
  ['actions_on_trigger', { actions_on_trigger: ACTIONS }],
  ['actions_on_resolve', { actions_on_resolve: ACTIONS }],
])('another %s is a change', (key, change) => {
  expect(differ(BASE, { ...BASE, ...change })).toEqual([key]);
});

test('whether an alert repeats, and the order of children, are part of the meaning', () => {
  const standing = { posture: 'Proactive', expect: ['x'], within: 60 };
  expect(
    differ({ ...BASE, trigger: { ...standing, repeat: true } }, { ...BASE, trigger: { ...standing, repeat: false } }),
  ).toEqual(['trigger']);
  const both = { type: 'sequence', triggers: [EVENT, standing] };
  expect(differ({ ...BASE, trigger: both }, { ...BASE, trigger: { ...both, triggers: [standing, EVENT] } })).toEqual([
    'trigger',
  ]);
});
