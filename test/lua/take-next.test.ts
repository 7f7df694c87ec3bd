import { expect, test } from 'vitest';
import { clearStage, noteFormer, Stage, takeStage } from '../../src/redis/stage.ts';
import { takeNext } from '../../src/redis/steps/take-next.ts';
import { World } from '../support/world.ts';

test('what stands ready takes the place of what stood there, and what shall not be there any more goes', async () => {
  const { redis, store } = new World();
  const { keys, prefixes } = store;
  await redis.hset(keys.clock, 'newest', '1');
  await redis.hset(`${prefixes.windows}old`, 'k', 'text');
  const stage = new Stage(redis, store, false);
  await stage.hash(stage.keys.clock, [['newest', '2']]);
  await stage.entry(stage.keys.firings, '5-1', ['a', 'b']);
  expect(await stage.entry(stage.keys.firings, '4-0', ['c', 'd'])).toBe('5-2');
  await stage.flush();
  await noteFormer(redis, store, [keys.clock, `${prefixes.windows}old`]);
  expect(await redis.hget(keys.clock, 'newest')).toBe('1');
  expect(await takeNext(redis, store)).toBe('more');
  expect(await redis.exists(`${prefixes.windows}old`)).toBe(0);
  expect(await redis.hget(keys.clock, 'newest')).toBe('1');
  expect(await takeNext(redis, store)).toBe('more');
  expect(await takeNext(redis, store)).toBe('done');
  expect(await redis.hget(keys.clock, 'newest')).toBe('2');
  expect((await redis.xrange(keys.firings, '-', '+')).map(([id]) => id)).toEqual(['5-1', '5-2']);
  expect(await redis.exists(keys.next, keys.former, stage.keys.clock)).toBe(0);
});

test('a call that comes again takes nothing away', async () => {
  const { redis, store } = new World();
  const stage = new Stage(redis, store, false);
  await stage.text(stage.keys.position, '7-0');
  await stage.flush();
  await noteFormer(redis, store, [store.keys.position]);
  expect(await takeStage(redis, store, undefined)).toBe(true);
  await redis.zadd(store.keys.next, '0', store.keys.position);
  expect(await takeStage(redis, store, undefined)).toBe(true);
  expect(await redis.get(store.keys.position)).toBe('7-0');
});

test('what was written is given up without a trace', async () => {
  const world = new World();
  const before = await world.state();
  const stage = new Stage(world.redis, world.store, false);
  await stage.scores(stage.keys.due, [['1', 'a']]);
  await stage.members(stage.keys.listeners, ['a']);
  await stage.group(stage.keys.events, 'engine', '5-0');
  await stage.flush();
  await noteFormer(world.redis, world.store, [world.store.keys.clock]);
  await clearStage(world.redis, world.store);
  expect(await world.state()).toEqual(before);
});
