import { expect, test } from 'vitest';
import { fieldsOf } from '../../src/redis/backlog.ts';
import { ENGINE_GROUP } from '../../src/redis/keys.ts';
import { recount } from '../../src/redis/steps/recount.ts';
import { World } from '../support/world.ts';

const again = (world: World, group = ENGINE_GROUP) => recount(world.redis, world.store.keys.events, group);

async function group(world: World): Promise<ReadonlyMap<string, unknown>> {
  const [flat = []] = (await world.redis.xinfo('GROUPS', world.store.keys.events)) as unknown[][];
  return fieldsOf(flat);
}

/** Five entries, of which somebody was given three and two are applied. */
async function begun(): Promise<World> {
  const world = new World();
  for (let i = 0; i < 5; i += 1) await world.send('x');
  const entries = await world.read('w', 3);
  await world.apply(entries.slice(0, 2));
  return world;
}

/** What a server before 7.4 makes of the group when it fails over. */
async function forget(world: World): Promise<void> {
  const { events } = world.store.keys;
  const last = String((await group(world)).get('last-delivered-id'));
  await world.redis.call('XGROUP', 'SETID', events, ENGINE_GROUP, last, 'ENTRIESREAD', '0');
}

test('a group of which Redis has lost count lags by what it was not given', async () => {
  const world = await begun();
  const before = await group(world);
  await forget(world);
  expect((await group(world)).get('lag')).toBe(5);
  expect(await again(world)).toBe('recounted');
  expect(await group(world)).toEqual(before);
  expect(before.get('lag')).toBe(2);
});

test('nothing changes where the count is right', async () => {
  const world = await begun();
  const before = await world.state();
  expect(await again(world)).toBe('right');
  expect(await world.state()).toEqual(before);
});

test('the next entries given are those that would have been', async () => {
  const world = await begun();
  await forget(world);
  await again(world);
  expect(await world.read('w', 10)).toHaveLength(2);
  expect((await group(world)).get('lag')).toBe(0);
});

test('what was trimmed and deleted does not count as unread', async () => {
  const world = await begun();
  const { events } = world.store.keys;
  const [first] = await world.redis.xrange(events, '-', '+', 'COUNT', 1);
  await world.redis.xdel(events, first?.[0] ?? '');
  await forget(world);
  expect(await again(world)).toBe('recounted');
  expect((await group(world)).get('entries-read')).toBe(3);
});

test('a group with much before it is left alone, as is one that is not there', async () => {
  const world = await begun();
  for (let i = 0; i < 100; i += 1) await world.send('x');
  await forget(world);
  const before = await world.state();
  expect(await again(world)).toBe('unsure');
  expect(await again(world, 'nobody')).toBe('gone');
  expect(await world.state()).toEqual(before);
  expect(await recount(world.redis, world.store.keys.firings, ENGINE_GROUP)).toBe('gone');
});
