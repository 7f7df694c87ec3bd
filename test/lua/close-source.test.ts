import { expect, test } from 'vitest';
import { closeSource } from '../../src/redis/steps/close-source.ts';
import { FedWorld } from '../support/fed.ts';
import { World } from '../support/world.ts';

test('a source is closed once, by an entry of the log, and holds nothing from there on', async () => {
  const world = await FedWorld.opened();
  const { redis, store } = world.target;
  await world.target.drain();
  expect(await closeSource(redis, store, 'front')).toBe('closed');
  const before = await world.target.state();
  expect(before.fed).toEqual({ front: '0-0 0 closed' });
  expect(await closeSource(redis, store, 'front')).toBe('not-open');
  expect(await world.target.state()).toEqual(before);
  expect(await world.target.drain()).toEqual(['marked']);
  const state = await world.target.state();
  expect([state.reached, state.clock]).toEqual([undefined, expect.objectContaining({ fed: '0' })]);
});

test('what was never opened is not closed', async () => {
  const world = new World();
  expect(await closeSource(world.redis, world.store, 'front')).toBe('not-open');
  expect(await world.state()).toEqual({});
});
