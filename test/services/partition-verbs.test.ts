import { expect, test } from 'vitest';
import { migrateState } from '../../src/index.ts';
import { partitionOf } from '../../src/model/partition.ts';
import { partitionStore } from '../../src/redis/store.ts';
import { Janitor } from '../../src/services/janitor.ts';
import { runIn } from '../cli/run.ts';
import { reactive } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { partitioned } from '../support/partitioned.ts';

const failed = (id: string) => ({ event: 'order.failed', resource: { id } });

test('an automation of the global partition hears what became of actions, wherever they come from', async () => {
  const watchfire = await partitioned(2);
  await watchfire.put(reactive('each', { actions: [{ type: 'log', message: 'hear me' }] }));
  await watchfire.put(
    reactive('heard', { trigger: { posture: 'Reactive', expect: ['automation.action.executed'] }, actions: [] }),
  );
  await watchfire.startWorker();
  await watchfire.startActions();
  await watchfire.emit(failed('customer.1'));
  const found = await eventually('both have fired', async () => {
    const { firings } = await watchfire.firings();
    return firings.length >= 2 ? firings : null;
  });
  expect(found.map(({ firing }) => firing.automation)).toEqual(['each', 'heard']);
});

test('status says how far each partition is fed, and doctor looks at all of them', async () => {
  const watchfire = await partitioned(4);
  const { redis } = watchfire.connections;
  await watchfire.put(reactive('each'));
  const cli = runIn(watchfire.store.namespace);
  const feeds = async () => (await watchfire.status()).partitions?.feeds ?? [];
  expect((await feeds()).map(({ source, partition }) => `${source} ${partition}`)).toEqual([
    ...['front 0', 'front 1', 'front 2', 'front 3'],
    ...['0 g', '1 g', '2 g', '3 g', 'front g'],
  ]);
  const old = `${Date.now() - 60_000}-0`;
  await redis.xadd(watchfire.store.keys.events, old, 'event', 'order.failed', 'resource.id', 'customer.1');
  expect((await feeds()).filter(({ source }) => source === 'front').every(({ waitingMs }) => waitingMs >= 60_000)).toBe(
    true,
  );
  const found = async (name: string) => {
    const { checks } = JSON.parse((await cli(['doctor', '-o', 'json'])).out.join(''));
    return checks.flatMap((check: { name: string; found: string }) => (check.name === name ? check.found : []));
  };
  expect(await found('partitions')).toEqual(['entries wait to be fed to 0, 1, 2, 3, g']);
  const store = partitionStore(watchfire.store, '2');
  await redis.sadd(store.keys.counters, 'rubbish');
  expect(await found('keys')).toContain(
    `${store.keys.counters} is a set, not a hash: a worker removes it within seconds, or you by DEL`,
  );
  await redis.del(store.keys.counters);
  await watchfire.startWorker();
  await eventually('all is fed', async () => (await feeds()).every(({ waitingMs }) => waitingMs === 0));
  const status = await cli(['status', '--engine-only']);
  expect(status.out.find((line) => line.startsWith('feeds'))).toMatch(/9, each fed with all there is$/);
  const { partitions } = JSON.parse((await cli(['status', '-o', 'json', '--engine-only'])).out.join(''));
  expect(partitions.feeds[0]).toMatchObject({ partition: '0', source: 'front', waiting_seconds: 0, holds: false });
  const healthy = await cli(['doctor']);
  expect(healthy.out.find((line) => line.includes('4 by id'))).toMatch(
    /^ok .*all have these automations, and are fed$/,
  );
});

test('migrate looks at each partition, and finds nothing to do', async () => {
  const watchfire = await partitioned(2);
  expect(await migrateState(watchfire)).toMatchObject({ from: null, finished: true });
  const home = partitionStore(watchfire.store, String(partitionOf('x', 2)));
  await watchfire.connections.redis.set(home.keys.format, '5');
  expect(await migrateState(watchfire, { dryRun: true })).toMatchObject({ from: 'format 5' });
  expect(await migrateState(watchfire)).toMatchObject({ from: 'format 5', finished: true });
  expect(await migrateState(watchfire)).toMatchObject({ from: null });
});

test('old entries of the front log go once all partitions are fed with them, and not before', async () => {
  const watchfire = await partitioned(2);
  const { store } = watchfire;
  const { redis } = watchfire.connections;
  const { events } = store.keys;
  const add = redis.pipeline();
  for (let i = 0; i < 250; i += 1) add.xadd(events, '*', 'event', 'x', 'resource.id', 'a');
  await add.exec();
  const { logger } = logLines();
  const settings = { retentionMs: 0, ledgerRetentionMs: 0 };
  const janitor = new Janitor({ redis, store, logger, settings, front: true });
  await janitor.runOnce(Date.now() + 60_000);
  expect(await redis.xlen(events)).toBe(250);
  await watchfire.startWorker();
  await eventually('what is fed can go', async () => {
    await janitor.runOnce(Date.now() + 60_000);
    return (await redis.xlen(events)) < 250;
  });
});
