import { expect, test } from 'vitest';
import { noteFed } from '../../src/redis/steps/note-fed.ts';
import { trim } from '../../src/redis/steps/trim.ts';
import { ms, World } from '../support/world.ts';

const note = (world: World, target: string, time: number) => noteFed(world.redis, world.store, target, `${ms(time)}-0`);

test('what a target was not fed stays in the source', async () => {
  const world = new World();
  const pipeline = world.redis.pipeline();
  for (let i = 0; i < 1_000; i += 1) pipeline.xadd(world.store.keys.events, `${ms(i)}-0`, 'event', 'x');
  await pipeline.exec();
  for (const target of ['3', 'g']) await note(world, target, 0);
  const cut = () => trim(world.redis, world.store, { stream: world.store.keys.events, fenced: false }, ms(1_000));
  expect(await cut()).toEqual({ removed: 0, blockedBy: 'feed:3' });
  expect(await note(world, '3', 900)).toBe(`${ms(0)}-0`);
  expect(await cut()).toEqual({ removed: 0, blockedBy: 'feed:g' });
  expect(await note(world, 'g', 400)).toBe(`${ms(400)}-0`);
  expect((await cut()).removed).toBe(400);
  expect(await note(world, 'g', 950)).toBe(`${ms(900)}-0`);
});

test('a note that comes late takes nothing back', async () => {
  const world = new World();
  await note(world, 'g', 0);
  await note(world, 'g', 9);
  const before = await world.state();
  expect(await note(world, 'g', 5)).toBe(`${ms(9)}-0`);
  expect(await world.state()).toEqual(before);
});

test('marks of a log that is not applied go when all targets have their entries', async () => {
  const world = new World();
  const { own } = world.store.keys;
  await note(world, 'g', 0);
  for (const time of [1, 2, 3]) await world.redis.zadd(own, ms(time), `${ms(time)}-0`);
  await note(world, 'g', 2);
  expect(await world.redis.zrange(own, '0', '-1')).toEqual([`${ms(2)}-0`, `${ms(3)}-0`]);
});

test('marks of a log that is applied stay until its entries were fed on', async () => {
  const world = new World();
  const { own } = world.store.keys;
  const fires = (id: string, expect_: string) => ({
    id,
    name: id,
    trigger: { posture: 'Reactive', expect: [expect_] },
  });
  await world.put(fires('f', 'x'));
  await world.put(fires('l', 'automation.*'));
  await note(world, 'g', 0);
  await world.at(1).meet('x');
  await world.at(2).meet('x');
  expect((await world.redis.zrange(own, '0', '-1')).length).toBeGreaterThan(2);
  await note(world, 'g', 2);
  await world.at(3).meet('x');
  expect(await world.redis.zrange(own, '-inf', `(${ms(2)}`, 'BYSCORE')).toEqual([]);
});
