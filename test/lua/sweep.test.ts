import { expect, test } from 'vitest';
import { sweep } from '../../src/redis/steps/sweep.ts';
import { World } from '../support/world.ts';

const SWEPT_AT_ONCE = 500;

const watch = (within: number) => ({
  id: 'a',
  name: 'A',
  trigger: { posture: 'Proactive', after: ['a'], expect: ['x'], within, for_each: ['id'] },
});

test('where nothing was left behind it changes nothing', async () => {
  const world = new World();
  await world.put(watch(60));
  await world.meet('a');
  const before = await world.state();
  expect(await sweep(world.redis, world.store)).toBe('clean');
  expect(await world.state()).toEqual(before);
});

test('what a definition left behind goes piece by piece, and nothing else', async () => {
  const world = new World();
  await world.put(watch(60));
  const old = (await world.node('a')).name;
  for (let i = 0; i < SWEPT_AT_ONCE + 20; i += 1) await world.send('a', { resource: `r${i}` });
  await world.drain();
  await world.put(watch(61));
  await world.meet('a', { resource: 'r0' });
  const left = async () => await world.redis.zcard(world.store.prefixes.deadlines + old);
  expect(await left()).toBe(SWEPT_AT_ONCE + 20);
  expect(await world.redis.hlen(world.store.prefixes.windows + old)).toBe(SWEPT_AT_ONCE + 20);
  const counts: number[] = [];
  while ((await sweep(world.redis, world.store)) === 'swept') counts.push(await left());
  expect(counts).toEqual([20, 0, 0]);
  const state = await world.state();
  expect(Object.keys(state).filter((key) => key.includes(`:${old}`))).toEqual([]);
  expect(state.garbage).toBeUndefined();
  const { name } = await world.node('a');
  for (const kind of ['windows', 'last', 'deadlines']) {
    expect(Object.keys(state[`${kind}:${name}`] ?? {}), kind).toEqual(['r0']);
  }
});

test('groups of composites go as well', async () => {
  const world = new World();
  const document = (within: number) => {
    const triggers = ['x', 'y'].map((name) => ({ posture: 'Reactive', expect: [name] }));
    return { id: 'a', name: 'A', trigger: { type: 'compound', require: 'all', within, for_each: ['id'], triggers } };
  };
  await world.put(document(60));
  for (const resource of ['p', 'q']) await world.meet('x', { resource });
  await world.put(document(61));
  while ((await sweep(world.redis, world.store)) === 'swept');
  expect(Object.keys(await world.state()).filter((key) => /^(composite|windows:a\+\+|last:a\+\+)/.test(key))).toEqual(
    [],
  );
});

test('several may sweep at once', async () => {
  const world = new World();
  for (let within = 60; within < 64; within += 1) {
    await world.put(watch(within));
    for (let i = 0; i < 5; i += 1) await world.send('a', { resource: `r${i}` });
    await world.drain();
  }
  const all = async () => {
    while ((await sweep(world.redis, world.store)) === 'swept');
  };
  await Promise.all([all(), all(), all()]);
  const state = await world.state();
  expect(state.garbage).toBeUndefined();
  const { name } = await world.node('a');
  expect(
    Object.keys(state)
      .filter((key) => /^(windows|last|deadlines):/.test(key))
      .sort(),
  ).toEqual([`deadlines:${name}`, `last:${name}`, `windows:${name}`]);
  expect(Object.keys(state[`windows:${name}`] ?? {})).toHaveLength(5);
});
