import { describe, expect, test } from 'vitest';
import { digestOf } from '../../src/apply/digest.ts';
import { START_MS, World } from '../support/world.ts';

const MINUTES = 60;

/** One automation fires for every event named `x`. */
async function listener(): Promise<World> {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
  return world;
}

type Generation = { number: number; from: number; to: number; size: number; count: number };

const generations = async (world: World): Promise<Generation[]> =>
  JSON.parse((await world.redis.get(world.store.keys.seen)) ?? '[]');

/** A memory whose only generation has so many buckets and ids. */
async function remember(world: World, size: number, count: number): Promise<void> {
  const generation: Generation = { number: 4, from: START_MS, to: START_MS, size, count };
  await world.redis.set(world.store.keys.seen, JSON.stringify([generation]));
}

test.each([
  [0, 1_799.999, 'duplicate'],
  [0, 1_800, 'applied fired'],
  [17 * MINUTES, 1_799.999, 'duplicate'],
  [17 * MINUTES, 1_800, 'applied fired'],
  [1_799.999, 1_799.999, 'duplicate'],
  [1_799.999, 1_800, 'applied fired'],
])('of an event applied at %d s: %d s later it is %s', async (first, later, word) => {
  const world = await listener();
  await world.at(first).meet('x');
  // In the middle of a generation, and others after it.
  const at = first + 77.777;
  await world.at(at).meet('x', { id: 'e' });
  for (let i = 1; i < 6; i += 1) await world.at(at + i * 299).meet('x');
  expect(await world.at(at + later).meet('x', { id: 'e' })).toBe(word);
});

test.each([
  [1_799.999, 'applied fired'],
  [1_800, 'parked'],
])('is what a follower asks: %d s after its leader it is %s', async (later, word) => {
  const world = await listener();
  await world.meet('x', { id: 'leader' });
  expect(await world.at(later).meet('x', { id: 'f', follows: 'leader' })).toBe(word);
});

test('is measured in positions: a repeat that was applied counts anew', async () => {
  const world = await listener();
  await world.meet('x', { id: 'e' });
  await world.at(1_800).meet('x', { id: 'e' });
  expect(await world.at(3_599.999).meet('x', { id: 'e' })).toBe('duplicate');
  expect(await world.at(3_600).meet('x', { id: 'e' })).toBe('applied fired');
});

test('knows repeats in a chunk whose first event has asked whether anything is due', async () => {
  const world = await listener();
  await world.meet('x', { id: 'before' });
  for (const id of ['first', 'before', 'first', 'last', 'last']) await world.send('x', { id });
  expect(await world.drain()).toEqual(['applied fired', 'duplicate', 'duplicate', 'applied fired', 'duplicate']);
});

test('compares ids exactly', async () => {
  const world = await listener();
  const ids = ['e', 'E', 'e ', ' e', '\u00e9', 'e\u0301', '\u0000', '1', '01', digestOf('e').head];
  for (const id of ids) expect(await world.meet('x', { id })).toBe('applied fired');
  for (const id of ids) expect(await world.meet('x', { id })).toBe('duplicate');
});

test('the bytes of two ids side by side are no id, and hide none', async () => {
  const world = await listener();
  await remember(world, 1_024, 2);
  const { head, tail } = digestOf('e');
  const two = Buffer.concat([Buffer.alloc(5, 'x'), Buffer.from(tail, 'latin1'), Buffer.alloc(10, 'x')]);
  await world.redis.hset(`${world.store.prefixes.seen}4`, head.slice(0, 2), two);
  expect(await world.meet('x', { id: 'e' })).toBe('applied fired');
  expect(await world.meet('x', { id: 'e' })).toBe('duplicate');
});

test('a bucket keeps all of its ids', async () => {
  const world = await listener();
  // With 1,024 buckets some of these have one in common.
  const ids = Array.from({ length: 200 }, (_, i) => `e${i}`);
  for (const id of ids) await world.send('x', { id });
  for (let i = 0; i < 10; i += 1) expect((await world.apply(await world.waiting(20))).words).toHaveLength(20);
  for (const id of ids) await world.send('x', { id });
  expect(await world.drain()).toEqual(ids.map(() => 'duplicate'));
  expect(await world.redis.hlen(`${world.store.prefixes.seen}1`)).toBeLessThan(ids.length);
});

test('a key of another kind where the next generation belongs stops the call before it writes anything', async () => {
  const world = await listener();
  await world.redis.set(`${world.store.prefixes.seen}1`, 'of another kind');
  await world.send('x', { id: 'e' });
  const before = await world.state();
  await expect(world.apply()).rejects.toThrow('WRONGTYPE');
  expect(await world.state()).toEqual(before);
  await world.redis.del(`${world.store.prefixes.seen}1`);
  expect(await world.drain()).toEqual(['applied fired']);
});

describe('the next generation', () => {
  test('comes when the buckets are full, and has more of them', async () => {
    const world = await listener();
    await remember(world, 1_024, 1_024 * 12 - 1);
    for (const id of ['last', 'first']) await world.meet('x', { id });
    expect(await generations(world)).toMatchObject([
      { number: 5, size: 32_768, count: 1 },
      { number: 4, size: 1_024, count: 1_024 * 12 },
    ]);
    for (const id of ['last', 'first']) expect(await world.meet('x', { id })).toBe('duplicate');
  });

  test.each([
    [13_000, 32_768],
    [12_000, 1_024],
  ])('after one of %d ids has %d buckets', async (count, size) => {
    const world = await listener();
    await remember(world, 32_768, count);
    await world.at(30 * MINUTES).meet('x');
    expect(await generations(world)).toMatchObject([{ number: 5, size, count: 1 }, { number: 4 }]);
  });
});
