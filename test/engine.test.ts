import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { Ambiguous, InvalidDocument, ManualClock, NotFound, type QueueJob, Watchfire } from '../src/index.ts';
import { engine, reactive, rejection } from './support/engine.ts';
import { eventually } from './support/eventually.ts';
import { adminClient, testClient } from './support/redis.ts';
import { START_MS } from './support/world.ts';

const DAY_MS = 86_400_000;

/** A second copy of ioredis, as a program has it that depends on one by itself: its classes are others than ours. */
function otherRedis(): typeof Redis {
  const require = createRequire(import.meta.url);
  const ours = Object.keys(require.cache).filter((file) => /[\\/]ioredis[\\/]/.test(file));
  const kept = ours.map((file) => [file, require.cache[file]] as const);
  for (const file of ours) delete require.cache[file];
  const { Redis: Other } = require('ioredis') as { Redis: typeof Redis };
  for (const [file, module] of kept) require.cache[file] = module;
  return Other;
}

describe('the connection', () => {
  test('is opened from a URL and closed with the engine', async () => {
    const watchfire = engine({ redis: inject('redisUrl') });
    await watchfire.put(reactive('a'));
    await watchfire.close();
    expect(watchfire.connections.redis.status).toBe('end');
    await expect(watchfire.list()).rejects.toThrow('Connection is closed');
  });

  test('is opened from options of ioredis', async () => {
    const { hostname, port, username, password, pathname } = new URL(inject('redisUrl'));
    const options = { host: hostname, port: Number(port), username, password, db: Number(pathname.slice(1)) };
    const watchfire = engine({ redis: { ...options, connectionName: 'mine' } });
    await watchfire.put(reactive('a'));
    expect(await adminClient().client('LIST')).toContain(' name=mine ');
  });

  test('is refused with a prefix for keys, which what scripts find by themselves would not have', async () => {
    const prefixed = new Redis(inject('redisUrl'), { keyPrefix: 'mine:', lazyConnect: true });
    onTestFinished(() => prefixed.disconnect());
    expect(() => engine({ redis: prefixed })).toThrow(/^redis\.keyPrefix: .*`namespace`/);
    expect(() => engine({ redis: { keyPrefix: 'mine:', lazyConnect: true } })).toThrow(InvalidDocument);
  });

  test('is a client of your own, which stays open and as it was', async () => {
    const redis = testClient();
    const listeners = redis.listenerCount('error');
    const watchfire = engine({ redis });
    await watchfire.put(reactive('a'));
    await watchfire.startWorker();
    await watchfire.close();
    expect(redis.status).toBe('ready');
    expect(await redis.ping()).toBe('PONG');
    expect(redis.listenerCount('error')).toBe(listeners);
  });

  test('is a client of another copy of ioredis as well', async () => {
    const Other = otherRedis();
    const redis = new Other(inject('redisUrl'));
    onTestFinished(() => redis.disconnect());
    expect(redis).not.toBeInstanceOf(Redis);
    const watchfire = engine({ redis });
    expect(watchfire.connections.redis).toBe(redis);
    await watchfire.put(reactive('a'));
    await watchfire.close();
    expect(await redis.ping()).toBe('PONG');
  });

  test('that fails is reported to your own logger, and to nobody without one', async () => {
    const lines: { level: number; msg: string; error: string }[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    // Nobody listens on port 1.
    const [told, silent] = [
      new Watchfire({ redis: 'redis://127.0.0.1:1', logger }),
      new Watchfire({ redis: { port: 1 } }),
    ];
    onTestFinished(async () => void (await Promise.all([told.close(), silent.close()])));
    await eventually('a failed connection is logged', () => lines.length > 0);
    expect(lines[0]).toMatchObject({ level: 40, msg: 'redis connection failed' });
    expect(lines[0]?.error).toContain('ECONNREFUSED');
  });
});

describe('automations', () => {
  test('are listed by name, and found by id or name', async () => {
    const watchfire = engine();
    await watchfire.put(reactive('b', { name: 'Late payments' }));
    await watchfire.put(reactive('a', { name: 'Failed orders' }));
    expect((await watchfire.list()).map(({ name }) => name)).toEqual(['Failed orders', 'Late payments']);
    expect((await watchfire.get('b')).name).toBe('Late payments');
    expect((await watchfire.get('Failed orders')).id).toBe('a');
    expect((await watchfire.get('a')).document).toEqual(reactive('a', { name: 'Failed orders' }));
  });

  test('are replaced by their id', async () => {
    const watchfire = engine();
    await watchfire.put(reactive('a'));
    await watchfire.put(reactive('a', { name: 'New' }));
    expect((await watchfire.list()).map(({ id, name }) => [id, name])).toEqual([['a', 'New']]);
  });

  test('with an error change nothing', async () => {
    const watchfire = engine();
    await watchfire.put(reactive('a'));
    const wrong = reactive('a', { trigger: { posture: 'Proactive', within: '0.5s' } });
    const error = await rejection(watchfire.put(wrong));
    expect(error).toBeInstanceOf(InvalidDocument);
    expect(error).toMatchObject({ path: 'trigger.within', value: '"0.5s"' });
    expect((await watchfire.get('a')).document).toEqual(reactive('a'));
  });

  test('that are unknown or ambiguous are refused by name', async () => {
    const watchfire = engine();
    await watchfire.put(reactive('a', { name: 'Twin' }));
    await watchfire.put(reactive('b', { name: 'Twin' }));
    for (const call of ['get', 'delete', 'enable', 'disable'] as const) {
      const missing = await rejection(watchfire[call]('nobody'));
      expect(missing).toBeInstanceOf(NotFound);
      expect(missing).toMatchObject({ code: 'NOT_FOUND', message: 'there is no automation "nobody"' });
      const ambiguous = await rejection(watchfire[call]('Twin'));
      expect(ambiguous).toBeInstanceOf(Ambiguous);
      expect(ambiguous).toMatchObject({ code: 'AMBIGUOUS', message: expect.stringContaining('a, b') });
    }
    expect((await watchfire.list()).length).toBe(2);
  });

  test('keep what another program puts while they are enabled or disabled', async () => {
    const watchfire = engine();
    await watchfire.put(reactive('a', { name: 'before' }));
    for (const name of ['first', 'second', 'third', 'fourth', 'fifth']) {
      const switched = name.length % 2 === 0 ? watchfire.enable('a') : watchfire.disable('a');
      await Promise.all([switched, watchfire.put(reactive('a', { name }))]);
      expect((await watchfire.get('a')).name).toBe(name);
    }
  });

  test('fire while they are enabled, and not before, nor when they are gone', async () => {
    const watchfire = engine();
    const fired: string[] = [];
    await watchfire.put(reactive('a', { enabled: false }));
    await watchfire.startWorker({ onJobs: (jobs) => void fired.push(...jobs.map(eventOf)) });
    await meets(watchfire, 'while disabled');
    await watchfire.enable('a');
    expect((await watchfire.get('a')).enabled).toBe(true);
    await meets(watchfire, 'while enabled');
    await watchfire.disable('Automation a');
    await meets(watchfire, 'while disabled again');
    await watchfire.enable('a');
    await watchfire.delete('a');
    await meets(watchfire, 'when gone');
    expect(await watchfire.list()).toEqual([]);
    await eventually('the job is added', () => fired.length > 0);
    expect(fired).toEqual(['while enabled']);
  });
});

function eventOf({ data }: QueueJob): string {
  return data.triggering_event?.id ?? '';
}

/** Emits an event and waits until a worker has applied it. */
async function meets(watchfire: Watchfire, id: string): Promise<void> {
  const { entry } = await watchfire.emit({ id, event: 'order.failed', resource: { id: 'customer.7' } });
  const redis = testClient();
  await eventually(`${id} is applied`, async () => (await redis.get(watchfire.store.keys.position)) === entry);
}

describe('two engines in one Redis', () => {
  test('of different namespaces never meet', async () => {
    const added: Record<string, string[]> = { here: [], there: [] };
    const [here, there] = await Promise.all(
      ['here', 'there'].map(async (name) => {
        const watchfire = engine({ redis: testClient() });
        await watchfire.put(reactive('a', { name }));
        await watchfire.startWorker({ onJobs: (jobs) => void added[name]?.push(...jobs.map(eventOf)) });
        return watchfire;
      }),
    );
    if (!here || !there) throw new Error('two were made');
    await meets(here, 'e1');
    await eventually('the job is added', () => added.here?.length === 1);
    expect(added).toEqual({ here: ['e1'], there: [] });
    // The same id is no duplicate elsewhere.
    await meets(there, 'e1');
    await eventually('the other job is added', () => added.there?.length === 1);
    await here.delete('a');
    expect([(await here.list()).length, (await there.list()).length]).toEqual([0, 1]);
    expect(here.queuePrefix).not.toBe(there.queuePrefix);
  });

  test('of the same namespace are one: what the first puts, the second runs', async () => {
    const first = engine();
    const second = engine({ namespace: first.settings.namespace });
    const added: string[] = [];
    await second.startWorker({ onJobs: (jobs) => void added.push(...jobs.map(eventOf)) });
    await first.put(reactive('a'));
    await meets(first, 'e1');
    await eventually('the job is added', () => added.length === 1);
    expect((await second.list()).map(({ id }) => id)).toEqual(['a']);
  });
});

describe('a clock of your own', () => {
  test('says when events arrive and when deadlines pass', async () => {
    const clock = new ManualClock(START_MS);
    const watchfire = engine({ clock, ledgerRetentionMs: Number.MAX_SAFE_INTEGER });
    const told: (string | undefined)[][] = [];
    await watchfire.put({
      id: 'unpaid',
      name: 'Unpaid',
      trigger: { posture: 'Proactive', after: ['placed'], expect: ['paid'], for_each: ['id'], within: '1d' },
      actions: [{ type: 'remind' }],
    });
    await watchfire.startWorker({
      onJobs: (jobs) => void told.push(...jobs.map(({ data }) => [data.triggered, data.triggering_event?.received])),
    });
    const { entry } = await watchfire.emit({ event: 'placed', resource: { id: 'order.1' } });
    expect(entry).toBe(`${START_MS}-0`);
    clock.moveTo(START_MS + DAY_MS - 1);
    const paid = await watchfire.emit({ event: 'paid', resource: { id: 'order.2' } });
    const redis = testClient();
    const { position } = watchfire.store.keys;
    await eventually('the last event is applied', async () => (await redis.get(position)) === paid.entry);
    expect(await redis.exists(watchfire.store.keys.firings)).toBe(1);
    expect(await redis.xlen(watchfire.store.keys.firings)).toBe(0);
    clock.moveTo(START_MS + DAY_MS);
    await eventually('the reminder comes when the clock is moved', () => told.length === 1);
    const iso = (atMs: number): string => new Date(atMs).toISOString();
    expect(told).toEqual([[iso(START_MS + DAY_MS), iso(START_MS)]]);
  });

  test('that stands still makes nobody hurry: waiting takes real time, and ends when it is given up', async () => {
    const patience = new AbortController();
    let woken = false;
    const sleep = new ManualClock(START_MS).sleep(60_000, patience.signal).then(() => {
      woken = true;
    });
    await nextTurn();
    expect(woken).toBe(false);
    patience.abort();
    await sleep;
  });
});
