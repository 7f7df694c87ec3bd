import { expect, test } from 'vitest';
import { SETTLE_LIMIT } from '../../src/redis/steps/apply.ts';
import { deleteAutomation } from '../../src/redis/steps/delete-automation.ts';
import { sweep } from '../../src/redis/steps/sweep.ts';
import { indexFaults } from '../support/deadlines.ts';
import { ms, World } from '../support/world.ts';

const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 60, for_each: ['id'] };
const automation = (id: string, trigger: object = watch) => ({ id, name: id, trigger });

test('what is due comes out first, nothing afterwards', async () => {
  const world = new World();
  await world.put(automation('a'));
  await world.meet('a', { id: 'a1', resource: 'p' });
  await world.at(1).meet('a', { id: 'a2', resource: 'q' });
  await world.at(60).remove('a');
  await world.at(1_000).settle();
  await world.meet('a');
  expect(await world.told()).toEqual(['a triggered@60 p a1']);
});

test('all state goes: what others have stays as it was', async () => {
  const world = new World();
  const tree = {
    type: 'compound',
    require: 'all',
    within: 600,
    triggers: [watch, { posture: 'Reactive', expect: ['a'] }, { posture: 'Proactive', within: 10 }],
  };
  await world.put(automation('b'));
  await world.meet('a', { id: 'a1' });
  const before = await world.state();
  await world.put(automation('a', tree));
  await world.at(1).meet('a', { id: 'a2' });
  await world.remove('a');
  expect(indexFaults(await world.state())).toEqual([]);
  while ((await sweep(world.redis, world.store)) === 'swept');
  const after = await world.state();
  const added = Object.keys(after).filter((key) => before[key] === undefined && !key.startsWith('seen:'));
  // Firings on their way to their jobs still need the documents.
  expect(added).toEqual(['automation:a', 'outdated']);
  expect([Object.keys(after['automation:a'] ?? {}), after.outdated]).toEqual([['2'], { '2:a': ms(1) }]);
  for (const key of ['automations', 'plans', 'listeners', 'automation:b']) expect(after[key]).toEqual(before[key]);
  expect(after.changes).toEqual({ b: 1, a: 3 });
});

test('an id that comes back starts from nothing, beside the document of before', async () => {
  const world = new World();
  await world.put(automation('a'));
  await world.meet('a', { id: 'a1' });
  await world.remove('a');
  await world.put(automation('a'));
  expect(Object.keys((await world.state())['automation:a'] ?? {})).toEqual([
    '1',
    '3',
    'at',
    'current',
    'enabled',
    'position',
  ]);
  const { name } = await world.node('a');
  const state = await world.state();
  expect([state[`windows:${name}`], state[`last:${name}`]]).toEqual([undefined, undefined]);
  await world.at(60).settle();
  expect(await world.told()).toEqual([]);
});

test('a deletion worked out against another generation changes nothing', async () => {
  const world = new World();
  await world.put(automation('a'));
  await world.meet('a');
  world.at(60);
  const before = await world.state();
  const deletion = { generation: '7', id: 'a', gone: [] };
  expect(await deleteAutomation(world.redis, world.store, deletion)).toMatchObject({ word: 'stale-definitions' });
  expect(await world.state()).toEqual(before);
});

test('more that is due than one call may settle takes several calls', async () => {
  const world = new World();
  await world.put(automation('a'));
  for (let i = 0; i < SETTLE_LIMIT + 1; i += 1) await world.send('a', { resource: `r${i}` });
  await world.drain();
  world.at(60);
  const deletion = { generation: '1', id: 'a', gone: [(await world.node('a')).name] };
  expect((await deleteAutomation(world.redis, world.store, deletion)).word).toBe('more-due');
  expect(Object.keys((await world.state()).automations ?? {})).toEqual(['a']);
  expect((await deleteAutomation(world.redis, world.store, deletion)).word).toBe('changed');
  expect(await world.told()).toHaveLength(SETTLE_LIMIT + 1);
});
