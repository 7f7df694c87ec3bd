import { expect, test } from 'vitest';
import { readSettings, writeSettings } from '../../src/redis/settings.ts';
import { apply, SETTLE_LIMIT } from '../../src/redis/steps/apply.ts';
import { putSettings } from '../../src/redis/steps/put-settings.ts';
import { World } from '../support/world.ts';

const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 60 };
const automation = { id: 'a', name: 'A', trigger: watch };

const rules = async ({ redis, store }: World): Promise<unknown> => await readSettings(redis, store);
const set = async (world: World, changes: Parameters<typeof writeSettings>[2]): Promise<void> =>
  await writeSettings(world.redis, world.store, changes);

test('an absence that a waiting entry may disprove is decided behind the change, and the entry as it is seen then', async () => {
  const world = new World();
  await world.put(automation);
  await world.meet('a', { id: 'a1' });
  await world.at(59).send('x');
  world.at(70);
  await set(world, { ignored: ['x'] });
  expect(await world.told()).toEqual([]);
  await world.drain();
  await world.settle();
  expect(await world.told()).toEqual(['a triggered@60 a1']);
});

test('a change while nothing waits lets out what is due, and stands behind it', async () => {
  const world = new World();
  await world.put(automation);
  await world.meet('a', { id: 'a1' });
  world.at(60);
  await set(world, { earlyMs: 0 });
  expect(await world.told()).toEqual(['a triggered@60 a1']);
});

test('each change is a generation, one that changes nothing is none', async () => {
  const world = new World();
  await world.put(automation);
  const generation = async (): Promise<unknown> => (await world.state()).generation;
  const changes = (await world.state()).changes;
  await set(world, { earlyMs: 60_000, followWaitMs: 0, ignored: ['b', 'a', 'b'] });
  expect(await generation()).toBe('2');
  expect((await world.state()).settings).toEqual({ early_ms: '60000', follow_wait_ms: '0', ignored: '["a","b"]' });
  expect(await rules(world)).toEqual({ earlyMs: 60_000, followWaitMs: 0, ignored: ['a', 'b'] });
  await set(world, { earlyMs: 60_000, ignored: ['b', 'a'] });
  expect(await generation()).toBe('2');
  await set(world, { earlyMs: null, ignored: null });
  expect((await world.state()).settings).toEqual({ follow_wait_ms: '0' });
  expect(await generation()).toBe('3');
  await set(world, { followWaitMs: null });
  expect(await rules(world)).toEqual({ earlyMs: 1_800_000, followWaitMs: 900_000, ignored: ['prefect.log.write'] });
  expect((await world.state()).changes).toEqual(changes);
});

test('entries that were matched before a change are matched again behind it', async () => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
  await world.send('x', { id: 'x1' });
  const chunk = await world.chunk(await world.waiting());
  await set(world, { ignored: ['x'] });
  expect((await apply(world.redis, world.store, chunk)).word).toBe('stale-definitions');
  expect(await world.drain()).toEqual(['ignored']);
  await set(world, { ignored: [] });
  expect(await world.meet('x', { id: 'x2' })).toBe('applied fired');
  expect(await world.meet('prefect.log.write')).toBe('applied');
});

test('a follower that comes back is applied, though its name is ignored since', async () => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
  expect(await world.meet('x', { id: 'x1', follows: 'l1' })).toBe('parked');
  await set(world, { ignored: ['x'] });
  expect(await world.meet('x', { id: 'x2' })).toBe('ignored');
  expect(await world.meet('l', { id: 'l1' })).toBe('applied | applied fired');
});

test('how long an event waits for another follows the settings', async () => {
  const world = new World();
  await set(world, { followWaitMs: 60_000 });
  expect(await world.meet('x', { id: 'x1', follows: 'l1' })).toBe('parked');
  await world.at(59).settle();
  expect(await world.drain()).toEqual([]);
  await world.at(60).settle();
  expect(await world.drain()).toEqual(['applied']);
});

test('what is no list of names in Redis stands for the default, with every worker', async () => {
  const world = new World();
  for (const text of ['{', '"x"', '[1]', 'null']) {
    await world.redis.hset(world.store.keys.settings, 'ignored', text);
    expect(await rules(world)).toMatchObject({ ignored: ['prefect.log.write'] });
    expect(await world.meet('prefect.log.write')).toBe('ignored');
  }
});

test('a change worked out against another generation changes nothing', async () => {
  const world = new World();
  await world.put(automation);
  await world.meet('a');
  world.at(60);
  const before = await world.state();
  const change = { generation: '7', of: 'settings', set: [['early_ms', '1']], reset: ['ignored'] } as const;
  expect(await putSettings(world.redis, world.store, change)).toMatchObject({ word: 'stale-definitions' });
  expect(await world.state()).toEqual(before);
});

test('more that is due than one call may settle takes several calls', async () => {
  const world = new World();
  await world.put({ ...automation, trigger: { ...watch, for_each: ['id'] } });
  for (let i = 0; i < 3; i += 1) await world.meet('a', { resource: `r${i}` });
  world.at(60);
  const change = { generation: '1', of: 'settings', set: [['early_ms', '0']], reset: [] } as const;
  expect((await putSettings(world.redis, world.store, change, 2)).word).toBe('more-due');
  expect((await world.state()).settings).toBeUndefined();
  expect((await putSettings(world.redis, world.store, change, 2)).word).toBe('changed');
  expect(await world.told()).toHaveLength(3);
  expect(SETTLE_LIMIT).toBeGreaterThan(2);
});
