import { describe, expect, test } from 'vitest';
import { settle } from '../../src/redis/steps/settle.ts';
import { automation, standing, watch } from '../support/trigger-kinds.ts';
import { ms, World } from '../support/world.ts';

/** More than three slices of lua/include/limits.lua. */
const MANY = 1_700;
const SLICE = 200;

/** Ids of the events behind an entry, as far as they are followers that came back. */
async function released(world: World): Promise<string[]> {
  const entries = await world.redis.xrange(world.store.keys.events, '-', '+');
  return entries.flatMap(([, [form, text = '']]) => (form === 'released' ? [String(JSON.parse(text).id)] : []));
}

const byOccurrence = Array.from({ length: MANY }, (_, i) => `f${String(i).padStart(4, '0')}`);

/** Parks followers in an order that is not that of their occurrence, and puts the leader and an event behind it into the log. */
async function parked(): Promise<World> {
  const world = new World();
  await world.put({ id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['x'] } });
  const shuffled = byOccurrence.map((id, i) => ({ id, i })).sort((a, b) => ((a.i * 7) % 11) - ((b.i * 7) % 11));
  for (const { id, i } of shuffled) await world.at(5).send('x', { id, t: i / 1_000, follows: 'leader' });
  await world.drain();
  await world.at(6).send('y', { id: 'leader' });
  await world.send('x', { id: 'behind' });
  return world;
}

describe('many followers of one leader', () => {
  test('come back in order of occurrence, some hundred a call, and nothing is applied until all have', async () => {
    const world = await parked();
    expect(await world.apply()).toMatchObject({ word: 'more-due', words: ['applied'] });
    expect(await released(world)).toEqual(byOccurrence.slice(0, SLICE));
    for (let slices = 2; slices * SLICE < MANY; slices += 1) {
      expect(await world.apply()).toMatchObject({ word: 'more-due', words: [] });
      expect(await released(world)).toEqual(byOccurrence.slice(0, slices * SLICE));
    }
    expect(await world.apply()).toMatchObject({ word: 'more-due', words: [] });
    expect(await released(world)).toEqual(byOccurrence);
    await world.drain();
    expect((await world.firings()).map(({ event }) => event?.id)).toEqual(['behind', ...byOccurrence]);
    const state = await world.state();
    expect([state.parked, state.clock]).toEqual([
      undefined,
      expect.not.objectContaining({ unfinished: expect.anything() }),
    ]);
  });

  test('come back as well where the worker dies that began: any other goes on, with a change or a tick', async () => {
    const world = await parked();
    await world.apply();
    await world.put({ id: 'b', name: 'b', trigger: { posture: 'Reactive', expect: ['x'] } });
    expect(await released(world)).toEqual(byOccurrence);
    const other = await parked();
    await other.apply();
    expect((await settle(other.redis, other.store)).word).toBe('more-due');
    await other.settle();
    expect(await released(other)).toEqual(byOccurrence);
  });

  test('of many bytes come back a megabyte a call', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['x'] } });
    const payload = { text: 'x'.repeat(400_000) };
    for (let i = 0; i < 4; i += 1) await world.send('x', { id: `f${i}`, t: i, follows: 'leader', payload });
    await world.drain();
    await world.send('y', { id: 'leader' });
    await world.apply();
    expect(await released(world)).toEqual(['f0', 'f1', 'f2']);
    await world.settle();
    expect(await released(world)).toEqual(['f0', 'f1', 'f2', 'f3']);
  });
});

test('many followers whose wait is over come back some hundred a call, those received first before others', async () => {
  const world = new World();
  await world.put({ id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['x'] } });
  for (const [i, id] of byOccurrence.entries()) await world.at(i).send('x', { id, t: 0, follows: 'nobody' });
  await world.drain();
  const first = await settle(world.redis, world.at(MANY + 900).store);
  expect([first.word, first.released]).toEqual(['more-due', SLICE]);
  await world.settle();
  expect(await released(world)).toEqual(byOccurrence);
});

describe('many windows that are enabled', () => {
  const keyed = { ...standing, for_each: ['id'] };

  async function disabled(): Promise<[World, string]> {
    const world = new World();
    await world.put(automation(keyed));
    for (let i = 0; i < MANY; i += 1) await world.send('x', { resource: `k${i}` });
    await world.drain();
    await world.at(5).put(automation(keyed, { enabled: false }));
    return [world, world.store.prefixes.windows + (await world.node('a')).name];
  }

  test('begin anew as of the change, some hundred a call, and nothing is applied or settled until all have', async () => {
    const [world, windows] = await disabled();
    await world.at(100).put(automation(keyed));
    await world.at(105).send('x', { resource: 'k7' });
    const anew = async () => {
      const texts = Object.values(await world.redis.hgetall(windows));
      return texts.filter((text) => text.startsWith(`[${ms(100)},${ms(130)})`)).length;
    };
    expect(await anew()).toBe(0);
    let calls = 0;
    for (; (await anew()) < MANY; calls += 1) {
      expect(await world.apply()).toMatchObject({ word: 'more-due', words: [] });
      expect(calls).toBeLessThan(40);
    }
    expect(calls).toBeGreaterThan(2);
    await world.drain();
    await world.at(131).settle();
    const told = await world.told();
    expect(told).toHaveLength(MANY - 1);
    expect(told).not.toContainEqual(expect.stringContaining(' k7 '));
  });

  test('begin anew as of the change although the worker dies that began', async () => {
    const [world] = await disabled();
    await world.at(100).put(automation(keyed));
    expect((await settle(world.redis, world.store)).word).toBe('more-due');
    await world.at(110).put({ id: 'b', name: 'b', trigger: { posture: 'Reactive', expect: ['y'] } });
    await world.at(131).settle();
    const told = await world.told();
    expect(told).toHaveLength(MANY);
    expect(told.every((line) => line.startsWith('a triggered@130 '))).toBe(true);
  });
});

test('a look may settle more windows of a trigger than a command takes values', async () => {
  const world = new World();
  const keys = Array.from({ length: 4_100 }, (_, i) => `r${i}`);
  await world.put(automation({ ...watch, for_each: ['id'] }));
  await Promise.all(keys.map((resource) => world.send('a', { id: resource, resource })));
  await world.drain();
  expect(await settle(world.at(1_000).redis, world.store, keys.length)).toMatchObject({ fired: keys.length });
  expect(await world.redis.xlen(world.store.keys.firings)).toBe(keys.length);
});
