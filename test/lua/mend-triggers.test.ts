import { expect, test } from 'vitest';
import { plannedAutomations } from '../../src/redis/planned.ts';
import { mendTriggers } from '../../src/redis/steps/mend-triggers.ts';
import { World } from '../support/world.ts';

async function worked(): Promise<World> {
  const world = await World.claimed();
  const watch = { posture: 'Proactive', after: ['on'], expect: ['off'], within: 60, for_each: ['id'] };
  await world.put({ id: 'a', name: 'A', trigger: watch });
  await world.put({
    id: 'c',
    name: 'C',
    trigger: {
      type: 'compound',
      require: 'all',
      within: 60,
      triggers: [watch, { posture: 'Reactive', expect: ['x'] }],
    },
  });
  await world.meet('on', { resource: 'k' });
  await world.meet('x');
  await mend(world);
  return world;
}

async function mend({ redis, store }: World) {
  const { generation, automations } = await plannedAutomations(redis, store, 0, 10);
  return await mendTriggers(redis, store, generation, automations);
}

test('changes nothing where nothing is wrong, and notes the plans once', async () => {
  const world = await worked();
  const before = await world.state();
  expect(await mend(world)).toEqual({ found: [], gaps: [] });
  expect(await world.state()).toEqual(before);
});

test('changes nothing when the definitions have changed since they were read', async () => {
  const world = await worked();
  const { automations } = await plannedAutomations(world.redis, world.store, 0, 10);
  expect(await mendTriggers(world.redis, world.store, '99', automations)).toBeNull();
});

test.each(['due', 'automations', 'plans', 'quota_used'] as const)('what was in %s is as it was', async (name) => {
  const world = await worked();
  const before = await world.state();
  await world.redis.del(world.store.keys[name]);
  // Documents are read by the places, which come back first.
  await mend(world);
  await mend(world);
  const { damage: _, ...after } = await world.state();
  expect(after).toEqual(before);
});

test('a compiled trigger is made anew as it was', async () => {
  const world = await worked();
  const before = await world.state();
  const { name } = await world.node('a');
  await world.redis.set(world.store.prefixes.trigger + name, 'rubbish');
  expect((await mend(world))?.found).toMatchObject([{ key: world.store.prefixes.trigger + name, lost: false }]);
  const { damage: _, ...after } = await world.state();
  expect(after).toEqual(before);
});

test('a trigger that is disabled gets no place among the deadlines', async () => {
  const world = await worked();
  await world.put({
    id: 'a',
    name: 'A',
    enabled: false,
    trigger: { posture: 'Proactive', after: ['on'], expect: ['off'], within: 60, for_each: ['id'] },
  });
  expect((await mend(world))?.found).toEqual([]);
  expect(await world.redis.zscore(world.store.keys.due, (await world.node('a')).name)).toBeNull();
});
