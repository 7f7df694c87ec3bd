import { expect, test } from 'vitest';
import { ACTIONS_GROUP, ENGINE_GROUP } from '../../src/redis/keys.ts';
import { ensureGroup } from '../../src/redis/log.ts';
import { retire } from '../../src/redis/steps/retire.ts';
import type { StreamValue } from '../support/snapshot.ts';
import { World } from '../support/world.ts';

const goodbye = (world: World, consumer: string) =>
  retire(world.redis, world.store, world.store.keys.events, ENGINE_GROUP, consumer);

async function consumers(world: World): Promise<string[]> {
  const found = (await world.redis.xinfo('CONSUMERS', world.store.keys.events, ENGINE_GROUP)) as string[][];
  return found.map((flat) => flat[flat.indexOf('name') + 1] ?? '').sort();
}

test('a consumer goes when its worker has gone and it holds nothing', async () => {
  const world = new World();
  await world.send('x');
  await world.read('w');
  await world.drain();
  expect(await goodbye(world, 'w')).toBe('retired');
  expect(await consumers(world)).toEqual([]);
});

test('one that holds entries stays, and so do they', async () => {
  const world = new World();
  const { firings } = world.store.keys;
  await ensureGroup(world.redis, firings, ACTIONS_GROUP);
  await world.redis.xadd(firings, '1-1', 'firing', 'aa');
  await world.redis.xreadgroup('GROUP', ACTIONS_GROUP, 'w', 'STREAMS', firings, '>');
  const before = await world.state();
  expect(await retire(world.redis, world.store, firings, ACTIONS_GROUP, 'w')).toBe('busy');
  expect(await world.state()).toEqual(before);
  expect((before.firings as StreamValue).groups[ACTIONS_GROUP]?.pending).toEqual({ '1-1': 'w' });
});

test('one that was given entries of the log holds none of them', async () => {
  const world = new World();
  await world.send('x');
  await world.read('w');
  expect(await goodbye(world, 'w')).toBe('retired');
  expect(await consumers(world)).toEqual([]);
  expect(await world.drain()).toEqual(['applied']);
});

test('one whose worker gives signs of life stays', async () => {
  const world = new World();
  await world.send('x');
  await world.read('w');
  await world.drain();
  await world.redis.set(`${world.store.prefixes.worker}w`, 'alive', 'PX', 60_000);
  expect(await goodbye(world, 'w')).toBe('alive');
  expect(await consumers(world)).toEqual(['w']);
});

test('saying it twice, or of nobody, does no harm', async () => {
  const world = new World();
  await world.read('w');
  expect([await goodbye(world, 'w'), await goodbye(world, 'w'), await goodbye(world, 'nobody')]).toEqual([
    'retired',
    'retired',
    'retired',
  ]);
});
