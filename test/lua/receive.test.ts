import { expect, test } from 'vitest';
import { receive } from '../../src/redis/steps/receive.ts';
import { ms, World } from '../support/world.ts';

const KEEP_MS = 3 * 86_400_000;

const take = (world: World, events: readonly (readonly [id: string | null, data: string])[]) =>
  receive(
    world.redis,
    world.store,
    events.map(([id, data]) => ({ id, data })),
    KEEP_MS,
  );

async function logOf(world: World): Promise<string[]> {
  return (await world.redis.xrange(world.store.keys.events, '-', '+')).map(([, [, data = '']]) => data);
}

test('events are appended in their order, and one whose id came before is left out', async () => {
  const world = new World();
  expect(
    await take(world, [
      ['a', '1'],
      [null, '2'],
      ['a', '3'],
      ['b', '4'],
    ]),
  ).toEqual([`${ms(0)}-0`, `${ms(0)}-1`, null, `${ms(0)}-2`]);
  world.at(60);
  expect(
    await take(world, [
      ['b', '5'],
      [null, '2'],
      ['c', '6'],
    ]),
  ).toEqual([null, `${ms(60)}-0`, `${ms(60)}-1`]);
  expect(await logOf(world)).toEqual(['1', '2', '4', '2', '6']);
});

test('an id is remembered as long as is said, and then no longer', async () => {
  const world = new World();
  await take(world, [['a', '1']]);
  world.at(KEEP_MS / 1_000 - 0.001);
  expect(await take(world, [['a', '2']])).toEqual([null]);
  world.at(KEEP_MS / 1_000);
  expect(await take(world, [['a', '3']])).not.toEqual([null]);
  expect(await world.redis.zcard(world.store.keys.received)).toBe(1);
  expect(await world.redis.pttl(world.store.keys.received)).toBeGreaterThan(KEEP_MS - 60_000);
});

test('what cannot be appended is not remembered', async () => {
  const world = new World();
  await world.redis.set(world.store.keys.events, 'no stream');
  await expect(take(world, [['a', '1']])).rejects.toThrow(/another type|WRONGTYPE/);
  await world.redis.del(world.store.keys.events);
  expect(await take(world, [['a', '1']])).toEqual([`${ms(0)}-0`]);
});
