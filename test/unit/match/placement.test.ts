import { describe, expect, test } from 'vitest';
import { isSpread, obstaclesIn } from '../../../src/match/placement.ts';
import { parseTrigger } from '../../../src/model/trigger.ts';

const trigger = (document: unknown) => parseTrigger(document, 'trigger');

const keyed = { expect: ['a'], for_each: ['id'] };

describe('an automation lives on every partition', () => {
  test.each<[string, unknown]>([
    ['with the label in its key', keyed],
    ['with the label among others', { expect: ['a'], for_each: ['region', 'id'] }],
    ['with a composite whose triggers all have it', { triggers: [keyed, keyed], require: 'all', for_each: ['id'] }],
    ['with a name that no state-change event has', { expect: ['order.*'], for_each: ['id'] }],
    ['with resources that are no automations', { match: { id: 'order.*' }, for_each: ['id'] }],
    ['with a label that no state-change event has', { match: { 'prefect.resource.id': '*' }, for_each: ['id'] }],
    ['with related resources that no state-change event has', { match_related: { role: 'order' }, for_each: ['id'] }],
  ])('%s', (_, document) => {
    expect(obstaclesIn(trigger(document), 'id')).toEqual([]);
    expect(isSpread(trigger(document), 'id')).toBe(true);
  });
});

describe('an automation lives on the global partition, which says why', () => {
  test.each<[string, unknown, [string, string][]]>([
    ['without a key', { expect: ['a'] }, [['trigger.for_each', 'add "id" to it']]],
    ['with another key', { expect: ['a'], for_each: ['region'] }, [['trigger.for_each', 'add "id" to it']]],
    [
      'where one trigger of the tree has another key',
      { triggers: [keyed, { expect: ['b'] }], require: 'all', for_each: ['id'] },
      [['trigger.triggers[1].for_each', 'add "id" to it']],
    ],
    [
      'where the composite alone lacks it',
      { triggers: [keyed, keyed], require: 'all' },
      [['trigger.for_each', 'add "id" to it']],
    ],
    ['where every event is expected', { for_each: ['id'] }, [['trigger.expect', expect.stringContaining('"match"')]]],
    [
      'where its names include state changes',
      { expect: ['*'], for_each: ['id'] },
      [['trigger.expect', expect.any(String)]],
    ],
    [
      'where a state change arms it',
      { expect: ['a'], after: ['automation.triggered'], for_each: ['id'] },
      [['trigger.expect', expect.any(String)]],
    ],
    [
      'where it hears what became of actions',
      { expect: ['automation.action.failed'], match: { target: 'chat' }, for_each: ['id'] },
      [['trigger.expect', expect.any(String)]],
    ],
    [
      'with ids that automations could have',
      { match: { id: '*.7' }, for_each: ['id'] },
      [['trigger.expect', expect.any(String)]],
    ],
    [
      'with ids of automations',
      { match: { id: 'automation.a' }, for_each: ['id'] },
      [['trigger.expect', expect.any(String)]],
    ],
  ])('%s', (_, document, due) => {
    const obstacles = obstaclesIn(trigger(document), 'id');
    expect(obstacles.map(({ place, advice }) => [place, advice])).toEqual(due);
    expect(isSpread(trigger(document), 'id')).toBe(false);
  });
});

test('the label may be one of a related resource, or a path in the payload', () => {
  expect(isSpread(trigger({ expect: ['a'], for_each: ['related:customer:id'] }), 'related:customer:id')).toBe(true);
  expect(isSpread(trigger({ expect: ['a'], for_each: ['payload.account'] }), 'payload.account')).toBe(true);
  expect(isSpread(trigger({ expect: ['a'], for_each: ['payload.account'] }), 'id')).toBe(false);
});
