import { expect, test } from 'vitest';
import { ENGINE_GROUP } from '../../src/redis/keys.ts';
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
  const id = await world.send('x');
  await world.read('w');
  const before = await world.state();
  expect(await goodbye(world, 'w')).toBe('busy');
  expect(await consumers(world)).toEqual(['w']);
  expect(await world.state()).toEqual(before);
  expect((before.events as StreamValue).groups.engine?.pending).toEqual({ [id]: 'w' });
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
