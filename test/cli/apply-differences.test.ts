import { expect, test } from 'vitest';
import { differenceOf } from '../../src/cli/view/difference.ts';
import { World } from '../support/world.ts';
import { runIn } from './run.ts';

const overdue = {
  id: 'A',
  name: 'a',
  trigger: { posture: 'Proactive', after: ['placed'], expect: ['paid'], for_each: ['id'], within: 60 },
};
const failures = {
  id: 'B',
  name: 'b',
  trigger: { posture: 'Reactive', expect: ['failed'], for_each: ['id'], threshold: 5, within: 600 },
};

async function shop(...documents: object[]) {
  const world = await World.claimed();
  for (const document of documents) await world.put(document);
  const cli = runIn(world.namespace);
  const apply = (wanted: unknown, ...argv: string[]) => cli(['apply', '-', ...argv], { stdin: JSON.stringify(wanted) });
  return { world, cli, apply };
}

const open = 'updated    a (A): trigger; drops 2 open windows and 1 alert';
const lines = ['    trigger:', '    …', '      for_each:', '        - id', '  -   within: 60', '  +   within: 90'];

test('a change says which lines differ, and how many open windows and alerts it drops', async () => {
  const { world, apply } = await shop(overdue, failures);
  await world.at(0).meet('placed', { resource: 'o1' });
  await world.at(61).settle();
  for (const resource of ['o2', 'o3']) await world.at(62).meet('placed', { resource });
  await world.at(62).meet('failed', { resource: 'c1' });
  const longer = { ...overdue, trigger: { ...overdue.trigger, within: 90 } };
  const planned = await apply([longer], '--dry-run', '--prune');
  expect(planned.out).toEqual([open, ...lines, 'deleted    b (B); drops 1 open window and 0 alerts']);
  const json = await apply([longer], '--dry-run', '-o', 'json');
  expect(JSON.parse(json.out.join(''))).toMatchObject([{ drops: { windows: 2, alerts: 1, more: false } }]);
  expect((await apply([longer])).out).toEqual([open, ...lines]);
  expect((await apply([longer], '--dry-run')).out).toEqual(['unchanged  a (A)']);
});

test('what keeps its state drops nothing', async () => {
  const { world, apply } = await shop(overdue);
  await world.at(0).meet('placed', { resource: 'o1' });
  const renamed = { ...overdue, name: 'c', actions: [{ type: 'page' }] };
  const { out } = await apply(renamed);
  expect(out).toEqual([
    'updated    c (A): name, actions',
    '  - name: a',
    '  + name: c',
    '  + actions:',
    '  +   - type: page',
  ]);
});

test('of a composite the groups that hold child firings count as open windows', async () => {
  const children = [
    { posture: 'Reactive', expect: ['x'] },
    { posture: 'Reactive', expect: ['y'] },
  ];
  const both = { id: 'C', name: 'c', trigger: { type: 'compound', require: 'all', triggers: children, within: 600 } };
  const { world, apply } = await shop(both);
  await world.at(0).meet('x', { resource: 'r' });
  const { out } = await apply([], '--dry-run', '--prune');
  expect(out).toEqual(['deleted    c (C); drops 1 open window and 0 alerts']);
});

test('what an operator switched off stays off until a document says otherwise', async () => {
  const { cli, apply } = await shop(failures);
  await cli(['disable', 'B']);
  expect((await apply({ ...failures, name: 'other' })).out[0]).toBe('updated    other (B): name');
  expect(JSON.parse((await cli(['get', 'B', '-o', 'json'])).out.join(''))).toMatchObject({ enabled: false });
  expect((await apply({ ...failures, name: 'other', enabled: true })).out[0]).toBe('updated    other (B): enabled');
});

test('switching on says how many armed windows ran out while it was off', async () => {
  const { world, cli, apply } = await shop(overdue);
  await cli(['disable', 'A']);
  await world.put({ ...overdue, enabled: true });
  for (const resource of ['o1', 'o2']) await world.at(0).meet('placed', { resource });
  await world.put({ ...overdue, enabled: false });
  const drops = '; drops 2 open windows and 0 alerts';
  const { out } = await apply({ ...overdue, enabled: true }, '--dry-run');
  expect(out[0]).toBe(`updated    a (A): enabled${drops}`);
  expect((await cli(['enable', 'A'])).out).toEqual([`enabled a (A)${drops}`]);
});

test('with --detailed-exitcode a difference is 2, none is 0, and every error 1', async () => {
  const { apply, cli } = await shop(failures);
  const status = async (wanted: unknown, ...argv: string[]) =>
    (await apply(wanted, '--detailed-exitcode', ...argv)).status;
  const changed = { ...failures, name: 'other' };
  expect(await status(failures, '--dry-run')).toBe(0);
  expect(await status(changed, '--dry-run')).toBe(2);
  expect(await status(changed)).toBe(2);
  expect(await status(changed)).toBe(0);
  expect(await status({ name: 'c' })).toBe(1);
  expect((await cli(['apply', '/nowhere.yaml', '--detailed-exitcode'])).status).toBe(1);
  expect((await apply({ ...changed, name: 'third' })).status).toBe(0);
});

test.each<[string, object, object, string[]]>([
  [
    'another order of keys or of a list of texts is none',
    { a: { x: 1, y: ['b', 'c'] } },
    { a: { y: ['c', 'b'], x: 1 } },
    [],
  ],
  ['a key that comes', {}, { a: 1 }, ['+ a: 1']],
  ['a key that goes', { a: [1, 2] }, {}, ['- a:', '-   - 1', '-   - 2']],
  [
    'lines between two that differ',
    { a: [1, 2, 3] },
    { a: [1, 9, 3] },
    ['  a:', '    - 1', '-   - 2', '+   - 9', '    - 3'],
  ],
  [
    'far from it nothing is shown',
    { a: [0, 1, 2, 3, 4, 5, 6] },
    { a: [0, 1, 2, 3, 4, 5, 7] },
    ['  a:', '  …', '    - 4', '    - 5', '-   - 6', '+   - 7'],
  ],
])('line by line: %s', (_, before, after, lines) => {
  expect(differenceOf(before, after, ['a'])).toEqual(lines);
});

test('documents too long to be compared are shown whole', () => {
  const list = (from: number): number[] => Array.from({ length: 2_500 }, (_, i) => from + i);
  const lines = differenceOf({ a: list(0) }, { a: list(1) }, ['a']);
  expect(lines).toHaveLength(2 * 2_501);
});
