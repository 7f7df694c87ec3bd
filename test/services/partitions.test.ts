import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { InvalidDocument, type LiveHeard, type Recorded } from '../../src/index.ts';
import { layoutOf, partitionOf } from '../../src/model/partition.ts';
import { divide } from '../../src/redis/partitions.ts';
import { announceSource, noteSource } from '../../src/redis/sources.ts';
import { partitionStore } from '../../src/redis/store.ts';
import { runIn } from '../cli/run.ts';
import { engine, reactive, rejection } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { partitioned } from '../support/partitioned.ts';
import { patientClock } from '../support/patient-clock.ts';

const failed = (id: string) => ({ event: 'order.failed', resource: { id } });
const KEYS = ['customer.1', 'customer.2', 'customer.3', 'customer.4', 'customer.5', 'customer.6'];

/** Counts all failures, whatever their key: it lives on the global partition. */
const all = (threshold: number) => reactive('all', { trigger: { expect: ['order.failed'], threshold, within: '1h' } });

async function pagesOf(pages: AsyncIterable<Recorded[]>): Promise<Recorded[]> {
  const all: Recorded[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

describe('a namespace with partitions', () => {
  test('counts each key in its partition and what has no key on the global one, sent straight or by the front log', async () => {
    const watchfire = await partitioned(3);
    const { redis } = watchfire.connections;
    await watchfire.put(reactive('each'));
    await watchfire.put(all(2 * KEYS.length));
    const worker = await watchfire.startWorker();
    const producer = engine({ namespace: watchfire.store.namespace, clock: patientClock });
    const sent = await Promise.all(KEYS.map((id) => producer.emit(failed(id))));
    expect(sent.map(({ entry }) => entry.split('/')[0])).toEqual(KEYS.map((id) => String(partitionOf(id, 3))));
    for (const id of KEYS)
      await redis.xadd(watchfire.store.keys.events, '*', 'event', 'order.failed', 'resource.id', id);
    const found = await eventually('everything has fired', async () => {
      const { firings } = await watchfire.firings();
      return firings.length >= 2 * KEYS.length + 1 ? firings : null;
    });
    const fired = found.map(({ firing }) => firing);
    const each = fired.filter(({ automation }) => automation === 'each').map(({ labels }) => labels.id);
    expect(each.sort()).toEqual([...KEYS, ...KEYS].sort());
    expect(fired.filter(({ automation }) => automation === 'all')).toHaveLength(1);
    expect(found.map(({ entry }) => Number(/\/(\d+)-/.exec(entry)?.[1]))).toEqual(
      found.map(({ entry }) => Number(/\/(\d+)-/.exec(entry)?.[1])).sort((a, b) => a - b),
    );
    const status = await eventually('all jobs are added', async () => {
      const now = await watchfire.status();
      return now.unrelayed === 0 && now.behind === 0 ? now : null;
    });
    expect(status).toMatchObject({ firings: 13, automations: 2, partitions: { count: 3, behind: [] } });
    expect((await watchfire.queueDepths(['actions'])).get('actions')).toMatchObject({ waiting: 13 });
    await worker.stop();
  });

  test('decides an absence of a key, and one without a key, at its time', async () => {
    const watchfire = await partitioned(2);
    const trigger = { posture: 'Proactive', after: ['placed'], expect: ['paid'], within: '1s' } as const;
    await watchfire.put(reactive('each', { trigger: { ...trigger, for_each: ['id'] } }));
    await watchfire.put(reactive('any', { trigger }));
    await watchfire.startWorker();
    await watchfire.emit({ event: 'placed', resource: { id: 'order.1' } });
    await watchfire.connections.redis.xadd(
      watchfire.store.keys.events,
      '*',
      'event',
      'placed',
      'resource.id',
      'order.2',
    );
    await eventually('all of them fire', async () => {
      const { firings } = await watchfire.firings();
      const names = firings.map(({ firing }) => firing.automation).sort();
      return names.join() === 'any,each,each' || names.join() === 'any,any,each,each';
    });
  });

  test('confirms what it feeds over one connection, however often it looks', async () => {
    const wait = vi.spyOn(Redis.prototype, 'wait').mockResolvedValue(1);
    onTestFinished(() => wait.mockRestore());
    const watchfire = await partitioned(2, 'id', { durability: 'replicated' });
    const confirming = vi.spyOn(watchfire.connections, 'confirming');
    const reads = vi.spyOn(watchfire.connections.log, 'xrange');
    await watchfire.startWorker();
    await eventually('its feeds have looked for more', () => reads.mock.calls.length >= 10);
    expect(confirming).toHaveBeenCalledTimes(1);
  });

  test('is listed, paged, named and followed as one ledger', async () => {
    const watchfire = await partitioned(3);
    await watchfire.put(reactive('each'));
    const heard: LiveHeard[] = [];
    const deafen = await watchfire.listen((notes) => void heard.push(...notes));
    const begin = await watchfire.endOfLedger();
    await watchfire.startWorker();
    const enough = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const page of watchfire.followFirings(begin, enough.signal))
        seen.push(...page.map(({ entry }) => entry));
    })();
    for (const id of KEYS) await watchfire.emit(failed(id));
    await eventually('all have fired and were followed', () => seen.length === KEYS.length);
    enough.abort();
    await following;
    deafen();
    const { firings } = await watchfire.firings({ limit: 4 });
    const paged = await pagesOf(watchfire.firingPages());
    const entries = paged.map(({ entry }) => entry);
    expect(entries.slice(-4)).toEqual(firings.map(({ entry }) => entry));
    expect([...entries].sort()).toEqual([...seen].sort());
    const [first] = paged;
    expect((await pagesOf(watchfire.firingPages({ limit: 2 }))).map(({ entry }) => entry)).toEqual(entries.slice(-2));
    expect((await watchfire.firings({ before: entries[2] ?? '' })).firings.map(({ entry }) => entry)).toEqual(
      entries.slice(0, 2),
    );
    expect(await watchfire.firing(first?.firing.id ?? '')).toEqual(first);
    expect(await watchfire.firing(first?.entry ?? '')).toEqual(first);
    expect((await watchfire.why(first?.entry ?? ''))?.recorded).toEqual(first);
    const job = `f-${first?.firing.id}-0`;
    expect(await watchfire.why(job)).toMatchObject({ recorded: first, asked: job });
    const cli = runIn(watchfire.store.namespace);
    expect((await cli(['firings', first?.firing.id ?? ''])).status).toBe(0);
  });

  test('has dead letters of all partitions, which go back where they came from', async () => {
    const watchfire = await partitioned(2);
    await watchfire.startWorker();
    const home = partitionStore(watchfire.store, '1');
    await watchfire.connections.redis.xadd(home.keys.events, '*', 'event', 'x');
    const [letter] = await eventually('it is given up', async () => {
      const letters = await watchfire.deadLetters();
      return letters.length === 1 ? letters : null;
    });
    expect(letter?.id).toMatch(/^1\/\d+-0$/);
    expect(await watchfire.deadLetter(letter?.id ?? '')).toEqual(letter);
    expect(await watchfire.redrive('all')).toMatchObject({ redriven: 0, unfit: [{ id: letter?.id }] });
    expect(await watchfire.purge([letter?.id ?? ''])).toBe(1);
    expect(await watchfire.deadLetters()).toEqual([]);
  });
});

describe('definitions', () => {
  test('stand where they live, move when their keys change, and go', async () => {
    const watchfire = await partitioned(2);
    const { redis } = watchfire.connections;
    const homes = async () =>
      await Promise.all(
        ['0', '1', 'g'].map((name) => redis.hkeys(partitionStore(watchfire.store, name).keys.automations)),
      );
    await watchfire.put(reactive('a'));
    expect(await homes()).toEqual([['a'], ['a'], []]);
    await watchfire.put(reactive('a', { trigger: { expect: ['order.failed'] } }));
    expect(await homes()).toEqual([[], [], ['a']]);
    await watchfire.disable('a');
    expect((await watchfire.get('a')).enabled).toBe(false);
    await watchfire.delete('a');
    expect(await homes()).toEqual([[], [], []]);
    expect(await watchfire.list()).toEqual([]);
  });

  test('of a put that was cut off are finished by a worker', async () => {
    const watchfire = await partitioned(2);
    await watchfire.put(reactive('a'));
    const { redis } = watchfire.connections;
    const store = partitionStore(watchfire.store, '1');
    await redis.set(store.keys.followed, '0');
    await redis.hdel(store.keys.automations, 'a');
    await redis.hdel(store.keys.plans, 'a');
    expect(await watchfire.status()).toMatchObject({ partitions: { behind: ['1'] } });
    await watchfire.startWorker();
    await eventually('it has them again', async () => {
      const { partitions } = await watchfire.status();
      return partitions?.behind.length === 0 && (await redis.hexists(store.keys.automations, 'a')) === 1;
    });
  });

  test('say where they live, and what would spread them', async () => {
    const watchfire = await partitioned(2);
    await watchfire.put(reactive('each'));
    await watchfire.put(all(2));
    const cli = runIn(watchfire.store.namespace);
    const { out } = await cli(['list', '--wide']);
    expect(out.find((line) => line.includes(' each '))).toMatch(/ every /);
    expect(out.find((line) => line.includes(' all '))).toMatch(/ global /);
    const [found] = await watchfire.list();
    const findings = await watchfire.review(found ? [found] : []);
    expect(findings.flat().map(({ advice }) => advice)).toContain('to spread it, add "id" to it');
  });
});

test('silences, alerts and budgets are those of all partitions', async () => {
  const watchfire = await partitioned(3);
  const trigger = {
    posture: 'Proactive',
    after: ['placed'],
    expect: ['paid'],
    within: '1s',
    for_each: ['id'],
  } as const;
  await watchfire.put(reactive('each', { trigger }));
  await watchfire.put(reactive('all', { trigger: { expect: ['order.failed'] }, budget: 1 }));
  await watchfire.silence({ labels: { id: 'order.1' }, for: '1h', reason: 'known', by: 'ana' });
  await watchfire.startWorker();
  const ids = ['order.1', 'order.2', 'order.3'];
  for (const id of ids) await watchfire.emit({ event: 'placed', resource: { id } });
  for (const id of ids) await watchfire.emit(failed(id));
  const found = await eventually('all have fired and are relayed', async () => {
    const { firings, unrelayed } = await watchfire.status();
    return firings === 2 * ids.length && unrelayed === 0 ? await watchfire.firings() : null;
  });
  const outcomes = await Promise.all(
    found.firings.map(async (one) => {
      const marks = await watchfire.outcome(one);
      return [one.firing.automation, one.firing.labels.id ?? '-', ...marks.map(({ what }) => what)].join(' ');
    }),
  );
  expect(outcomes.sort()).toEqual([
    ...['all -', 'all - held back', 'all - held back'],
    ...['each order.1 silenced', 'each order.2', 'each order.3'],
  ]);
  const open = async () => (await watchfire.alerts()).map(({ labels }) => labels.id).sort();
  expect(await open()).toEqual(ids);
  expect(await watchfire.alerts({ limit: 2 })).toHaveLength(2);
  expect(await watchfire.resolveAlert('each', { id: 'order.1' })).toBe(true);
  expect(await watchfire.resolveAlert('each', { id: 'order.1' })).toBe(false);
  await watchfire.clearKey('each', { id: 'order.2' });
  expect(await open()).toEqual(['order.3']);
  expect(await watchfire.closedBudgets()).toMatchObject([{ automation: 'all', count: 2 }]);
  expect(await watchfire.resetBudget('all')).toBe(true);
  expect(await watchfire.resetBudget('all')).toBe(false);
});

test('sources of the front log are those of the namespace, to its status and to the doctor', async () => {
  const watchfire = await partitioned(2);
  const { redis } = watchfire.connections;
  await announceSource(redis, watchfire.store, 'shop', { type: 'stream' });
  const note = { atMs: await watchfire.serverTimeMs(), behind: 0, waitsMs: 0, error: 'NOAUTH' };
  await noteSource(redis, watchfire.store, 'shop', note);
  expect((await watchfire.status()).sources).toMatchObject([{ name: 'shop', note }]);
  const [check] = (await watchfire.diagnose()).filter(({ name }) => name === 'sources');
  expect(check).toMatchObject({ grade: 'warning', found: expect.stringContaining('shop') });
});

test('workers share the partitions, and those of one that goes are taken by the others', async () => {
  const watchfire = await partitioned(4);
  const other = engine({ namespace: watchfire.store.namespace });
  await watchfire.put(reactive('each'));
  const [one, two] = [await watchfire.startWorker(), await other.startWorker()];
  await eventually('each partition has a worker', async () => (await watchfire.attendance()) === 'attended');
  await one.stop();
  for (const id of KEYS) await other.emit(failed(id));
  await eventually('all have fired', async () => (await other.firings()).firings.length === KEYS.length);
  await two.stop();
});

test('how a namespace is divided is chosen once', async () => {
  const watchfire = await partitioned(2);
  expect(await divide(watchfire, layoutOf(2, 'id'))).toMatchObject({ word: 'same' });
  const refused = await rejection(divide(watchfire, layoutOf(4, 'id')));
  expect(refused).toBeInstanceOf(InvalidDocument);
  expect(refused).toHaveProperty('message', expect.stringMatching(/^partitions: are 2 by "id"/));
  const used = engine();
  await used.put(reactive('a'));
  expect(await rejection(divide(used, layoutOf(2, 'id')))).toHaveProperty(
    'message',
    expect.stringMatching(/^namespace: is in use without partitions/),
  );
});
