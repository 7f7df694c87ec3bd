import { expect, test } from 'vitest';
import { plannedAutomations } from '../../src/redis/planned.ts';
import { mendDeadlines } from '../../src/redis/steps/mend-deadlines.ts';
import { mendTriggers } from '../../src/redis/steps/mend-triggers.ts';
import { World } from '../support/world.ts';

test('windows whose places are gone get them again, and fire in their order', async () => {
  const world = await World.claimed();
  const trigger = { posture: 'Proactive', after: ['on'], expect: ['off'], within: 60, for_each: ['id'] };
  await world.put({ id: 'a', name: 'A', trigger });
  for (const [at, key] of ['c', 'a', 'b'].entries()) await world.at(at).meet('on', { id: key, resource: key });
  const { name } = await world.node('a');
  await world.redis.del(world.store.prefixes.deadlines + name);
  const { generation, automations } = await plannedAutomations(world.redis, world.store, 0, 10);
  expect(await mendTriggers(world.redis, world.store, generation, automations)).toMatchObject({ gaps: [name] });
  expect(await mendDeadlines(world.redis, world.store, name, '0')).toBeNull();
  await world.at(30).settle();
  expect(await world.told()).toEqual([]);
  await world.at(100).settle();
  expect(await world.told()).toEqual(['a triggered@60 c c', 'a triggered@61 a a', 'a triggered@62 b b']);
});
