import { describe, expect, test } from 'vitest';
import { ACTIONS_GROUP, ENGINE_GROUP } from '../../src/redis/keys.ts';
import { ensureGroup } from '../../src/redis/log.ts';
import { Janitor } from '../../src/services/janitor.ts';
import { logLines } from '../support/log-lines.ts';
import { adminBeside } from '../support/redis.ts';
import type { StreamValue } from '../support/snapshot.ts';
import { ms, World } from '../support/world.ts';

const HOUR = 3_600;

function janitorOf(world: World) {
  const { logger, lines } = logLines();
  const settings = { retentionMs: HOUR * 1_000, ledgerRetentionMs: 2 * HOUR * 1_000 };
  return { janitor: new Janitor({ redis: world.redis, store: world.store, logger, settings }), lines };
}

async function fill(world: World, stream: string, count: number, seconds: number): Promise<void> {
  const pipeline = world.redis.pipeline();
  for (let i = 0; i < count; i += 1) pipeline.xadd(stream, `${ms(seconds)}-${i + 1}`, 'event', 'x', 'resource.id', 'r');
  await pipeline.exec();
}

test('where there is nothing yet it finds nothing to do', async () => {
  const world = new World();
  const { janitor, lines } = janitorOf(world);
  await janitor.runOnce(ms(0));
  expect([await world.state(), lines]).toEqual([{}, []]);
});

test('applied events go after their retention, the ledger and dead letters after theirs', async () => {
  const world = new World();
  const { events, firings, dead, position } = world.store.keys;
  for (const stream of [events, firings, dead]) await fill(world, stream, 300, 0);
  await world.redis.set(position, `${ms(0)}-300`);
  const lengths = async () => await Promise.all([events, firings, dead].map((stream) => world.redis.xlen(stream)));
  const { janitor } = janitorOf(world);
  await janitor.runOnce(ms(HOUR - 1));
  expect(await lengths()).toEqual([300, 300, 300]);
  await janitor.runOnce(ms(HOUR + 1));
  const [log = 0, ...others] = await lengths();
  expect(log).toBeLessThanOrEqual(100);
  expect(others).toEqual([300, 300]);
  await janitor.runOnce(ms(2 * HOUR + 1));
  expect((await lengths()).slice(1)).toEqual([0, 0]);
});

test('what came since the last round goes in one round, however much it is', async () => {
  const world = new World();
  const { events, position } = world.store.keys;
  await fill(world, events, 25_000, 0);
  await world.redis.set(position, `${ms(0)}-25000`);
  await janitorOf(world).janitor.runOnce(ms(2 * HOUR));
  expect(await world.redis.xlen(events)).toBeLessThanOrEqual(100);
});

test('entries that are not applied stay, however old they are', async () => {
  const world = new World();
  await fill(world, world.store.keys.events, 300, 0);
  await janitorOf(world).janitor.runOnce(ms(100 * HOUR));
  expect(await world.waiting()).toHaveLength(300);
});

test('firings that are not relayed stay, however old they are', async () => {
  const world = new World();
  const { firings } = world.store.keys;
  await fill(world, firings, 300, 0);
  await ensureGroup(world.redis, firings, ACTIONS_GROUP);
  await janitorOf(world).janitor.runOnce(ms(100 * HOUR));
  expect(await world.redis.xlen(firings)).toBe(300);
});

test('a group that keeps old entries is named once, and again when it does so anew', async () => {
  const world = new World();
  const { events, position } = world.store.keys;
  await fill(world, events, 300, 0);
  await fill(world, events, 1, 2 * HOUR);
  await world.redis.set(position, `${ms(2 * HOUR)}-1`);
  await adminBeside(world.redis).xgroup('CREATE', events, 'audit', '0');
  const { janitor, lines } = janitorOf(world);
  const warning = expect.objectContaining({ msg: 'a group keeps old entries', group: 'audit', level: 40 });
  for (let i = 0; i < 3; i += 1) await janitor.runOnce(ms(2 * HOUR));
  expect(lines).toEqual([warning]);
  await adminBeside(world.redis).xgroup('SETID', events, 'audit', '$');
  await janitor.runOnce(ms(2 * HOUR));
  expect(lines).toEqual([warning]);
  await adminBeside(world.redis).xgroup('SETID', events, 'audit', '0');
  await janitor.runOnce(ms(4 * HOUR));
  expect(lines).toEqual([warning, warning]);
});

describe('one round', () => {
  test('removes what definitions left behind and ids that are over', async () => {
    const world = new World();
    const document = (within: number) => ({
      id: 'a',
      name: 'A',
      trigger: { posture: 'Proactive', after: ['a'], expect: ['x'], within, for_each: ['id'] },
    });
    await world.put(document(60));
    for (let i = 0; i < 20; i += 1) await world.send('a', { id: `e${i}`, resource: `r${i}` });
    await world.drain();
    await world.put(document(61));
    await world.at(HOUR + 1).meet('b', { id: 'late' });
    const { janitor } = janitorOf(world);
    for (let i = 0; i < 10; i += 1) await janitor.runOnce(ms(HOUR + 1));
    const state = await world.state();
    expect(state.garbage).toBeUndefined();
    expect(Object.keys(state).filter((key) => /^(windows|last):/.test(key))).toEqual([]);
    expect(Object.keys(state).filter((key) => key.startsWith('seen:'))).toHaveLength(1);
    expect(await world.meet('b', { id: 'late' })).toBe('duplicate');
  });

  test('retires consumers of workers that are gone and hold nothing, in both groups', async () => {
    const world = new World();
    const { events, firings } = world.store.keys;
    await ensureGroup(world.redis, firings, ACTIONS_GROUP);
    for (const consumer of ['gone', 'alive', 'holds']) {
      await adminBeside(world.redis).xgroup('CREATECONSUMER', firings, ACTIONS_GROUP, consumer);
      await world.send('x');
      await world.read(consumer, 1);
    }
    await world.redis.xadd(firings, '1-1', 'firing', 'aa');
    await world.redis.xreadgroup('GROUP', ACTIONS_GROUP, 'holds', 'STREAMS', firings, '>');
    await world.redis.set(`${world.store.prefixes.worker}alive`, '1', 'PX', 60_000);
    await janitorOf(world).janitor.runOnce(ms(0));
    const named = async (stream: string, group: string) =>
      ((await world.redis.xinfo('CONSUMERS', stream, group)) as string[][])
        .map((flat) => flat[flat.indexOf('name') + 1])
        .sort();
    // Nobody holds entries of the log.
    expect(await named(events, ENGINE_GROUP)).toEqual(['alive']);
    expect(await named(firings, ACTIONS_GROUP)).toEqual(['alive', 'holds']);
    expect(((await world.state()).firings as StreamValue).groups[ACTIONS_GROUP]?.pending).toEqual({ '1-1': 'holds' });
  });

  test('may be run by any number of janitors at once', async () => {
    const world = new World();
    await fill(world, world.store.keys.events, 1_000, 0);
    await world.redis.set(world.store.keys.position, `${ms(0)}-900`);
    await Promise.all(Array.from({ length: 4 }, () => janitorOf(world).janitor.runOnce(ms(2 * HOUR))));
    expect(await world.waiting()).toHaveLength(100);
  });
});
