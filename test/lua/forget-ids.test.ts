import { expect, test } from 'vitest';
import { forgetIds } from '../../src/redis/steps/forget-ids.ts';
import { difference } from '../support/snapshot.ts';
import { ms, START_MS, World } from '../support/world.ts';

const HALF_HOUR = 1_800;

/** Forgets until there is nothing more to forget. @returns how many calls did something */
async function forgetAll(world: World): Promise<number> {
  let calls = 0;
  while ((await forgetIds(world.redis, world.store)) === 'forgotten') calls += 1;
  return calls;
}

const remembered = async (world: World) => Object.keys(await world.state()).filter((key) => key.startsWith('seen:'));

test('before anything was applied there is nothing to forget', async () => {
  const world = new World();
  expect(await forgetAll(world)).toBe(0);
});

test('the position of the log decides, not the wall clock', async () => {
  const world = new World();
  await world.meet('x', { id: 'e' });
  world.at(100 * HALF_HOUR);
  const before = await world.state();
  expect(await forgetAll(world)).toBe(0);
  expect(await world.state()).toEqual(before);
  // The log stood still, and goes on where it was.
  await world.at(HALF_HOUR - 0.001);
  expect(await world.meet('x', { id: 'e' })).toBe('duplicate');
});

test('while the clock is set back, the time that stands for the position decides', async () => {
  const world = new World();
  await world.meet('x', { id: 'e' });
  await world.redis.set(world.store.keys.position, `${ms(100 * HALF_HOUR)}-0`);
  await world.redis.hset(world.store.keys.clock, 'at', ms(HALF_HOUR - 1));
  expect(await forgetAll(world)).toBe(0);
  await world.redis.hset(world.store.keys.clock, 'at', ms(HALF_HOUR));
  expect(await forgetAll(world)).toBe(1);
});

test('ids nobody can ask for any more go, the others are known still', async () => {
  const world = new World();
  const applied = new Map<string, number>();
  for (let at = 0; at <= 3 * HALF_HOUR; at += 100) {
    applied.set(`e${at}`, at);
    await world.at(at).meet('x', { id: `e${at}` });
    await forgetAll(world);
  }
  const end = 3 * HALF_HOUR;
  const words = new Map<string, string>();
  for (const id of applied.keys()) words.set(id, await world.at(end).meet('x', { id }));
  for (const [id, at] of applied) expect(words.get(id), id).toBe(end - at < HALF_HOUR ? 'duplicate' : 'applied');
});

test('nothing is left of what is forgotten', async () => {
  const world = new World();
  for (let i = 0; i < 300; i += 1) await world.send('x');
  await world.drain();
  const old = await remembered(world);
  await world.at(2 * HALF_HOUR).meet('x', { id: 'late' });
  expect(await forgetAll(world)).toBeGreaterThan(0);
  const left = await remembered(world);
  expect(left.filter((key) => old.includes(key))).toEqual([]);
  expect(left).toHaveLength(1);
  expect(await world.meet('x', { id: 'late' })).toBe('duplicate');
});

test.each([1_024, 32_768, 1_048_576, 33_554_432])('nothing is left of a generation of %d buckets', async (size) => {
  const world = new World();
  const from = START_MS;
  await world.redis.set(world.store.keys.seen, JSON.stringify([{ number: 7, from, to: from, size, count: 0 }]));
  for (let i = 0; i < 500; i += 1) await world.send('x', { id: `e${i}` });
  await world.drain();
  expect(await remembered(world)).toEqual(['seen:7']);
  expect(await world.redis.hlen(`${world.store.prefixes.seen}7`)).toBeGreaterThan(300);
  expect(await world.meet('x', { id: 'e250' })).toBe('duplicate');
  await world.at(2 * HALF_HOUR).meet('x', { id: 'late' });
  expect(await forgetAll(world)).toBeGreaterThan(0);
  expect(await remembered(world)).toEqual(['seen:8']);
});

test('it touches nothing but the memory of ids', async () => {
  const world = new World();
  await world.put({
    id: 'a',
    name: 'A',
    trigger: { posture: 'Proactive', expect: ['x'], within: 60, for_each: ['id'] },
  });
  await world.meet('x');
  await world.at(3 * HALF_HOUR).meet('x');
  const before = await world.state();
  await forgetAll(world);
  const changed = Object.keys(difference(before, await world.state()));
  expect(changed.filter((key) => !key.startsWith('seen'))).toEqual([]);
});

test('several may forget at once', async () => {
  const world = new World();
  for (let i = 0; i < 50; i += 1) await world.send('x');
  await world.drain();
  await world.at(2 * HALF_HOUR).meet('x', { id: 'e' });
  await Promise.all([forgetAll(world), forgetAll(world), forgetAll(world)]);
  expect(await remembered(world)).toHaveLength(1);
  expect(await world.meet('x', { id: 'e' })).toBe('duplicate');
});
