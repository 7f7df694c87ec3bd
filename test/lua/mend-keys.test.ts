import { describe, expect, test } from 'vitest';
import { mendKeys } from '../../src/redis/steps/mend-keys.ts';
import { World } from '../support/world.ts';

const look = async ({ redis, store }: World, known = '0') => await mendKeys(redis, store, known, 'mark');

async function worked(): Promise<World> {
  const world = await World.claimed();
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'], threshold: 3, within: 60 } });
  await world.meet('x');
  expect(await look(world)).toEqual({ mark: 'mark', found: [] });
  return world;
}

describe('nothing is found', () => {
  test('where there is nothing, and the mark stays the first one', async () => {
    const world = new World();
    expect(await look(world)).toEqual({ mark: 'mark', found: [] });
    expect((await mendKeys(world.redis, world.store, '0', 'another')).mark).toBe('mark');
  });

  test('when keys become empty by what the engine does', async () => {
    const world = await worked();
    await world.meet('x', { id: 'waits', follows: 'leads' });
    await look(world);
    await world.meet('x', { id: 'leads' });
    await world.remove('a');
    await world.drain();
    expect((await look(world)).found).toEqual([]);
  });
});

describe('the generation', () => {
  test.each([
    ['was deleted', async (world: World) => void (await world.redis.del(world.store.keys.generation))],
    ['held rubbish', async (world: World) => void (await world.redis.set(world.store.keys.generation, 'abc'))],
    ['had gone back', async (world: World) => void (await world.redis.set(world.store.keys.generation, '0'))],
  ])('that %s goes on behind all that a worker may know', async (what, hurt) => {
    const world = await worked();
    await hurt(world);
    const { found } = await look(world, '7');
    expect(found).toMatchObject([{ key: world.store.keys.generation, lost: false }]);
    expect(found[0]?.sentence).toMatch(new RegExp(`^${what}: `));
    expect(await world.redis.get(world.store.keys.generation)).toBe('8');
    expect(await world.put({ id: 'b', name: 'B', trigger: { posture: 'Reactive', expect: ['x'] } })).toBe(9);
  });

  test('that was deleted is not begun anew by a change', async () => {
    const world = await worked();
    await world.redis.del(world.store.keys.generation);
    const put = world.put({ id: 'b', name: 'B', trigger: { posture: 'Reactive', expect: ['x'] } });
    await expect(put).rejects.toThrow(`DAMAGED ${world.store.keys.generation} was deleted`);
  });
});

test('a parked event that was forgotten in the index alone is put back', async () => {
  const world = await worked();
  await world.meet('x', { id: 'waits', follows: 'leads' });
  await look(world);
  const { parked } = world.store.keys;
  const before = await world.redis.zrange(parked, '0', '-1', 'WITHSCORES');
  await world.redis.del(parked);
  expect((await look(world)).found).toMatchObject([{ key: parked, lost: true }]);
  expect(await world.redis.zrange(parked, '0', '-1', 'WITHSCORES')).toEqual(before);
});

test('a setting that was reset is not put back, one that was deleted is', async () => {
  const world = await worked();
  const { settings, copies } = world.store.keys;
  await world.redis.hset(settings, 'early_ms', '5');
  await look(world);
  await world.redis.del(settings);
  expect((await look(world)).found).toMatchObject([{ key: settings, lost: false }]);
  expect(await world.redis.hgetall(settings)).toEqual({ early_ms: '5' });
  await world.redis.multi().del(settings).hdel(copies, 'settings').exec();
  expect((await look(world)).found).toEqual([]);
});
