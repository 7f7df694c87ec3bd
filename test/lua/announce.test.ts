import { expect, test } from 'vitest';
import { announcedTypes } from '../../src/redis/handlers.ts';
import { announce } from '../../src/redis/steps/announce.ts';
import { ms, World } from '../support/world.ts';

test('a type is announced with its schema, since the first time', async () => {
  const world = new World();
  expect(await announce(world.redis, world.store, 'page', { type: 'object' })).toEqual({
    word: 'announced',
    sinceMs: ms(0),
  });
  world.at(60);
  expect(await announce(world.redis, world.store, 'page', { type: 'string' })).toEqual({
    word: 'known',
    sinceMs: ms(0),
  });
  expect(await world.state()).toEqual({ handlers: { page: `${ms(0)} {"type":"string"}` } });
  const found = await announcedTypes(world.redis, world.store, ['page', 'other']);
  expect([...found]).toEqual([['page', { sinceMs: ms(0), schema: { type: 'string' } }]]);
});

test('what others wrote there is no announcement, and the next one replaces it', async () => {
  const world = new World();
  await world.redis.hset(world.store.keys.handlers, { page: 'nonsense', half: '5 {' });
  expect([...(await announcedTypes(world.redis, world.store, ['page', 'half']))]).toEqual([
    ['half', { sinceMs: 5, schema: null }],
  ]);
  expect((await announce(world.redis, world.store, 'page', {})).word).toBe('announced');
});
