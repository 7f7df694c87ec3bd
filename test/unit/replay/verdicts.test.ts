import { expect, test } from 'vitest';
import { planOf } from '../../../src/match/plan.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import { parseEvent } from '../../../src/model/event.ts';
import { unansweredBy, verdictsOf } from '../../../src/replay/verdicts.ts';

const automation = parseAutomation({ id: 'a', name: 'a', trigger: { expect: ['x'], where: 'payload.total > 1000' } });

test.each([
  ['a number', 5, '5'],
  ['a text, which is no number', '5000', '"5000"'],
  ['a list', [1], '[1]'],
  ['null', null, 'null'],
])('a condition that is not met names the value that decided: %s', (_, total, said) => {
  const event = parseEvent(
    { event: 'x', resource: { id: 'r' }, payload: { total } },
    { entryId: '1795906202819-0', received: 1_795_906_202_819 },
  );
  const [node] = planOf(automation, 1, null).nodes;
  const where = node === undefined ? [] : verdictsOf(automation, node, event);
  expect(where.find(({ condition }) => condition === 'where')?.said).toContain(`(payload.total is ${said})`);
});

test.each([
  ['where', { expect: ['x'], where: 'payload.total > 1000' }],
  ['expect.where', { expect: ['y', { event: 'x', where: 'payload.total > 1000' }] }],
  ['resolve.on.where', { expect: ['y'], resolve: { on: [{ event: 'x', where: 'payload.total > 1000' }] } }],
])(
  'of a condition without an answer people see the place, the reason and the values that it asks for: %s',
  (place, trigger) => {
    const event = parseEvent(
      { event: 'x', resource: { id: 'r' }, payload: { total: '€ 12' } },
      { entryId: '1795906202819-0', received: 1_795_906_202_819 },
    );
    const { nodes } = planOf(parseAutomation({ id: 'a', name: 'a', trigger }), 1, null);
    const error = '">" does not take string and int';
    const said = `payload.total > 1000 is not to be answered: ${error} (payload.total is "€ 12")`;
    expect(unansweredBy(nodes, event, error)).toEqual({ condition: place, met: false, said });
    expect(unansweredBy(nodes, event, 'another reason')).toBeNull();
  },
);
