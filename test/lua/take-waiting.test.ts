import { expect, test } from 'vitest';
import { takeWaiting } from '../../src/redis/steps/take-waiting.ts';
import { ms, World } from '../support/world.ts';

test('what is due is taken by one relay at a time, and again when that one was not heard of', async () => {
  const world = new World();
  const { redis, store } = world;
  await redis.zadd(store.keys.waiting, ms(1), `h ${ms(1)} 5-0`, ms(2), 'g f1-0', ms(9), 's f2', ms(1), 'nonsense');
  expect(await takeWaiting(redis, store, { leaseMs: 3_000 })).toEqual({ due: [], nextMs: 1_000 });
  world.at(2);
  const due = [
    { kind: 'held', member: `h ${ms(1)} 5-0`, entry: '5-0', till: ms(1) },
    { kind: 'group', member: 'g f1-0', id: 'f1-0' },
  ];
  expect(await takeWaiting(redis, store, { leaseMs: 3_000 })).toEqual({ due, nextMs: 3_000 });
  expect((await takeWaiting(redis, store, { leaseMs: 3_000 })).due).toEqual([]);
  world.at(5);
  expect((await takeWaiting(redis, store, { leaseMs: 3_000, limit: 10 })).due).toHaveLength(2);
});

test('a group that is taken gets no further firings, and a closing none to count; those that began since go on', async () => {
  const world = new World();
  const { redis, store } = world;
  const { waiting, grouping, budgets } = store.keys;
  await redis.zadd(waiting, ms(0), 'g f1-0', ms(0), 'g f2-0', ms(0), 's f3', ms(0), 's f4');
  await redis.hset(grouping, { one: 'f1-0', two: 'other' });
  await redis.hset(budgets, { a: 'f3 5', b: 'other 5' });
  for (const [id, name] of Object.entries({ 'f1-0': 'one', 'f2-0': 'two' })) {
    await redis.hset(store.prefixes.group + id, { name });
  }
  for (const [id, automation] of Object.entries({ f3: 'a', f4: 'b' })) {
    await redis.hset(store.prefixes.closing + id, { automation });
  }
  expect((await takeWaiting(redis, store, { leaseMs: 1 })).due).toHaveLength(4);
  expect(await redis.hgetall(grouping)).toEqual({ two: 'other' });
  expect(await redis.hgetall(budgets)).toEqual({ b: 'other 5' });
});
