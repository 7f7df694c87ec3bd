import { expect, test } from 'vitest';
import { gateFindings } from '../../../src/findings/gate.ts';
import { parseAutomation } from '../../../src/model/automation.ts';

const notify = (by: string[]) => ({ type: 'notify', target: 'ops', group: { by } });
const trigger = { expect: ['x'], for_each: ['id', 'region'], resolve: { on: ['y'] } };

const found = (parts: object): string[] =>
  gateFindings(parseAutomation({ id: 'a', name: 'A', trigger, ...parts })).map(
    ({ place, reason }) => `${place}: ${reason}`,
  );

test('a group by labels that no key has is warned of', () => {
  expect(found({ actions: [notify(['region']), { type: 'notify', target: 'ops' }] })).toEqual([]);
  expect(found({ actions: [notify(['zone'])] })).toEqual([
    'actions[0].group.by: the keys of this automation have no label "zone", so it parts no groups',
  ]);
});

test('the end of one alert that would close the incident of a group is warned of', () => {
  expect(found({ actions_on_resolve: [notify(['id', 'region'])] })).toEqual([]);
  expect(found({ actions_on_resolve: [notify(['region'])] })).toEqual([
    'actions_on_resolve[0].group: a target that keeps incidents closes that of the group when one of its alerts ends',
  ]);
});
