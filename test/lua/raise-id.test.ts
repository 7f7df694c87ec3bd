import { expect, test } from 'vitest';
import { raiseId } from '../../src/redis/steps/raise-id.ts';
import { ms, World } from '../support/world.ts';

const raise = (world: World, behind: string | null, to: string | null = null) =>
  raiseId(world.redis, world.store, { behind, to });

test('nothing can be added any more at or before the present', async () => {
  const world = new World();
  const id = await world.send('x');
  expect(await raise(world.at(2), id)).toEqual({ word: 'raised', last: `${ms(2)}-0` });
  const { redis, store } = world;
  await expect(redis.xadd(store.keys.events, `${ms(2)}-0`, 'a', 'b')).rejects.toThrow('equal or smaller');
  expect(await redis.xadd(store.keys.events, `${ms(2)}-*`, 'a', 'b')).toBe(`${ms(2)}-1`);
});

test('a source with entries that the caller does not know is left as it is', async () => {
  const world = new World();
  const id = await world.send('x');
  await world.at(1).send('x');
  const before = await world.state();
  expect(await raise(world.at(2), id)).toEqual({ word: 'more', last: '' });
  expect(await raise(world, '0-0')).toEqual({ word: 'more', last: '' });
  expect(await world.state()).toEqual(before);
});

test('an id never goes back', async () => {
  const world = new World();
  const id = await world.at(5).send('x');
  expect(await raise(world.at(5), id, `${ms(4)}-0`)).toEqual({ word: 'higher', last: id });
  expect(await raise(world, null, `${ms(9)}-7`)).toEqual({ word: 'raised', last: `${ms(9)}-7` });
});

test('a source without any entry begins behind that id', async () => {
  const world = new World();
  expect(await raise(world, '0-0', `${ms(3)}-0`)).toEqual({ word: 'raised', last: `${ms(3)}-0` });
  await expect(world.redis.xadd(world.store.keys.events, `${ms(3)}-0`, 'a', 'b')).rejects.toThrow('equal or smaller');
  expect(await world.redis.xlen(world.store.keys.events)).toBe(0);
});
