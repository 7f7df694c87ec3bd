import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { eraseLabel } from '../../src/erase/erase.ts';
import { Watchfire } from '../../src/index.ts';
import { resolveAlertOf } from '../../src/redis/key-changes.ts';
import { ensureGroup } from '../../src/redis/log.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { runIn } from '../cli/run.ts';
import { liveOf, placeBeside } from '../replay/recorded-world.ts';
import { eventually } from '../support/eventually.ts';
import { keysIn } from '../support/namespace.ts';
import { partitioned } from '../support/partitioned.ts';
import { receiver } from '../support/receiver.ts';
import { adminBeside } from '../support/redis.ts';
import { World } from '../support/world.ts';

const VALUE = 'customer.7';
const failed = { posture: 'Reactive' as const, expect: ['order.failed'] };
const TRIGGERS = {
  each: { ...failed, for_each: ['id'], threshold: 2, within: 600 },
  all: { ...failed, threshold: 3, within: 60 },
  bundle: { ...failed, threshold: 3, collect: 3 },
  unpaid: { posture: 'Proactive', after: ['placed'], expect: ['paid'], for_each: ['id'], within: 60 },
  heard: { posture: 'Reactive', expect: ['automation.triggered'], for_each: ['label.id'], threshold: 9 },
};

/** Events of two customers, of which one is to be forgotten; all of it applied and handed on. */
async function customers(): Promise<World> {
  const world = await World.claimed();
  for (const [id, trigger] of Object.entries(TRIGGERS)) await world.put({ id, name: `rule ${id}`, trigger });
  const events: (readonly [number, string, string])[] = [
    ...([0, 2, 5] as const).map((at) => [at, 'order.failed', VALUE] as const),
    ...([1, 4, 300, 301, 302] as const).map((at) => [at, 'order.failed', 'customer.8'] as const),
    [3, 'placed', VALUE],
    [70, 'placed', 'customer.8'],
    [80, 'placed', VALUE],
  ];
  for (const [at, event, resource] of events.sort(([a], [b]) => a - b)) await world.at(at).meet(event, { resource });
  await world.append(['data', `{"event": "order.failed", "resource": {"id": "${VALUE}"}`]);
  await world.drain();
  await world.at(310).settle();
  await resolveAlertOf(world.redis, world.store, { automation: 'unpaid', labels: { id: VALUE } });
  await world.drain();
  await ensureGroup(world.redis, world.store.keys.firings, 'actions', '$');
  return world;
}

const everything = async (world: World): Promise<string> => JSON.stringify(await world.state());

test('what carries a label is counted, goes for good, and leaves a mark by which replays do not differ', async () => {
  const world = await customers();
  const { redis, store } = world;
  const namespace = { redis, front: store, parts: [store], isDivided: false };
  const label = { name: 'id', value: VALUE };
  const before = await everything(world);
  const firings = await world.firings();
  const counted = await eraseLabel(namespace, { ...label, dryRun: true });
  expect(await everything(world)).toBe(before);
  expect(before).toContain(VALUE);
  const own = firings.filter(({ labels }) => labels.id === VALUE);
  expect(counted).toMatchObject({ letters: 1, waiting: 0 });
  expect(counted.firings).toBeGreaterThan(own.length);
  expect(counted.keys).toBeGreaterThan(1);
  expect(await eraseLabel(namespace, label)).toMatchObject({ events: counted.events, firings: counted.firings });
  expect(await everything(world)).not.toContain(VALUE);
  expect(await eraseLabel(namespace, label)).toMatchObject({ events: 0, firings: 0, keys: 0, letters: 0, changes: 0 });

  const { same, complete, erased, exact, own: written } = await backtest(liveOf(world), placeBeside(world));
  expect({ complete, erased, written }).toEqual({ complete: true, erased: counted.events, written: null });
  expect(same).toMatchObject({ extra: [], missing: [], misplaced: null });
  expect(same?.compared).toBeGreaterThan(0);
  expect(exact.get('each')?.position).toBe('0-0');
  expect(exact.get('all')?.position).not.toBe('0-0');
  const watchfire = new Watchfire({ redis, namespace: world.namespace });
  expect(await watchfire.erasedAt(own[0]?.id ?? '')).toBeGreaterThan(0);
  expect(await watchfire.erasedAt('f'.repeat(32))).toBeNull();
  const { err } = await runIn(world.namespace)(['why', own[0]?.id ?? '']);
  expect(err).toEqual([expect.stringMatching(/^watchfire: [0-9a-f]{32} was erased, .*Z$/)]);
});

test('what is not applied or not handed on yet waits, and the verb says so', async () => {
  const world = await customers();
  await world.at(320).send('order.failed', { resource: VALUE });
  const { status, err, out } = await runIn(world.namespace)(['erase', '--label', `id=${VALUE}`, '--dry-run']);
  expect({ status, err }).toEqual({
    status: 0,
    err: [expect.stringContaining('watchfire: 1 wait still to be applied')],
  });
  expect(out[0]).toBe('would remove:');
  expect(await runIn(world.namespace)(['erase', '--label', `id=${VALUE}`])).toMatchObject({ status: 1 });
  await world.drain();
  await world.redis.xgroup('SETID', world.store.keys.firings, 'actions', '$');
  expect(await runIn(world.namespace)(['erase', '--label', `id=${VALUE}`])).toMatchObject({ status: 0 });
  expect(await everything(world)).not.toContain(VALUE);
});

/** What stands in a key, BullMQ's as well. */
async function contentOf(client: Redis, key: string): Promise<unknown> {
  const redis = adminBeside(client);
  const readers: Readonly<Record<string, () => Promise<unknown>>> = {
    string: () => redis.get(key),
    hash: () => redis.hgetall(key),
    list: () => redis.lrange(key, 0, -1),
    set: () => redis.smembers(key),
    zset: () => redis.zrange(key, '0', '-1'),
    stream: () => redis.xrange(key, '-', '+'),
  };
  return await readers[await redis.type(key)]?.();
}

test('with partitions it goes from all of them and from the front log, with its jobs and deliveries', async () => {
  const watchfire = await partitioned(2);
  const { redis } = watchfire.connections;
  const { url, received } = await receiver();
  const actions = [{ type: 'ring' }, { type: 'webhook', url: `${url}/hook` }] as const;
  await watchfire.put({ id: 'each', name: 'each', trigger: { ...failed, for_each: ['id'] }, actions: [...actions] });
  await watchfire.put({ id: 'all', name: 'all', trigger: failed, actions: [{ type: 'ring' }] });
  await watchfire.startWorker();
  await watchfire.startActions({ allowNet: ['127.0.0.1'] });
  for (const id of [VALUE, 'customer.8'])
    await watchfire.emit({ event: 'order.failed', resource: { id }, payload: { text: `of ${id}` } });
  await eventually('both are told', async () => {
    const sent = (await watchfire.deliveries()).filter(({ state }) => state === 'sent');
    return received.length === 2 && sent.length === 2;
  });
  const { namespace } = watchfire.settings;
  const names = [namespace, ...['0', '1', 'g'].map((part) => `${namespace}.${part}`)];
  const everywhere = async (): Promise<string> => {
    const each = names.map(async (name) => (await keysIn(redis, name)).map((key) => `{${name}}:${key}`));
    return JSON.stringify(await Promise.all((await Promise.all(each)).flat().map((key) => contentOf(redis, key))));
  };
  const label = { name: 'id', value: VALUE };
  expect(await everywhere()).toContain(VALUE);
  const counted = await eventually('nothing waits to be applied', async () => {
    const found = await watchfire.erase(label, { dryRun: true });
    return found.waiting === 0 ? found : null;
  });
  // Two jobs of `each`, one of `all`, which lives in the global partition.
  expect(counted).toMatchObject({ firings: 2, jobs: 3, deliveries: 1 });
  expect(counted.events).toBeGreaterThan(1);
  expect(await watchfire.erase(label)).toEqual(counted);
  const left = await everywhere();
  expect(left).not.toContain(VALUE);
  expect(left).toContain('customer.8');
  expect((await watchfire.firings()).firings.length).toBe(2);
});
