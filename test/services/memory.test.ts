import { expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { Overloaded } from '../../src/errors.ts';
import type { AutomationDocument, EventInput } from '../../src/index.ts';
import { readStatus } from '../../src/inspect/status.ts';
import { storeOf } from '../../src/redis/store.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { privateRedis } from '../support/private-redis.ts';

const automation: AutomationDocument = {
  id: 'a',
  name: 'A',
  trigger: { posture: 'Reactive', expect: ['x'] },
  actions: [{ type: 'queue', queue: 'mail' }],
};

const event = (n: number): EventInput => ({
  id: `e${n}`,
  event: 'x',
  resource: { id: `r${n}` },
  payload: { text: 'x'.repeat(500) },
});

test('while Redis is out of memory nothing is read, lost or given up; afterwards each event has one firing and one job', async () => {
  const server = await privateRedis();
  const { redis } = server;
  const store = storeOf('wf');
  const { logger, lines } = logLines();
  const watchfire = new Watchfire({ redis: server.url, logger, maxMemoryRatio: 1 });
  onTestFinished(() => watchfire.close());
  await watchfire.put(automation);
  await watchfire.startWorker();

  // Memory runs out under load, again and again, wherever the engine is.
  const accepted = new Set<string>();
  const refusals = new Set<string>();
  let number = 0;
  for (let round = 0; round < 4; round += 1) {
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    await redis.config('SET', 'maxmemory', used + 400_000 * (round + 1));
    for (let failures = 0; failures < 20; ) {
      const batch = Array.from({ length: 20 }, () => event(number++));
      const sent = await Promise.allSettled(batch.map((one) => watchfire.emit(one)));
      for (const [i, outcome] of sent.entries()) {
        if (outcome.status === 'fulfilled') accepted.add(String(batch[i]?.id));
        else failures += 1;
        if (outcome.status === 'rejected') {
          expect(outcome.reason).toBeInstanceOf(Overloaded);
          refusals.add((outcome.reason as Overloaded).reason);
        }
      }
    }
    await eventually('the worker has noticed', () => lines.some(({ error }) => /^OOM/.test(String(error))));
    const pending = (await redis.xpending(store.keys.events, 'engine')) as [number];
    // It stopped reading: it holds the chunk it cannot apply, the two that are worked out behind it, and the one it had asked for.
    expect(pending[0]).toBeLessThanOrEqual(400);
    const status = await readStatus(redis, store);
    expect(status.workers).toHaveLength(1);
    await redis.config('SET', 'maxmemory', '0');
  }
  expect([...refusals]).not.toContain('backlog');

  const relayed = async (): Promise<boolean> => {
    const { behind, unrelayed } = await readStatus(redis, store);
    return behind === 0 && unrelayed === 0;
  };
  await eventually('all is applied and relayed', relayed);
  const log = (await redis.xrange(store.keys.events, '-', '+')).map(([, [, data = '']]) => JSON.parse(data).id);
  expect(log).toEqual([...new Set(log)]);
  expect(new Set(log)).toEqual(accepted);
  const firings = (await redis.xrange(store.keys.firings, '-', '+')).map(([, fields]) => fields[1]);
  expect(new Set(firings).size).toBe(accepted.size);
  expect(firings).toHaveLength(accepted.size);
  const jobs = await redis.lrange('{wf}:bull:mail:wait', 0, -1);
  expect(jobs.sort()).toEqual(firings.map((id) => `f-${id}-0`).sort());
  expect(await redis.xlen(store.keys.dead)).toBe(0);
});

test('memory is freed while there is none', async () => {
  const { redis, url } = await privateRedis();
  const store = storeOf('wf');
  const watchfire = new Watchfire({ redis: url, retentionMs: 0 });
  onTestFinished(() => watchfire.close());
  await watchfire.put({ ...automation, actions: [] });
  for (let n = 0; n < 1_000; n += 1) await watchfire.emit(event(n));
  const worker = await watchfire.startWorker();
  await eventually('all is applied', async () => (await readStatus(redis, store)).behind === 0);
  await worker.stop();
  const { Janitor } = await import('../../src/services/janitor.ts');
  await redis.config('SET', 'maxmemory', '100kb');
  await expect(redis.set('x', '1')).rejects.toThrow('OOM');
  const janitor = new Janitor({ redis, store, logger: logLines().logger, settings: watchfire.settings });
  const [seconds] = await redis.time();
  await janitor.runOnce((Number(seconds) + 1) * 1_000);
  expect(await redis.xlen(store.keys.events)).toBeLessThan(200);
});
