import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { FAMILIES, OF_NAMESPACE } from '../../src/http/families.ts';
import { engine, reactive, rejection } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { proxyToRedis } from '../support/proxy.ts';
import { Shop } from '../support/shop.ts';

const LOOPBACK = '127.0.0.1:0';

type Asked = Readonly<{ status: number; body: string }>;

async function ask(address: string, path: string, init: RequestInit = {}): Promise<Asked> {
  const response = await fetch(`http://${address}${path}`, init);
  return { status: response.status, body: await response.text() };
}

/** The values of a page by name and labels, as `name{label="x"}`. */
function valuesOf(page: string): Map<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

describe('metrics', () => {
  test('say what became of events, and what Redis knows of the namespace', async () => {
    const watchfire = engine();
    const address = await watchfire.serveHttp(LOOPBACK, { parts: ['worker'] });
    await watchfire.put(reactive('a'));
    await watchfire.startWorker();
    for (const id of ['one', 'two', 'two']) await watchfire.emit({ id, event: 'order.failed', resource: { id } });
    await watchfire.connections.redis.xadd(watchfire.store.keys.events, '*', 'event', '');
    const values = await eventually('all is counted', async () => {
      const found = valuesOf((await ask(address, '/metrics')).body);
      const done =
        found.get('watchfire_jobs_total{queue="actions"}') === 2 &&
        found.get('watchfire_events_total{outcome="rejected"}') === 1 &&
        (found.get('watchfire_call_duration_seconds_count{step="settle"}') ?? 0) > 0;
      return done ? found : null;
    });
    expect(Object.fromEntries(values)).toMatchObject({
      'watchfire_events_total{outcome="applied"}': 2,
      'watchfire_events_total{outcome="duplicate"}': 1,
      'watchfire_decisions_total{automation="a",decision="fired"}': 2,
      'watchfire_firings_total{automation="a",state="Triggered"}': 2,
      'watchfire_dead_letters_total{source="events"}': 1,
      'watchfire_dead_letters_total{source="firings"}': 0,
      watchfire_apply_delay_seconds_count: 4,
      'watchfire_apply_delay_seconds_bucket{le="+Inf"}': 4,
      watchfire_job_delay_seconds_count: 2,
      watchfire_redis_up: 1,
      watchfire_ready: 1,
      watchfire_workers: 1,
      watchfire_automations: 1,
    });
    // The same counts, from the script calls of this process.
    expect(values.get('watchfire_batch_entries_sum')).toBe(4);
  });

  test('are all on the page that are documented, each with its help, and no others', async () => {
    const address = await engine().serveHttp(LOOPBACK);
    const { body } = await ask(address, '/metrics');
    const helps = [...body.matchAll(/^# HELP (\w+) (.+)$/gm)].map(([, name, help]) => [name, help]);
    expect(helps).toEqual(FAMILIES.map(({ name, help }) => [name, help]));
    const types = [...body.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]);
    expect(types).toEqual(FAMILIES.map(({ name, type }) => [name, type]));
  });

  test('count open alerts and windows by automation', async () => {
    const watchfire = engine();
    const address = await watchfire.serveHttp(LOOPBACK);
    await watchfire.put(
      reactive('a', { trigger: { posture: 'Reactive', expect: ['x'], for_each: ['id'], resolve: { on: ['y'] } } }),
    );
    await watchfire.startWorker();
    for (const id of ['one', 'two']) await watchfire.emit({ event: 'x', resource: { id } });
    await eventually('there are two alerts', async () => (await watchfire.alerts()).length === 2);
    const values = valuesOf((await ask(address, '/metrics')).body);
    expect(values.get('watchfire_open_alerts{automation="a"}')).toBe(2);
    expect(values.get('watchfire_open_windows{automation="a"}')).toBe(2);
  });
});

test('metrics say how far sources are, and what became of what was sent', async () => {
  const shop = new Shop();
  await shop.add('paid');
  await shop.add('paid');
  await shop.redis.xadd(shop.stream, '*', 'status', 'paid');
  await shop.bringIn();
  const { watchfire } = shop;
  const { port } = await watchfire.startHttpIn(LOOPBACK);
  const event = JSON.stringify({ id: 'a', event: 'x', resource: { id: 'y' } });
  for (const body of [event, event, '{}'])
    await fetch(`http://127.0.0.1:${port}/in/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  const address = await watchfire.serveHttp(LOOPBACK);
  expect(Object.fromEntries(valuesOf((await ask(address, '/metrics')).body))).toMatchObject({
    'watchfire_source_behind_entries{source="shop"}': 0,
    'watchfire_source_waiting_seconds{source="shop"}': expect.any(Number),
    'watchfire_source_read{source="shop"}': 1,
    'watchfire_source_entries{source="shop",outcome="event"}': 2,
    'watchfire_source_entries{source="shop",outcome="dead_letter"}': 1,
    'watchfire_source_entries{source="shop",outcome="lost"}': 0,
    'watchfire_http_events_total{source="events",outcome="accepted"}': 1,
    'watchfire_http_events_total{source="events",outcome="repeated"}': 1,
    'watchfire_http_events_total{source="events",outcome="refused"}': 1,
  });
});

describe('health', () => {
  test('is ready once all parts take part, and not before', async () => {
    const watchfire = engine();
    const address = await watchfire.serveHttp(LOOPBACK, { parts: ['worker'] });
    expect(await ask(address, '/readyz')).toEqual({ status: 503, body: 'worker has not started yet\n' });
    expect(await ask(address, '/livez')).toEqual({ status: 200, body: 'alive\n' });
    await watchfire.startWorker();
    // A busy machine may not ask Redis in time.
    const answer = await eventually('it is ready', async () => {
      const found = await ask(address, '/readyz');
      return found.body.startsWith('Redis did not answer') ? null : found;
    });
    expect(answer).toEqual({ status: 200, body: 'ready\n' });
  });

  test('is alive but not ready while Redis is away, and metrics leave out what only Redis knows', async () => {
    const proxy = await proxyToRedis();
    const watchfire = engine({ redis: proxy.url });
    await watchfire.startWorker();
    const address = await watchfire.serveHttp(LOOPBACK, { parts: ['worker'] });
    proxy.close();
    const [ready, alive, metrics] = await Promise.all(
      ['/readyz', '/livez', '/metrics'].map((path) => ask(address, path)),
    );
    expect(ready).toEqual({
      status: 503,
      body: expect.stringMatching(/^Redis did not answer within 0.8 s|^Redis does not/),
    });
    expect(alive?.status).toBe(200);
    const values = valuesOf(metrics?.body ?? '');
    expect([values.get('watchfire_redis_up'), values.get('watchfire_ready')]).toEqual([0, 0]);
    const shown = [...values.keys()].map((name) => name.replace(/\{.*/, ''));
    expect(Object.values(OF_NAMESPACE).filter(({ name }) => shown.includes(name))).toEqual([]);
  });
});

describe('the door', () => {
  test('shows, and changes nothing', async () => {
    const address = await engine().serveHttp(LOOPBACK);
    expect(await ask(address, '/')).toEqual({ status: 404, body: 'not found\n' });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect(await ask(address, '/metrics', { method })).toMatchObject({ status: 405 });
    expect(await ask(address, '/livez', { method: 'HEAD' })).toEqual({ status: 200, body: '' });
  });

  test('on loopback answers to names of loopback alone', async () => {
    const address = await engine().serveHttp(LOOPBACK);
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
    socket.end('GET /metrics HTTP/1.1\r\nhost: evil.example\r\n\r\n');
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(String(first)).toMatch(/^HTTP\/1\.1 403 /);
    socket.destroy();
    const port = address.split(':')[1];
    expect((await ask(`localhost:${port}`, '/livez')).status).toBe(200);
  });

  test.each([['nowhere'], ['127.0.0.1'], ['127.0.0.1:70000'], ['http://127.0.0.1:1']])(
    'is not opened at %s',
    async (address) => {
      expect(await rejection(engine().serveHttp(address))).toMatchObject({ path: 'http', code: 'INVALID_DOCUMENT' });
    },
  );

  test('is opened once, and not where another one listens', async () => {
    const watchfire = engine();
    const address = await watchfire.serveHttp(LOOPBACK);
    expect(await rejection(watchfire.serveHttp(LOOPBACK))).toMatchObject({ path: 'http' });
    expect(await rejection(engine().serveHttp(address))).toMatchObject({
      path: 'http',
      reason: expect.stringMatching(/EADDRINUSE/),
    });
  });
});
