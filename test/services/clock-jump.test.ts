import { expect, test } from 'vitest';
import { START_MS, World } from '../support/world.ts';

const switched = { posture: 'Proactive', after: ['on'], expect: ['off'], for_each: ['id'], within: 60 };

/** One that waits for an hour already, by a clock of Redis that has jumped, and one that was closed in time. */
async function jumped(): Promise<World> {
  const world = new World();
  await world.put({ id: 'A', name: 'A', trigger: switched });
  await world.meet('on', { resource: 'k' });
  await world.meet('on', { resource: 'closed' });
  await world.at(5).meet('off', { resource: 'closed' });
  await world.at(3_600).settle();
  return world;
}

test('a clock of Redis that jumps ahead has each deadline pass once, and none of what was there in time', async () => {
  const world = await jumped();
  expect(await world.told()).toEqual(['A triggered@60 k e1']);
  await world.settle();
  expect(await world.told()).toHaveLength(1);
});

test('a clock of Redis that is set back undoes and repeats nothing, and the log goes on', async () => {
  const world = await jumped();
  const before = await world.state();
  await world.at(10).settle();
  expect(await world.state()).toEqual(before);
  // Redis gives entries ids that never go back: those of the jump, until its clock is there again.
  await world.redis.xadd(world.store.keys.events, `${START_MS + 3_600_000}-*`, 'event', 'on', 'resource.id', 'l');
  expect(await world.drain()).toEqual(['applied armed']);
  await world.at(20).settle();
  expect(await world.told()).toHaveLength(1);
  await world.at(3_661).settle();
  expect((await world.told()).slice(1)).toEqual([expect.stringMatching(/^A triggered@3660 l /)]);
});
