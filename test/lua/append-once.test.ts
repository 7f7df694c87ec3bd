import { expect, test } from 'vitest';
import { appendOnce, KEEP_MARK_MS } from '../../src/redis/steps/append-once.ts';
import { ms, World } from '../support/world.ts';

const append = (world: World, job: string, stream = world.store.keys.events) =>
  appendOnce(world.redis, world.store, { job, stream, fields: ['data', '{}'] });

test('an entry is appended with the mark of its job, and a repeat appends nothing', async () => {
  const world = new World();
  expect(await append(world, 'f-1-0')).toEqual({ word: 'appended', entry: `${ms(0)}-0` });
  const before = await world.state();
  expect(before).toHaveProperty('carried');
  expect(await world.redis.zscore(world.store.keys.own, `${ms(0)}-0`)).toBe(String(ms(0)));
  expect(await world.redis.zscore(world.store.keys.carried, 'f-1-0')).toBe(String(ms(0)));
  expect(await append(world, 'f-1-0')).toEqual({ word: 'repeated', entry: '' });
  expect(await world.state()).toEqual(before);
  expect((await append(world, 'f-1-1')).word).toBe('appended');
});

test('another stream in the slot gets the entry, and the log does not', async () => {
  const world = new World();
  const stream = `{${world.namespace}}:streams:mine`;
  await append(world, 'f-1-0', stream);
  expect(await world.redis.xlen(stream)).toBe(1);
  expect(await world.redis.exists(world.store.keys.own)).toBe(0);
  expect(await world.redis.exists(world.store.keys.events)).toBe(0);
  await world.redis.del(stream);
});

test('a mark is forgotten after seven days, by later calls', async () => {
  const world = new World();
  await append(world, 'f-1-0');
  world.at(KEEP_MARK_MS / 1_000 - 0.001);
  await append(world, 'f-2-0');
  expect(Object.keys((await world.state()).carried as object)).toEqual(['f-1-0', 'f-2-0']);
  world.at(KEEP_MARK_MS / 1_000);
  await append(world, 'f-3-0');
  expect(Object.keys((await world.state()).carried as object).sort()).toEqual(['f-2-0', 'f-3-0']);
});
