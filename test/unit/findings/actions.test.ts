import { describe, expect, test } from 'vitest';
import { findingsIn } from '../../../src/findings/automation-findings.ts';
import type { Finding } from '../../../src/findings/finding.ts';
import { parseAutomation } from '../../../src/model/automation.ts';

function found(lists: object): Finding[] {
  return findingsIn(parseAutomation({ id: 'A', name: 'a', trigger: { posture: 'Reactive' }, ...lists }));
}

describe('an action', () => {
  test.each([
    ['a queue', { type: 'page', queue: 'pager' }, 'actions[0].queue', 'has no effect for type "page"'],
    ['the type Queue', { type: 'Queue', queue: 'q' }, 'actions[0].type', '"Queue" is a type of its own'],
    ['the type Queue and no queue', { type: 'Queue', queu: 'q' }, 'actions[0].type', '"Queue" is a type of its own'],
    ['capitals', { type: 'QUEUE' }, 'actions[0].type', '"QUEUE" is a type of its own'],
    ['a type misspelt', { type: 'qeue' }, 'actions[0].type', '"qeue" is a type of its own'],
  ])('of its own type is warned of once when it has %s', (_, action, place, reason) => {
    const advice = expect.stringMatching(/^write .*"queue"/);
    expect(found({ actions: [action] })).toEqual([
      { grade: 'warning', place, reason: `${reason}: its jobs go to the queue "actions"`, advice },
    ]);
  });

  test('is found in every list', () => {
    const lists = { actions: [{ type: 'page' }], actions_on_trigger: [{ type: 'a' }, { type: 'b', queue: 'q' }] };
    expect(found(lists).map(({ place }) => place)).toEqual(['actions_on_trigger[1].queue']);
  });

  test('is not warned of for other types and keys', () => {
    const own = ['query', 'page', 'quote', 'pause-work-queue'].map((type) => ({ type, queue: null, name: 'n' }));
    expect(found({ actions: [{ type: 'queue', queue: 'pager' }, ...own] })).toEqual([]);
  });
});
