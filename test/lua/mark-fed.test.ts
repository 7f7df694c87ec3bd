import { expect, test } from 'vitest';
import { markFed } from '../../src/redis/steps/mark-fed.ts';
import { FedWorld } from '../support/fed.ts';
import { ms, World } from '../support/world.ts';

const watch = () => ({
  id: 'w',
  name: 'w',
  trigger: { posture: 'Proactive', after: ['a'], expect: ['b'], within: 20 },
});

/** One in which an absence is due at 20; fed up to 0. */
async function watching(): Promise<FedWorld> {
  const world = await FedWorld.opened();
  await world.target.put(watch());
  await world.source.send('a');
  await world.feed();
  await world.target.drain();
  return world;
}

const mark = (world: FedWorld, reached: number | null, from = world.mark) =>
  markFed(
    world.target.redis,
    world.target.store,
    reached === null ? [] : [{ source: 'front', from, to: from, reachedMs: ms(reached) }],
  );

test('a mark is added once, where something is due that it lets go', async () => {
  const world = await watching();
  expect(await mark(world.at(19.9), null)).toBe('not-wanted');
  expect(await mark(world.at(21), null)).toBe('wanted');
  expect(await mark(world, 19.9)).toBe('no-gain');
  expect(await mark(world, 20.5)).toBe('marked');
  const before = await world.target.state();
  expect(await mark(world, 20.5)).toBe('not-wanted');
  expect(await world.target.state()).toEqual(before);
  expect((await world.log()).at(-1)).toBe(`reached front ${ms(20.5)}`);
  expect(await world.target.drain()).toEqual(['marked']);
  expect(await world.target.told()).toEqual(['w triggered@20 e1']);
});

test('what is promised by a feeder that is not where the log is counts for nothing', async () => {
  const world = await watching();
  const before = await world.target.state();
  expect(await mark(world.at(30), 30, '0-0')).toBe('no-gain');
  expect(await mark(world, 30, `${ms(9)}-0`)).toBe('no-gain');
  expect(await world.target.state()).toEqual(before);
});

test('what was settled without it, or after the lag limit, wants none', async () => {
  const world = await watching();
  expect(await mark(world.at(20 + 15 * 60), null)).toBe('not-wanted');
  const unfed = new World();
  await unfed.put(watch());
  await unfed.meet('a');
  const before = await unfed.at(30).state();
  expect(await markFed(unfed.redis, unfed.store, [])).toBe('not-wanted');
  expect(await unfed.state()).toEqual(before);
});

test('followers that have waited long enough want one', async () => {
  const world = await FedWorld.opened();
  await world.source.send('x', { follows: 'nobody' });
  await world.source.at(1).send('y');
  await world.target.at(1);
  await world.feed();
  await world.target.drain();
  await world.target.redis.hset(world.target.store.keys.settings, 'follow_wait_ms', '20000');
  expect(await mark(world.at(19.9), null)).toBe('not-wanted');
  expect(await mark(world.at(20), 20)).toBe('marked');
  await world.target.drain();
  await world.target.settle();
  expect(await world.target.drain()).toEqual(['applied']);
});

test('an entry that was promised not to come is applied late, and counted', async () => {
  const world = await watching();
  const id = await world.at(19).source.send('b');
  expect(await mark(world.at(30), 30)).toBe('marked');
  await world.feed();
  expect(world.mark).toBe(id);
  expect(await world.target.drain()).toEqual(['marked', 'applied made-up+resolved']);
  const { redis, store } = world.target;
  expect(await redis.hget(store.keys.counters, 'late-fed')).toBe('1');
});
