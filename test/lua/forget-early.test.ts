import { expect, test } from 'vitest';
import { forgetEarly } from '../../src/redis/steps/forget-early.ts';
import { difference } from '../support/snapshot.ts';
import { ms, World } from '../support/world.ts';

const MINUTE = 60;
const HALF_HOUR = 30 * MINUTE;
/** The largest lag that as_of may lie behind the position. */
const LAG = 15 * MINUTE;

const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 60, for_each: ['id'] };

async function worldOf(): Promise<World> {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: watch });
  return world;
}

/** Forgets until there is nothing more to forget. @returns how many calls did something */
async function forgetAll(world: World, limit?: number): Promise<number> {
  let calls = 0;
  while ((await forgetEarly(world.redis, world.store, limit)) === 'forgotten') calls += 1;
  return calls;
}

const remembered = async (world: World) => Object.keys(await world.state()).filter((key) => key.startsWith('early'));

test('before anything was remembered there is nothing to forget', async () => {
  const world = new World();
  expect(await forgetAll(world)).toBe(0);
  expect(await world.state()).toEqual({});
});

test('a half hour is forgotten when no as_of can ask for it, and nothing is left of it', async () => {
  const world = await worldOf();
  await world.meet('x', { t: 0 });
  // It ends at 30 min, is remembered for as long again, and as_of may lie 15 min behind the position.
  await world.at(2 * HALF_HOUR + LAG - 0.001).meet('other');
  const before = await world.state();
  expect(await forgetAll(world)).toBe(0);
  expect(await world.state()).toEqual(before);
  await world.at(2 * HALF_HOUR + LAG).meet('other');
  expect(await forgetAll(world)).toBe(1);
  expect(await remembered(world)).toEqual([]);
});

test('the position of the log decides, not the wall clock', async () => {
  const world = await worldOf();
  await world.meet('x', { t: 0 });
  world.at(100 * HALF_HOUR);
  expect(await forgetAll(world)).toBe(0);
  // The log stood still, and goes on where it was.
  expect(await world.at(1).meet('a', { t: 0 })).toBe('applied satisfied');
});

test('while the clock is set back, the time that stands for the position decides', async () => {
  const world = await worldOf();
  await world.meet('x', { t: 0 });
  await world.at(100 * HALF_HOUR).meet('other');
  await world.redis.hset(world.store.keys.clock, 'at', ms(HALF_HOUR));
  expect(await forgetAll(world)).toBe(0);
});

test('what can be asked for stays: it goes on as if nothing had been forgotten', async () => {
  const told: string[][] = [];
  for (const forgets of [false, true]) {
    const world = await worldOf();
    for (let i = 0; i < 60; i += 1) {
      const at = i * 7 * MINUTE;
      await world.at(at).meet('x', { id: `x${i}`, resource: `r${i}`, t: at - (i % 5) * 3 * MINUTE });
      if (forgets) await forgetAll(world);
      const key = i - (i % 7);
      const first = key * 7 * MINUTE - (key % 5) * 3 * MINUTE;
      await world.meet('a', { id: `a${i}`, resource: `r${key}`, t: first });
    }
    await world.at(1_000 * MINUTE).settle();
    told.push(await world.told());
    if (forgets) expect((await remembered(world)).length).toBeLessThan(8);
  }
  expect(told[0]?.length).toBeGreaterThan(5);
  expect(told[1]).toEqual(told[0]);
});

test('the namespace says how long', async () => {
  const world = await worldOf();
  await world.redis.hset(world.store.keys.settings, 'early_ms', 10 * HALF_HOUR * 1_000);
  await world.meet('x', { t: 0 });
  await world.at(11 * HALF_HOUR + LAG - 1).meet('other');
  expect(await forgetAll(world)).toBe(0);
  await world.at(11 * HALF_HOUR + LAG).meet('other');
  expect(await forgetAll(world)).toBe(1);
});

test('a call removes no more than it may, the oldest first', async () => {
  const world = await worldOf();
  for (let i = 0; i < 5; i += 1) await world.at(i * HALF_HOUR).meet('x');
  await world.at(100 * HALF_HOUR).meet('other');
  expect(await remembered(world)).toHaveLength(6);
  expect(await forgetEarly(world.redis, world.store, 2)).toBe('forgotten');
  expect(await remembered(world)).toHaveLength(4);
  expect(await world.redis.zcard(world.store.keys.early)).toBe(3);
  expect(await forgetAll(world, 2)).toBe(2);
  expect(await remembered(world)).toEqual([]);
});

test('it touches nothing but the memory of times', async () => {
  const world = await worldOf();
  for (const name of ['a', 'x', 'a']) await world.meet(name);
  await world.at(10 * HALF_HOUR).meet('x');
  const before = await world.state();
  expect(await forgetAll(world)).toBe(1);
  const changed = Object.keys(difference(before, await world.state()));
  expect(changed.filter((key) => !key.startsWith('early'))).toEqual([]);
  expect(await remembered(world)).toHaveLength(2);
});

test('several may forget at once', async () => {
  const world = await worldOf();
  for (let i = 0; i < 9; i += 1) await world.at(i * HALF_HOUR).meet('x');
  await world.at(100 * HALF_HOUR).meet('other');
  await Promise.all([forgetAll(world, 1), forgetAll(world, 1), forgetAll(world, 1)]);
  expect(await remembered(world)).toEqual([]);
});
