import { describe, expect, test } from 'vitest';
import type { ActionDocument } from '../../../src/documents/given.ts';
import { queueOf } from '../../../src/model/action.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import type { Firing } from '../../../src/model/firing.ts';
import { type GateSight, planOf } from '../../../src/relay/gate.ts';

/** A Monday, 09:00 in UTC. */
const NOW = Date.parse('2026-03-02T09:00:00Z');
const LATER = { from: '10:00' };
const TILL = Date.parse('2026-03-02T10:00:00Z');

const notify = { type: 'notify', target: 'ops' };
const queue = { type: 'queue', queue: 'mail' };
const silence = { id: 's', automation: 'a', labels: {}, reason: 'r', by: 'b', from: NOW, until: NOW + 1 };

/** What becomes of each action, in words, and the rest of the plan. */
function plan(document: object, { state = 'Triggered', ...sight }: Partial<GateSight & Pick<Firing, 'state'>> = {}) {
  const automation = parseAutomation({ id: 'a', name: 'A', trigger: { expect: ['x'] }, ...document });
  const firing = { automation: 'a', labels: { id: '7' }, state } as unknown as Firing;
  const given: readonly ActionDocument[] = state === 'Triggered' ? automation.actions : automation.actionsOnResolve;
  const actions = given.map((action, index) => ({ index, action, queue: queueOf(action) }));
  const seen = { nowMs: NOW, silences: [], opening: null, ...sight };
  const { shares, ...rest } = planOf(firing, automation, actions, seen);
  const ways = shares.map(
    (share) => `${share.actions.join('+')} ${share.what}${share.counted ? ' if the budget allows' : ''}`,
  );
  return { ways, ...rest };
}

describe('the gate', () => {
  test.each<[string, object, Partial<GateSight>, string[]]>([
    ['sends jobs of queues', { actions: [queue] }, {}, ['0 send']],
    ['asks the budget for deliveries', { actions: [notify, queue] }, {}, ['0 send if the budget allows', '1 send']],
    [
      'asks it for all where it is said',
      { actions: [notify, queue], budget: 5 },
      {},
      ['0+1 send if the budget allows'],
    ],
    ['asks for none', { actions: [notify, queue], budget: 'none' }, {}, ['0+1 send']],
    ['asks a silence first', { actions: [notify], active: LATER }, { silences: [silence] }, ['0 silenced']],
    ['asks hours next', { actions: [{ ...notify, group: {} }], active: LATER }, {}, ['0 held']],
    ['drops', { actions: [queue], active: { ...LATER, outside: 'drop' } }, {}, ['0 dropped']],
    ['asks hours of the action', { actions: [queue, { ...queue, active: LATER }] }, {}, ['0 send', '1 held']],
    ['groups last', { actions: [{ ...notify, group: {} }] }, {}, ['0 grouped if the budget allows']],
    ['leaves keys of own types alone', { actions: [{ type: 'own', active: LATER, group: {} }] }, {}, ['0 send']],
  ])('%s', (_, document, sight, ways) => {
    expect(plan(document, sight).ways).toEqual(ways);
  });

  const ending = { actions: [notify], actions_on_resolve: [notify, queue], active: LATER };
  const opening = (what: 'silenced' | 'held' | 'grouped', more: object = {}) => ({
    firing: 'f1',
    marks: [{ what, at: NOW, actions: [0], ...more }],
  });

  test.each<[string, GateSight['opening'], string[]]>([
    ['an alert that was told', null, ['0+1 send']],
    ['one that was silenced', opening('silenced'), ['0 silenced', '1 send']],
    ['one that is held', opening('held', { till: TILL }), ['0 held', '1 send']],
    ['one that was held', opening('held', { till: NOW, released: NOW }), ['0+1 send']],
    ['one that is in a group', opening('grouped'), ['0+1 send']],
  ])('what ends %s goes its way', (_, seen, ways) => {
    expect(plan(ending, { state: 'Resolved', opening: seen, silences: [silence] }).ways).toEqual(ways);
  });

  test('says by which actions people hear of an alert, and of how many firings', () => {
    expect(plan({ ...ending, actions: [queue, notify] })).toMatchObject({ budget: 100, mutes: [1] });
    expect(plan({ ...ending, actions: [queue] })).toMatchObject({ mutes: [0] });
    expect(plan({ actions: [queue] })).not.toHaveProperty('mutes');
    expect(plan({ actions: [queue], budget: 'none' })).not.toHaveProperty('budget');
  });
});
