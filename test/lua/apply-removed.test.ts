import { expect, test } from 'vitest';
import { indexFaults } from '../support/deadlines.ts';
import { World } from '../support/world.ts';

const on = (name: string) => ({ posture: 'Reactive', expect: [name] });

async function watched(): Promise<World> {
  const world = new World();
  await world.put({ id: 'r', name: 'r', trigger: on('x') });
  const trigger = { type: 'compound', require: 'all', within: 10, triggers: [on('a'), on('b')] };
  await world.put({ id: 'c', name: 'c', trigger });
  return world;
}

/** The events that fired, in order. */
const told = async (world: World) => (await world.firings()).map(({ event }) => event?.id);

test('a parked event whose hash somebody removed holds up nobody', async () => {
  const world = await watched();
  for (const id of ['f', 'g']) await world.meet('x', { id, follows: 'leader' });
  await world.redis.del(`${world.store.prefixes.parked_event}f`);
  await world.at(16 * 60).settle();
  await world.drain();
  expect(await told(world)).toEqual(['g']);
  const other = await watched();
  for (const id of ['f', 'g']) await other.meet('x', { id, follows: 'leader' });
  await other.redis.del(`${other.store.prefixes.parked_event}f`);
  await other.at(1).meet('x', { id: 'leader' });
  expect(await told(other)).toEqual(['leader', 'g']);
  for (const { redis, store } of [world, other]) expect(await redis.exists(store.keys.parked)).toBe(0);
});

test('a composite whose hash somebody removed is forgotten and holds up nothing', async () => {
  const world = await watched();
  await world.meet('a', { t: 0 });
  const state = await world.state();
  const gone = Object.keys(state).filter((key) => key.startsWith('composite:'));
  expect(gone).toHaveLength(1);
  await world.redis.del(...gone.map((key) => `{${world.namespace}}:${key}`));
  expect(await world.at(100).meet('z')).not.toBe('more-due');
  const after = await world.state();
  expect(indexFaults(after)).toEqual([]);
  expect(Object.keys(after).filter((key) => /^(due|deadlines|quota-used)/.test(key))).toEqual([]);
  expect(await world.told()).toEqual([]);
});

test.each(['Reactive', 'Proactive'])('a window of a %s trigger that somebody removed is forgotten', async (posture) => {
  const world = new World();
  await world.put({ id: 'w', name: 'w', trigger: { posture, after: ['a'], expect: ['x'], within: 10 } });
  await world.meet('a');
  await world.redis.del(world.store.prefixes.windows + (await world.node('w')).name);
  await world.at(100).settle();
  expect(await world.told()).toEqual([]);
  expect(Object.keys(await world.state()).filter((key) => /^(due|deadlines|quota-used)/.test(key))).toEqual([]);
});
