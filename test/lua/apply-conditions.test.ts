import { expect, test } from 'vitest';
import { apply } from '../../src/redis/steps/apply.ts';
import { World } from '../support/world.ts';

/** A condition about a key that only some events have. */
const above = { posture: 'Reactive', expect: ['x'], where: 'payload.n > 1' };
const automation = (id: string, trigger: object = above) => ({ id, name: id, trigger });

const failed = async (world: World): Promise<object> => {
  const counters = (await world.state()).counters as Record<string, string>;
  return Object.fromEntries(Object.entries(counters).filter(([name]) => name.startsWith('where-error')));
};

test('a condition that cannot be answered is counted by automation, once for an event', async () => {
  const world = new World();
  await world.put(automation('a'));
  await world.put(automation('b'));
  await world.put(automation('c', { type: 'compound', require: 'any', within: 60, triggers: [above, above] }));
  await world.put(automation('d', { ...above, where: 'event == "x"' }));
  await world.meet('x', { payload: { n: 2 } });
  expect(await failed(world)).toEqual({});
  await world.meet('x', { payload: { m: 2 } });
  await world.meet('x', { payload: { n: 'two' } });
  await world.meet('y');
  expect(await failed(world)).toEqual({ 'where-error:a': '2', 'where-error:b': '2', 'where-error:c': '2' });
});

test('what fails in thousands of events stops nothing, and all of it is counted', async () => {
  const world = new World();
  await world.put(automation('bad'));
  await world.put(automation('good', { posture: 'Reactive', expect: ['x'], threshold: 5_000, within: 600 }));
  for (let from = 0; from < 5_000; from += 500) {
    await Promise.all(Array.from({ length: 500 }, async () => await world.send('x')));
  }
  const words = await world.drain();
  expect([words.length, words.filter((word) => word.startsWith('applied')).length]).toEqual([5_000, 5_000]);
  expect(await failed(world)).toEqual({ 'where-error:bad': '5000' });
  expect((await world.told()).map((line) => line.split('@')[0])).toEqual(['good triggered']);
});

test('a duplicate is not asked about again, and what waits only when it comes back', async () => {
  const world = new World();
  await world.put(automation('a'));
  await world.meet('x', { id: 'x1' });
  await world.meet('x', { id: 'x1' });
  expect(await failed(world)).toEqual({ 'where-error:a': '1' });
  expect(await world.meet('x', { id: 'x2', follows: 'l1' })).toBe('parked');
  expect(await failed(world)).toEqual({ 'where-error:a': '1' });
  await world.meet('l', { id: 'l1' });
  expect(await failed(world)).toEqual({ 'where-error:a': '2' });
});

test('a chunk of which a part is applied already counts the rest alone', async () => {
  const world = new World();
  await world.put(automation('a'));
  for (let i = 0; i < 3; i += 1) await world.send('x');
  await world.send('x', { id: 'fine', payload: { n: 2 } });
  const entries = await world.waiting();
  const whole = await world.chunk(entries);
  await world.apply(entries.slice(0, 2));
  expect(await failed(world)).toEqual({ 'where-error:a': '2' });
  expect((await apply(world.redis, world.store, whole)).words).toEqual(['applied', 'applied fired']);
  expect(await failed(world)).toEqual({ 'where-error:a': '3' });
});

test('the number goes with the automation', async () => {
  const world = new World();
  await world.put(automation('a'));
  await world.put(automation('b'));
  await world.meet('x');
  await world.remove('a');
  expect(await failed(world)).toEqual({ 'where-error:b': '1' });
  await world.put(automation('a'));
  await world.meet('x');
  expect(await failed(world)).toEqual({ 'where-error:a': '1', 'where-error:b': '2' });
});
