import { expect, test } from 'vitest';
import { repartition, type Watchfire } from '../../src/index.ts';
import { layoutOf, partitionNames, partitionOf } from '../../src/model/partition.ts';
import { partitionStore } from '../../src/redis/store.ts';
import { runIn } from '../cli/run.ts';
import { engine, reactive, rejection } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { clearedAfter, keysIn } from '../support/namespace.ts';
import { adminBeside } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';

const failed = (id: string) => ({ event: 'order.failed', resource: { id } });
const KEYS = ['customer.1', 'customer.2', 'customer.3', 'customer.4', 'customer.5'];

/** An engine in a namespace that will have partitions of these names at most. */
function dividable(count: number): Watchfire {
  const watchfire = engine();
  const permanent = [...ENGINE_KEYS, 'bull:*'];
  for (const name of partitionNames({ count })) clearedAfter(`${watchfire.store.namespace}.${name}`, { permanent });
  return watchfire;
}

async function worked<T>(watchfire: Watchfire, work: () => Promise<T>): Promise<T> {
  const other = engine({ namespace: watchfire.store.namespace });
  const worker = await other.startWorker();
  const done = await work();
  await eventually('all is applied, fed and relayed', async () => {
    const { behind, unrelayed, partitions } = await watchfire.status();
    return behind === 0 && unrelayed === 0 && !partitions?.feeds.some(({ waitingMs }) => waitingMs > 0);
  });
  await worker.stop();
  await other.close();
  return done;
}

/** All keys of a namespace and its partitions. */
async function allKeys(watchfire: Watchfire, count: number): Promise<string[]> {
  const { namespace } = watchfire.store;
  const admin = adminBeside(watchfire.connections.redis);
  const names = ['', ...partitionNames({ count }).map((name) => `.${name}`)];
  const found = await Promise.all(names.map((name) => keysIn(admin, namespace + name)));
  return found
    .flatMap((keys, i) => keys.map((key) => `${names[i]} ${key}`))
    .filter((key) => !/ (bull:|worker)/.test(key));
}

test('an engine becomes one with partitions, others, and one again: windows go on, nothing fires twice', async () => {
  const watchfire = dividable(4);
  const { redis } = watchfire.connections;
  const two = { expect: ['order.failed'], threshold: 2, within: '1h' } as const;
  await watchfire.put(reactive('each', { trigger: { ...two, for_each: ['id'] } }));
  await watchfire.put(reactive('all', { trigger: { ...two, threshold: 2 * KEYS.length } }));
  await worked(
    watchfire,
    async () => await Promise.all(KEYS.map((id) => watchfire.emit({ ...failed(id), id: `first ${id}` }))),
  );
  const dry = await repartition(watchfire, layoutOf(4, 'id'), { dryRun: true });
  expect(dry).toMatchObject({ word: 'moved', counts: { automations: 2, keys: 6, entries: 5, firings: 0 } });
  expect(await watchfire.partitions()).toBeNull();
  expect((await repartition(watchfire, layoutOf(4, 'id'))).counts).toEqual(dry.counts);
  const divided = engine({ namespace: watchfire.store.namespace });
  expect((await divided.windows()).total).toBe(6);
  // One came before, one straight, and what has not been applied waits in the front log.
  await redis.xadd(watchfire.store.keys.events, '*', 'event', 'order.failed', 'resource.id', 'customer.1');
  await worked(divided, async () => {
    await divided.emit({ ...failed('customer.2'), id: 'first customer.2' });
    await divided.emit(failed('customer.2'));
  });
  const labels = async (one: Watchfire) => {
    const { firings } = await one.firings();
    return firings.map(({ firing }) => firing.labels.id ?? firing.automation).sort();
  };
  expect(await labels(divided)).toEqual(['customer.1', 'customer.2']);
  expect(await repartition(divided, layoutOf(3, 'id'))).toMatchObject({ word: 'moved', counts: { firings: 2 } });
  const three = engine({ namespace: watchfire.store.namespace });
  await worked(three, async () => await three.emit(failed('customer.3')));
  expect((await three.firings()).firings.map(({ entry }) => entry.split('/')[0]).sort()).toEqual(
    ['customer.1', 'customer.2', 'customer.3'].map((id) => String(partitionOf(id, 3))).sort(),
  );
  await repartition(three, null);
  const one = engine({ namespace: watchfire.store.namespace });
  await worked(one, async () => {
    for (const id of ['customer.4', 'customer.5']) await one.emit(failed(id));
    await one.emit({ ...failed('customer.5'), id: 'first customer.5' });
  });
  expect(await labels(one)).toEqual(['all', ...KEYS]);
  expect(await one.status()).toMatchObject({ damage: [], lost: 0, dead: 0 });
  // Counts of minutes go by themselves.
  const left = (await allKeys(watchfire, 4)).filter((key) => !key.includes('minutes:'));
  expect(left.filter((key) => /^\./.test(key) || /next|former/.test(key))).toEqual([]);
});

test('a run that is cut off is continued, and given up by asking for what there was', async () => {
  const watchfire = dividable(2);
  await watchfire.put(reactive('each'));
  await worked(watchfire, async () => await Promise.all(KEYS.map((id) => watchfire.emit(failed(id)))));
  const before = await allKeys(watchfire, 2);
  const cut = async (most: number) => {
    const stop = new AbortController();
    let calls = 0;
    const onProgress = (): void => {
      calls += 1;
      if (calls === most) stop.abort();
    };
    return await repartition(watchfire, layoutOf(2, 'id'), { onProgress, signal: stop.signal });
  };
  expect(await cut(3)).toMatchObject({ word: 'cut-off' });
  const cli = runIn(watchfire.store.namespace);
  expect(await cli(['status'])).toMatchObject({
    status: 1,
    out: [expect.stringMatching(/is being led to other partitions: run "watchfire repartition" again/)],
  });
  expect(await repartition(watchfire, null)).toMatchObject({ word: 'same' });
  expect(await allKeys(watchfire, 2)).toEqual(before);
  for (const most of [1, 5, 9]) expect(await cut(most)).toMatchObject({ word: 'cut-off' });
  let steps = 0;
  const onProgress = (): void => {
    steps += 1;
  };
  await repartition(watchfire, layoutOf(2, 'id'), { dryRun: true, onProgress });
  expect(steps).toBeGreaterThan(9);
  // Where copying is over, what is left is to put each key in its place, and nothing else.
  expect(await cut(steps)).toMatchObject({ word: 'cut-off', counts: { firings: KEYS.length } });
  expect(((await rejection(repartition(watchfire, null))) as Error).message).toMatch(
    /^the namespace is being led to 2 partitions by id: finish that/,
  );
  expect(await repartition(watchfire, layoutOf(2, 'id'))).toMatchObject({ word: 'moved', counts: { firings: 0 } });
  const divided = engine({ namespace: watchfire.store.namespace });
  expect((await divided.firings()).firings).toHaveLength(KEYS.length);
});

test('it is refused while workers live, where entries wait, and for an empty namespace; each says what to do', async () => {
  const watchfire = dividable(2);
  const message = async (to: Parameters<typeof repartition>[1]) => {
    return ((await rejection(repartition(watchfire, to))) as Error).message;
  };
  expect(await message(layoutOf(2, 'id'))).toMatch(/is empty: divide it by "watchfire init"/);
  await watchfire.put(reactive('each'));
  const worker = await watchfire.startWorker();
  expect(await message(layoutOf(2, 'id'))).toMatch(/^a worker lives .* then run "watchfire repartition" again/);
  await worker.stop();
  await repartition(watchfire, layoutOf(2, 'id'));
  const store = partitionStore(watchfire.store, '1');
  await watchfire.connections.redis.xadd(store.keys.events, '*', 'event', 'a', 'resource.id', 'x');
  expect(await message(layoutOf(3, 'id'))).toMatch(
    /^entries of partition 1 are not applied yet: stop what sends, and let/,
  );
  const cli = runIn(watchfire.store.namespace);
  expect(await cli(['repartition', '--partitions', '2'])).toMatchObject({
    status: 0,
    out: [expect.stringMatching(/^nothing to do/)],
  });
  expect(await cli(['repartition'])).toMatchObject({ status: 2 });
});
