import { expect, test } from 'vitest';
import { ENGINE_GROUP } from '../../src/redis/keys.ts';
import { ensureGroup, readNewest, readNext, readWaiting } from '../../src/redis/log.ts';
import { World } from '../support/world.ts';

const ids = (entries: readonly { id: string }[]): string[] => entries.map(({ id }) => id);

test('the group owns what was in the log before it, and is made once', async () => {
  const world = new World();
  const id = await world.send('x');
  await Promise.all(Array.from({ length: 5 }, () => ensureGroup(world.redis, world.store.keys.events, ENGINE_GROUP)));
  expect(ids(await readNext(world.redis, world.store, 'c', 10, null))).toEqual([id]);
});

test('making the group fails with what is wrong, unless it is there', async () => {
  const world = new World();
  await world.redis.set(world.store.keys.events, 'of another type');
  await expect(ensureGroup(world.redis, world.store.keys.events, ENGINE_GROUP)).rejects.toThrow('WRONGTYPE');
});

test('each entry is given to one worker only', async () => {
  const world = new World();
  const sent: string[] = [];
  for (let i = 0; i < 10; i += 1) sent.push(await world.send('x'));
  const read = [await world.read('a', 4), await world.read('b', 4), await world.read('a', 4), await world.read('b', 4)];
  expect(read.map(ids)).toEqual([sent.slice(0, 4), sent.slice(4, 8), sent.slice(8), []]);
});

test('an entry comes with its fields as they were sent', async () => {
  const world = new World();
  await world.append(['b', '2', 'a', 'ä\n', 'a', '']);
  const [entry] = await world.read();
  expect(entry?.fields).toEqual(['b', '2', 'a', 'ä\n', 'a', '']);
});

test('a blocking read ends without entries when none come', async () => {
  const world = new World();
  await ensureGroup(world.redis, world.store.keys.events, ENGINE_GROUP);
  expect(await readNext(world.redis, world.store, 'c', 10, 1)).toEqual([]);
});

test('what waits is what lies behind the position, whoever was given it', async () => {
  const world = new World();
  expect(await readWaiting(world.redis, world.store, 10)).toEqual([]);
  const sent: string[] = [];
  for (let i = 0; i < 5; i += 1) sent.push(await world.send('x'));
  await world.read('a', 3);
  await world.apply((await world.waiting()).slice(0, 2));
  expect(ids(await readWaiting(world.redis, world.store, 2))).toEqual(sent.slice(2, 4));
  expect(ids(await readWaiting(world.redis, world.store, 10))).toEqual(sent.slice(2));
});

test('the newest entries are read, up to a number of them and up to a size', async () => {
  const world = new World();
  const sent: string[] = [];
  for (let i = 0; i < 600; i += 1) sent.push(await world.append(['a', 'xxxx']));
  const read = async (count: number, characters: number): Promise<string[]> =>
    ids(await readNewest(world.redis, world.store, { count, characters })).sort();
  expect(await read(10_000, 1_000_000)).toEqual([...sent].sort());
  expect(await read(510, 1_000_000)).toEqual(sent.slice(-510).sort());
  expect(await read(10_000, 1_000)).toEqual(sent.slice(-250).sort());
});
