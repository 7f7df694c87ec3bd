import { Worker } from 'bullmq';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import type { ActionDocument, AutomationDocument } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { privateRedis } from '../support/private-redis.ts';
import { adminBeside, testClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';
import { run, runIn } from './run.ts';

const automation: AutomationDocument = {
  id: 'A',
  name: 'every x',
  trigger: { posture: 'Reactive', expect: ['x'], threshold: 2, within: 60 },
  actions: [{ type: 'queue', queue: 'mail' }, { type: 'call' }],
};

function engine(): { watchfire: Watchfire; cli: ReturnType<typeof runIn> } {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const watchfire = new Watchfire({ redis: testClient(), namespace });
  onTestFinished(() => watchfire.close());
  return { watchfire, cli: runIn(namespace) };
}

type Json = Record<string, unknown>;

async function jsonOf(cli: ReturnType<typeof runIn>): Promise<Json & { status: number }> {
  const { status, out } = await cli(['status', '-o', 'json']);
  return { ...(JSON.parse(out.join('\n')) as Json), status };
}

/** A BullMQ worker of the user's; resolves when it takes jobs. */
async function consumer(watchfire: Watchfire, queue: string, handle: () => Promise<void> = async () => undefined) {
  const worker = new Worker(queue, handle, {
    connection: { url: inject('adminUrl') },
    prefix: watchfire.queuePrefix,
    settings: { backoffStrategy: () => 0 },
  });
  onTestFinished(() => worker.close());
  await worker.waitUntilReady();
}

test('an engine that has caught up, has a worker, and whose jobs are taken is healthy', async () => {
  const { watchfire, cli } = engine();
  await watchfire.put(automation);
  const worker = await watchfire.startWorker();
  await consumer(watchfire, 'mail');
  await consumer(watchfire, 'actions');
  for (const id of ['e1', 'e2', 'e2']) await watchfire.emit({ id, event: 'x', resource: { id: 'r' } });
  const { redis } = watchfire.connections;
  await redis.xadd(watchfire.store.keys.events, '*', 'event', 'x');
  const done = async (): Promise<Json | null> => {
    const found = await jsonOf(cli);
    const { mail, actions } = found.queues as Record<string, Json>;
    const taken = mail?.completed === 1 && actions?.completed === 1;
    return taken && found.unrelayed === 0 && (found.counters as Json).rejected === 1 ? found : null;
  };
  const found = await eventually('all is applied and relayed', done);
  const none = { waiting: 0, prioritized: 0, delayed: 0, active: 0, completed: 0, failed: 0 };
  expect(found).toMatchObject({
    status: 0,
    healthy: true,
    problems: [],
    entries: 4,
    behind: 0,
    waiting_seconds: 0,
    lag_seconds: 0,
    generation: 1,
    automations: 1,
    workers: [{ id: worker.id, pid: process.pid, generation: 1 }],
    due: { windows: 1, next: expect.stringMatching(/Z$/) },
    firings: 1,
    parked: 0,
    dead: 1,
    counters: { applied: 2, duplicate: 1, rejected: 1 },
    queues: { mail: { ...none, completed: 1 }, actions: { ...none, completed: 1 } },
  });
});

test('people read the same, its verdict first', async () => {
  const { watchfire, cli } = engine();
  await watchfire.put(automation);
  await watchfire.startWorker();
  const { status, out } = await cli(['status']);
  expect(status).toBe(0);
  // A Redis of the user's own may have another policy; then a warning stands here.
  expect(out[0]).toBe('healthy');
  const lines = out.join('\n');
  expect(lines).toMatch(/^position +0-0, 0 behind$/m);
  expect(lines).toMatch(/^automations +1, generation 1$/m);
  expect(lines).toMatch(/^queues +actions: empty\n +mail: empty$/m);
  expect(lines).toMatch(/^windows +0, no deadline$/m);
});

test('without a worker it is not healthy, and says what to do', async () => {
  const { watchfire, cli } = engine();
  await watchfire.emit({ event: 'x', resource: { id: 'r' } });
  const { status, out } = await cli(['status']);
  expect(status).toBe(1);
  expect(out[0]).toBe('NOT HEALTHY: no worker is alive: start one by "watchfire worker"');
  expect(out.join('\n')).toMatch(/^position +0-0, 1 behind/m);
});

test('a worker that has stopped counts no more', async () => {
  const { watchfire, cli } = engine();
  const worker = await watchfire.startWorker();
  expect((await jsonOf(cli)).status).toBe(0);
  await worker.stop();
  expect(await jsonOf(cli)).toMatchObject({ status: 1, workers: [] });
});

test('a log that stands still although a worker is alive is not healthy', async () => {
  const { watchfire, cli } = engine();
  const { store, connections } = watchfire;
  // A sign of life of somebody who does nothing, and an entry that has waited for years.
  await connections.redis.hset(`${store.prefixes.worker}stuck`, { host: 'h', pid: 1, generation: 0, at: 0 });
  await connections.redis.pexpire(`${store.prefixes.worker}stuck`, 10_000);
  await connections.redis.zadd(store.keys.workers, 0, 'stuck');
  await connections.redis.pexpire(store.keys.workers, 10_000);
  await connections.redis.xadd(store.keys.events, '1000000000000-0', 'event', 'x', 'resource.id', 'r');
  const { status, out } = await cli(['status']);
  expect(status).toBe(1);
  expect(out[0]).toMatch(/^NOT HEALTHY: the log stands still at 0-0, the next entry waits for \d+d/);
});

test('a Redis that does not answer is not healthy', async () => {
  const { status, err } = await runIn('n')(['status', '--redis', 'redis://127.0.0.1:1']);
  expect(status).toBe(1);
  expect(err).toEqual([expect.stringContaining('cannot reach Redis at redis://127.0.0.1:1')]);
});

test('for programs a Redis that does not answer is an object too', async () => {
  const { status, out, err } = await runIn('n')(['status', '-o', 'json', '--redis', 'redis://127.0.0.1:1']);
  const message = expect.stringContaining('cannot reach Redis at redis://127.0.0.1:1');
  expect({ status, err }).toEqual({ status: 1, err: [] });
  expect(JSON.parse(out.join('\n'))).toEqual({
    healthy: false,
    problems: [message],
    error: { code: 'REDIS_UNREACHABLE', message },
  });
});

test('what others do to the log is said: entries they removed, and a group that keeps all of it', async () => {
  const { watchfire, cli } = engine();
  const { keys } = watchfire.store;
  const { redis } = watchfire.connections;
  await watchfire.setQuotas({});
  await redis.hset(keys.counters, 'lost', 1_234, 'applied', 1);
  const [seconds] = await redis.time();
  const found = '1234 entries were removed from the log by others before they were applied';
  await redis.hset(keys.damage, keys.events, `${Number(seconds) * 1_000} lost ${found}`);
  await redis.hset(keys.audit, 'kept_by', 'reports', 'kept_from', `${(Number(seconds) - 7_200) * 1_000}-0`);
  const problems = expect.arrayContaining([expect.stringContaining(`${keys.events}: ${found}`)]);
  const warnings = [
    expect.stringMatching(
      /^the log cannot be trimmed: the consumer group reports needs entries of 2h0?m? ?ago|of 2h ago$/,
    ),
  ];
  const group = { group: 'reports', from: expect.any(String) };
  expect(await jsonOf(cli)).toMatchObject({ healthy: false, lost: 1_234, kept_by: group, problems, warnings });
  expect((await cli(['status'])).out.filter((line) => line.startsWith('warning: '))).toHaveLength(1);
});

test('a queue that is full gets no more jobs, and status says so until it has shrunk', async () => {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const cli = runIn(namespace);
  const watchfire = new Watchfire({ redis: testClient(), namespace, maxQueueDepth: 3 });
  onTestFinished(() => watchfire.close());
  const actions: ActionDocument[] = [{ type: 'queue', queue: 'mail' }];
  await watchfire.put({ ...automation, trigger: { posture: 'Reactive', expect: ['x'] }, actions });
  await watchfire.startWorker();
  const { redis } = watchfire.connections;
  const wait = `${watchfire.queuePrefix}:mail:wait`;
  const emit = async (n: number): Promise<void> => {
    await watchfire.emit({ event: 'x', resource: { id: 'r' } });
    await eventually('it has fired', async () => (await redis.xlen(watchfire.store.keys.firings)) === n);
  };
  const lines = async (): Promise<string> => (await cli(['status'])).out.join('\n');
  for (let n = 1; n <= 3; n += 1) await emit(n);
  await eventually('the queue is full', async () => (await redis.llen(wait)) === 3);
  // The depth is looked at once a second.
  await eventually('status shows it', async () => {
    const shown = await lines();
    if (!shown.includes('full')) await watchfire.emit({ event: 'x', resource: { id: 'r' } });
    return / mail: waiting \d+ \(full, its firings wait\)$/m.test(shown);
  });
  const full = await redis.llen(wait);
  await emit((await redis.xlen(watchfire.store.keys.firings)) + 1);
  await eventually('a firing waits', async () => /[1-9]\d* without their jobs yet/.test(await lines()));
  expect(await redis.llen(wait)).toBe(full);
  await adminBeside(redis).ltrim(wait, 1, 0);
  await eventually(
    'it takes jobs again',
    async () => !(await lines()).includes('full') && / 0 without their jobs yet/.test(await lines()),
  );
});

test('an engine whose Redis has no memory left is not healthy', async () => {
  const { redis, url } = await privateRedis();
  const watchfire = new Watchfire({ redis: url });
  onTestFinished(() => watchfire.close());
  await watchfire.startWorker();
  await redis.config('SET', 'maxmemory', '100kb');
  const { status, out } = await run(['--redis', url, 'status']);
  expect(status).toBe(1);
  expect(out[0]).toBe('NOT HEALTHY: Redis is out of memory: nothing is taken, applied or relayed');
  expect(out[1]).toMatch(/^warning: Redis has used \d+ % of its memory: producers with the usual bound are refused$/);
});

describe('what becomes of jobs', () => {
  const actions: ActionDocument[] = [{ type: 'queue', queue: 'mail', opts: { attempts: 1 } }, { type: 'call' }];
  const each: AutomationDocument = { ...automation, trigger: { posture: 'Reactive', expect: ['x'] }, actions };

  async function fired() {
    const shop = engine();
    await shop.watchfire.put(each);
    await shop.watchfire.startWorker();
    await shop.watchfire.emit({ event: 'x', resource: { id: 'r' } });
    const told = (pattern: RegExp) =>
      eventually(`status says ${pattern}`, async () => {
        const { status, out } = await shop.cli(['status']);
        return pattern.test(out[0] ?? '') ? status : null;
      });
    return { ...shop, told };
  }

  test('jobs that nobody takes make it unhealthy, and so do actions of a type that nobody handles', async () => {
    const { cli, told } = await fired();
    const both =
      /^NOT HEALTHY: no BullMQ worker takes the jobs of mail \(1\); nobody handles the actions of type call: .* of actions \(1\)$/;
    expect(await told(both)).toBe(1);
    const json = await jsonOf(cli);
    expect([json.status, json.healthy, (json.problems as string[]).length]).toEqual([1, false, 2]);
  });

  test('to judge the engine alone turns them into warnings', async () => {
    const { cli, told } = await fired();
    await told(/mail \(1\).*actions \(1\)/);
    const { status, out } = await cli(['status', '--engine-only']);
    expect([status, out[0]]).toEqual([0, 'healthy']);
    expect(out).toContain('warning: no BullMQ worker takes the jobs of mail (1)');
  });

  test('a job that has failed for good makes it unhealthy', async () => {
    const { watchfire, told } = await fired();
    await consumer(watchfire, 'actions');
    await consumer(watchfire, 'mail', () => Promise.reject(new Error('no')));
    expect(await told(/^NOT HEALTHY: jobs have failed for good in mail \(1\)$/)).toBe(1);
  });

  test('jobs in a queue that no automation names any more are not forgotten', async () => {
    const { watchfire, told } = await fired();
    await told(/mail \(1\).*actions \(1\)/);
    await watchfire.put({ ...each, actions: [{ type: 'queue', queue: 'post' }] });
    const lost = 'no automation names these queues any more and no BullMQ worker takes their jobs';
    expect(await told(new RegExp(`^NOT HEALTHY: ${lost}: (mail|actions) \\(1\\), (mail|actions) \\(1\\)$`))).toBe(1);
    await watchfire.delete('A');
    expect(await told(new RegExp(`^NOT HEALTHY: ${lost}`))).toBe(1);
  });
});

test('an id that is no time of arrival, and a clock that was set back, are never called healthy', async () => {
  const { watchfire, cli } = engine();
  const { keys } = watchfire.store;
  const { redis } = watchfire.connections;
  await watchfire.setQuotas({});
  await watchfire.startWorker();
  const [seconds] = await redis.time();
  const ahead = `${(Number(seconds) + 3_600) * 1_000}-0`;
  await redis.set(keys.position, ahead);
  expect((await cli(['status'])).out[0]).toMatch(
    /^NOT HEALTHY: Redis has a clock that was set back: it lies (1h|59m\d+s) behind what was applied/,
  );
  await redis.del(keys.position);
  await watchfire.close();
});

test.each(['18446744073709551615-18446744073709551615', '5-1'])(
  'status names the id %s until it is replaced',
  async (id) => {
    const { watchfire, cli } = engine();
    const { redis } = watchfire.connections;
    await watchfire.setQuotas({});
    await redis.xadd(watchfire.store.keys.events, id, 'event', 'x', 'resource.id', 'r');
    const told = await cli(['status']);
    expect(told.out[0]).toContain(`the id ${id} in the log is no time of arrival`);
    expect(told.status).toBe(1);
    expect(await jsonOf(cli)).toMatchObject({ healthy: false, unusable: id });
    await watchfire.startWorker();
    await eventually('the id is replaced', async () => (await watchfire.status()).unusable === null);
    await eventually('the event is applied', async () => (await watchfire.status()).counters.applied === 1);
    expect((await cli(['status', '--engine-only'])).out[0]).toBe('healthy');
  },
);
