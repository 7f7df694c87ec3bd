import { describe, expect, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { proxyToRedis } from '../support/proxy.ts';
import { adminBeside, testClient } from '../support/redis.ts';
import { ended, type Ran, run, start } from './run.ts';

type Log = { level: number; msg: string; worker?: string; namespace?: string; redis?: string; firing?: string };

function shop(): Watchfire {
  const namespace = freshNamespace({ permanent: ['*'] });
  return new Watchfire({ redis: testClient(), namespace });
}

/** A worker in this process, and how to stop it. */
function working(watchfire: Watchfire, ...argv: string[]): { stop: () => Promise<Ran>; logs: Log[] } {
  const stop = new AbortController();
  const logs: Log[] = [];
  const onOut = (line: string): void => void logs.push(JSON.parse(line) as Log);
  const { namespace } = watchfire.settings;
  const ran = run(['worker', '--namespace', namespace, ...argv], { signal: stop.signal, onOut });
  return {
    logs,
    stop: () => {
      stop.abort();
      return ran;
    },
  };
}

const ofLog = (logs: Log[], msg: string) => () => logs.find((log) => log.msg === msg);

const failed = { event: 'order.failed', resource: { id: 'customer.7' } };

describe('a worker', () => {
  test('applies what is in the log until it is stopped', async () => {
    const watchfire = shop();
    await watchfire.put({ id: 'A', name: 'a', trigger: { posture: 'Reactive', expect: ['order.failed'] } });
    const { stop, logs } = working(
      watchfire,
      '--chunk-size',
      '10',
      '--retention',
      '1h',
      '--log-level',
      'info,firings=warn',
    );
    const started = await eventually('it has started', ofLog(logs, 'worker started'));
    expect(started).toMatchObject({ level: 30, namespace: watchfire.settings.namespace, worker: expect.any(String) });
    await watchfire.emit(failed);
    const { redis } = watchfire.connections;
    await eventually('the event has fired', async () => (await redis.xlen(watchfire.store.keys.firings)) === 1);
    expect(await redis.exists(`${watchfire.store.prefixes.worker}${started.worker}`)).toBe(1);
    const { status, err } = await stop();
    expect({ status, err }).toEqual({ status: 0, err: [] });
    expect(logs.map(({ msg }) => msg)).toEqual(['worker started', 'worker stopping', 'worker stopped']);
    expect(await redis.exists(`${watchfire.store.prefixes.worker}${started.worker}`)).toBe(0);
  });

  test('says each change of an automation and each firing, with ids', async () => {
    const watchfire = shop();
    const action = { type: 'page' } as const;
    const { stop, logs } = working(watchfire, '--log-level', 'warn,firings=info,definitions=info');
    await eventually('it works', async () => (await watchfire.status()).workers.length === 1);
    await watchfire.put({ id: 'A', name: 'a', trigger: { posture: 'Reactive' }, actions: [action] });
    await watchfire.emit(failed);
    const fired = await eventually('its firing is logged', ofLog(logs, 'fired'));
    const [found] = (await watchfire.firings()).firings;
    const [firing, entry] = [found?.firing.id, found?.entry];
    expect(fired).toMatchObject({
      firing,
      entry,
      automation: 'A',
      state: 'Triggered',
      jobs: [expect.stringContaining(String(firing))],
    });
    expect(logs[0]).toMatchObject({ level: 30, msg: 'automation put', automation: 'A', generation: 1 });
    expect((await stop()).status).toBe(0);
    expect(logs.map(({ msg }) => msg)).toEqual(['automation put', 'fired']);
  });

  test('tells what it does when it is asked to', async () => {
    const watchfire = shop();
    const action = { type: 'page' } as const;
    await watchfire.put({ id: 'A', name: 'a', trigger: { posture: 'Reactive' }, actions: [action] });
    const { stop, logs } = working(watchfire, '--log-level', 'debug');
    await watchfire.emit(failed);
    expect(await eventually('a chunk is logged', ofLog(logs, 'chunk applied'))).toMatchObject({
      entries: 1,
      word: 'applied',
    });
    expect(await eventually('its job is logged', ofLog(logs, 'jobs added'))).toMatchObject({
      jobs: 1,
      queues: ['actions'],
    });
    expect((await stop()).status).toBe(0);
  });

  test('stops cleanly while its Redis is away', async () => {
    const watchfire = shop();
    const proxy = await proxyToRedis();
    const { stop, logs } = working(watchfire, '--redis', proxy.url);
    await eventually('it has started', ofLog(logs, 'worker started'));
    proxy.close();
    await eventually('it has noticed', ofLog(logs, 'redis connection failed'));
    const before = performance.now();
    expect((await stop()).status).toBe(0);
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('as a process ends with 0 on %s', async (signal) => {
    const watchfire = shop();
    const child = start(['worker', '--namespace', watchfire.settings.namespace]);
    const ran = ended(child);
    child.stdout?.once('data', () => child.kill(signal));
    const { status, out, err } = await ran;
    expect({ status, err }).toEqual({ status: 0, err: [] });
    const logs = out.map((line) => JSON.parse(line) as Log);
    expect(logs.map(({ msg }) => msg)).toEqual(['worker started', 'worker stopping', 'worker stopped']);
    const { redis } = watchfire.connections;
    expect(await adminBeside(redis).keys(`${watchfire.store.prefixes.worker}*`)).toEqual([]);
  });
});
