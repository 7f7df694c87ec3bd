import { describe, expect, test } from 'vitest';
import { planOf, type StoredPlan, storedPlan } from '../../../src/match/plan.ts';
import { parseAutomation } from '../../../src/model/automation.ts';

const planned = (trigger: object, revision = 1, before: StoredPlan | null = null) =>
  planOf(parseAutomation({ id: 'a', name: 'A', trigger }), revision, before);

/** Whether the state of the root goes on when `before` is replaced by `after`. */
function keepsState(before: object, after: object): boolean {
  const [one] = planned(before).nodes;
  const [other] = planned(after, 2, storedPlan(planned(before))).nodes;
  expect(one?.own === other?.own, 'ids of firings go with state').toBe(one?.name === other?.name);
  return one?.name === other?.name;
}

test('the digest of a trigger without any key of rules 17 is what it was before there were any', () => {
  const trigger = { posture: 'Reactive', expect: ['order.failed'], for_each: ['id'], threshold: 5, within: '10m' };
  const tree = {
    type: 'compound',
    require: 'all',
    within: 60,
    triggers: [trigger, { posture: 'Proactive', after: ['a'] }],
  };
  expect(planned(trigger).nodes.map(({ own, tree }) => [own, tree])).toEqual(RECORDED.trigger);
  expect(planned(tree).nodes.map(({ own, tree }) => [own, tree])).toEqual(RECORDED.tree);
});

/** As they were when there were no keys of rules 17. */
const RECORDED = {
  trigger: [['rLKacrPbWQIr-xRzQqItsm', 'rLKacrPbWQIr-xRzQqItsm']],
  tree: [
    ['1g1frvG8UREPwYi_Gypg1a', 'TL9FgU2G_AekaxyiqC--pn'],
    ['rLKacrPbWQIr-xRzQqItsm', 'rLKacrPbWQIr-xRzQqItsm'],
    ['KOi-NbbL4qqg6K5Pah2Z7b', 'KOi-NbbL4qqg6K5Pah2Z7b'],
  ],
};

describe('belongs to the definition, and state ends when it changes', () => {
  const sliding = { window: 'sliding', within: 60 };
  test.each<[string, object, object]>([
    ['where', {}, { where: 'true' }],
    ['the text of where', { where: 'payload.a > 1' }, { where: 'payload.a  > 1' }],
    ['distinct', {}, { distinct: 'payload.a' }],
    ['sum', { sum: 'payload.a' }, { sum: 'payload.b' }],
    ['what is counted', { sum: 'payload.a' }, { distinct: 'payload.a' }],
    ['window', { within: 60 }, sliding],
    ['reset', { reset: ['a'] }, { reset: ['a', 'b'] }],
    ['resolve', {}, { resolve: { on: ['a'] } }],
    ['what resolves', { resolve: { on: ['a'] } }, { resolve: { on: ['b'] } }],
    ['when it resolves', { resolve: { after: 5 } }, { resolve: { after: 6 } }],
    ['a pattern', { expect: ['a'] }, { expect: [{ event: 'a', where: 'true' }] }],
    ['the labels of a pattern', { expect: [{ match: { a: 'x' } }] }, { expect: [{ match: { a: 'y' } }] }],
    ['what reset and resolve say', { reset: ['a'] }, { resolve: { on: ['a'] } }],
  ])('%s', (_what, before, after) => {
    expect(keepsState(before, after)).toBe(false);
    expect(keepsState(after, after)).toBe(true);
  });
});

describe('touches no state', () => {
  const alert = { resolve: { on: ['b', 'a'] } };
  const composite = { triggers: [{ expect: ['a'] }, { expect: ['b'] }] };
  test.each<[string, object, object]>([
    ['cooldown', {}, { cooldown: 60 }],
    ['remind', alert, { ...alert, remind: 60, remind_limit: 3 }],
    ['collect', {}, { collect: 10 }],
    ['unless', composite, { ...composite, unless: ['c'] }],
    ['the order of a list', alert, { resolve: { on: ['a', 'b', 'a'] } }],
    ['a default that is written out', { within: 60 }, { within: '1m', window: 'tumbling', reset: [], collect: 0 }],
    ['a name as an object', { expect: ['a'], reset: ['b'] }, { expect: [{ event: ['a'] }], reset: [{ event: 'b' }] }],
  ])('%s', (_what, before, after) => {
    expect(keepsState(before, after)).toBe(true);
  });
});
