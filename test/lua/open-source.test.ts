import { expect, test } from 'vitest';
import { closeSource } from '../../src/redis/steps/close-source.ts';
import { openSource } from '../../src/redis/steps/open-source.ts';
import { FedWorld } from '../support/fed.ts';
import { ms, World } from '../support/world.ts';

test('a source is opened once, by an entry of the log', async () => {
  const world = new World();
  const open = (from: string) => openSource(world.redis, world.store, { source: 'front', from });
  expect(await open(`${ms(0)}-0`)).toEqual({ word: 'opened', mark: `${ms(0)}-0` });
  const before = await world.state();
  expect(await open('0-0')).toEqual({ word: 'open', mark: `${ms(0)}-0` });
  expect(await world.state()).toEqual(before);
  expect(await world.drain()).toEqual(['marked']);
  expect(await world.state()).toMatchObject({ reached: { front: String(ms(0)) }, clock: { fed: '1' } });
});

test('a source that was closed goes on where it was, and feeds nothing twice', async () => {
  const world = await FedWorld.opened();
  const { redis, store } = world.target;
  await world.source.send('x', { id: 'a' });
  await world.feed();
  await closeSource(redis, store, 'front');
  await world.at(1).source.send('x', { id: 'b' });
  expect(await openSource(redis, store, { source: 'front', from: '0-0' })).toEqual({
    word: 'opened',
    mark: world.mark,
  });
  await world.feed();
  expect((await world.log()).filter((text) => text.startsWith('fed')).length).toBe(2);
});

test.each(['', 'a b', 'x'.repeat(65)])('a source cannot have the name %j', async (source) => {
  const world = new World();
  await expect(openSource(world.redis, world.store, { source, from: '0-0' })).rejects.toMatchObject({ path: 'source' });
  expect(await world.state()).toEqual({});
});
