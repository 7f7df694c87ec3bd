import { expect, test } from 'vitest';
import { finishWaiting } from '../../src/redis/steps/finish-waiting.ts';
import { World } from '../support/world.ts';

test('what has gone out waits no more and needs no entry any more; others do', async () => {
  const world = new World();
  const { redis, store } = world;
  const { waiting, needed } = store.keys;
  await redis.zadd(waiting, 1, 'h 9 5-0', 2, 'g f1-0', 3, 's f2', 4, 'g f3-0');
  await redis.zadd(needed, 5, '5-0 h 9 5-0', 5, '5-0 g f1-0', 6, '6-0 g f1-0', 7, '7-0 s f2', 7, '7-0 g f3-0');
  await redis.hset(`${store.prefixes.group}f1-0`, { n1: '5-0', n2: '6-0', name: 'x', count: '2' });
  await redis.hset(`${store.prefixes.closing}f2`, { entry: '7-0', count: '1' });
  for (const member of ['h 9 5-0', 'g f1-0', 's f2']) {
    expect(await finishWaiting(redis, store, member)).toBe('finished');
    expect(await finishWaiting(redis, store, member)).toBe('gone');
  }
  expect(await world.state()).toEqual({ waiting: { 'g f3-0': 4 }, needed: { '7-0 g f3-0': 7 } });
});
