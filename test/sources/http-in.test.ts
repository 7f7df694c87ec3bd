import { request } from 'node:http';
import { sign } from '@octokit/webhooks-methods';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { layoutOf, partitionOf } from '../../src/model/partition.ts';
import { keysOf } from '../../src/redis/keys.ts';
import { partitionStores } from '../../src/redis/store.ts';
import type { HttpInOptions } from '../../src/sources/http-sourced.ts';
import { fileOf } from '../reactions/shop.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { partitioned } from '../support/partitioned.ts';
import { patientClock } from '../support/patient-clock.ts';
import { proxyToRedis } from '../support/proxy.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';

type Sent = Readonly<{ path?: string; method?: string; headers?: Record<string, string> }>;

/** A door with a log behind it. */
async function door(options: HttpInOptions = {}, address = '127.0.0.1:0', redis = testClient() as unknown) {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const watchfire = new Watchfire({ redis: redis as string, namespace });
  onTestFinished(() => watchfire.close());
  return await doorOf(watchfire, options, address);
}

/** A door of an engine. */
async function doorOf(watchfire: Watchfire, options: HttpInOptions = {}, address = '127.0.0.1:0') {
  const { namespace } = watchfire.settings;
  const { port } = await watchfire.startHttpIn(address, options);
  const client = testClient();
  const post = async (body: unknown, { path = '/in/events', method = 'POST', headers = {} }: Sent = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const all = { 'content-type': 'application/json', ...headers };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: all,
      ...(method === 'GET' ? {} : { body: text }),
    });
    const answer = await response.text();
    const json = response.headers.get('content-type') === 'application/json';
    return { status: response.status, headers: response.headers, answer: json ? JSON.parse(answer) : answer };
  };
  const log = async (): Promise<Record<string, unknown>[]> => {
    const entries = await client.xrange(keysOf(namespace).events, '-', '+');
    return entries.map(([, [, data = '']]) => JSON.parse(data));
  };
  const dead = async () => await client.xrange(keysOf(namespace).dead, '-', '+');
  return { port, post, log, dead, watchfire };
}

function sourcesIn(...sources: object[]): HttpInOptions {
  return { sources: fileOf(JSON.stringify({ sources })) };
}

test('a source that is sent events cannot be paused or sought, since it has no place', async () => {
  const { watchfire } = await door(sourcesIn({ name: 'doors', type: 'webhook', token: 'x'.repeat(32) }));
  await expect(watchfire.pauseSource('doors')).rejects.toThrow('is sent events by HTTP and cannot be paused');
  await expect(watchfire.seekSource('doors', 'start')).rejects.toThrow('is sent events by HTTP and cannot be sought');
  expect(await watchfire.sources()).toMatchObject([{ name: 'doors', pausedMs: null }]);
});

const EVENT = { event: 'order.failed', resource: { id: 'customer.7' } };

describe('events', () => {
  test('come in alone, as a list, as lines and as CloudEvents in all modes', async () => {
    const { post, log } = await door();
    expect(await post(EVENT)).toMatchObject({ status: 202, answer: { accepted: 1, repeated: 0, dead: 0 } });
    expect((await post([EVENT, { ...EVENT, event: 'b' }])).answer).toMatchObject({ accepted: 2 });
    const lines = `${JSON.stringify(EVENT)}\n${JSON.stringify(EVENT)}\n`;
    expect((await post(lines, { headers: { 'content-type': 'application/x-ndjson' } })).answer.accepted).toBe(2);
    const cloud = { specversion: '1.0', id: '1', source: '/s', type: 't' };
    const structured = { headers: { 'content-type': 'application/cloudevents+json' } };
    expect((await post(cloud, structured)).answer.accepted).toBe(1);
    const batch = { headers: { 'content-type': 'application/cloudevents-batch+json' } };
    expect((await post([{ ...cloud, id: '2' }, cloud], batch)).answer).toMatchObject({ accepted: 1, repeated: 1 });
    const binary = { 'ce-specversion': '1.0', 'ce-id': '3', 'ce-source': '/s', 'ce-type': 't' };
    expect((await post({ n: 1 }, { headers: binary })).answer.accepted).toBe(1);
    expect((await log()).map(({ event }) => event)).toEqual([
      'order.failed',
      'order.failed',
      'b',
      'order.failed',
      'order.failed',
      't',
      't',
      't',
    ]);
    expect((await log()).at(-1)).toMatchObject({ id: '/s#3', payload: { n: 1 } });
  });

  test('with an id count once, and with the key of their request', async () => {
    const { post, log } = await door();
    for (const repeated of [0, 1]) expect((await post({ ...EVENT, id: 'a' })).answer.repeated).toBe(repeated);
    const key = { headers: { 'idempotency-key': 'k1' } };
    for (const repeated of [0, 2]) expect((await post([EVENT, EVENT], key)).answer.repeated).toBe(repeated);
    expect((await log()).map(({ id }) => id)).toEqual(['a', 'events:k1#0', 'events:k1#1']);
  });

  test('are all refused with the places where one of them is wrong', async () => {
    const { post, log, dead } = await door();
    const answer = await post([EVENT, { event: 'x' }, { ...EVENT, occurred: 'now' }]);
    expect(answer.status).toBe(400);
    expect(answer.answer).toEqual({
      error: '[1].resource: is required',
      problems: [
        { path: '[1].resource', reason: 'is required' },
        { path: '[2].occurred', reason: 'must be an ISO timestamp', value: '"now"' },
      ],
    });
    expect((await post('{"a":')).answer.error).toMatch(/^body: is not JSON/);
    expect([await log(), await dead()]).toEqual([[], []]);
  });
});

test.each<[string, Sent, string, number, RegExp]>([
  ['another path', { path: '/in/other' }, '{}', 404, /no source/],
  ['a path in other letters', { path: '/in/%65vents' }, '{}', 404, /no source/],
  ['a look', { method: 'GET' }, '', 405, /by POST/],
  ['a page of a browser', { headers: { origin: 'http://localhost' } }, '{}', 403, /browsers/],
  ['another type', { headers: { 'content-type': 'text/plain' } }, '{}', 415, /content-type must be/],
  ['a packed body', { headers: { 'content-encoding': 'gzip' } }, '{}', 415, /content-encoding/],
  ['a body that is too long', {}, 'x'.repeat(5_000_001), 413, /5000000 bytes/],
])('%s gets its status and the reason', async (_, sent, body, status, reason) => {
  const { post } = await door();
  const answer = await post(body, sent);
  expect(answer.status).toBe(status);
  expect(answer.answer.error ?? '').toMatch(reason);
});

test('a request without a length is refused', async () => {
  const { port } = await door();
  const status = await new Promise((resolve, reject) => {
    const sent = request({ port, path: '/in/events', method: 'POST', headers: { 'content-type': 'application/json' } });
    sent.removeHeader('transfer-encoding');
    sent.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
    sent.useChunkedEncodingByDefault = false;
    sent.end();
  });
  expect(status).toBe(411);
});

describe('a webhook', () => {
  const secret = 'It is a secret';
  const github = { name: 'hub', type: 'webhook', preset: 'github', secret };
  const body = JSON.stringify({ action: 'opened', issue: { number: 7 }, repository: { full_name: 'a/b' } });
  const signed = async (delivery: string, text = body) => ({
    path: '/in/hub',
    headers: {
      'x-github-event': 'issues',
      'x-github-delivery': delivery,
      'x-hub-signature-256': await sign(secret, text),
    },
  });

  test('is an event where it is signed, and counts once', async () => {
    const { post, log } = await door(sourcesIn(github));
    expect(await post(body, await signed('d1'))).toMatchObject({ status: 202, answer: { accepted: 1 } });
    expect((await post(body, await signed('d1'))).answer).toEqual({ accepted: 0, repeated: 1, dead: 0 });
    expect(await post(`${body} `, await signed('d2'))).toMatchObject({ status: 401 });
    expect(await post(body, { path: '/in/hub' })).toMatchObject({ status: 401 });
    const { path, headers } = await signed('d3');
    const attributes = { 'ce-specversion': '1.0', 'ce-action': 'deleted' };
    expect(await post(body, { path, headers: { ...headers, ...attributes } })).toMatchObject({ status: 415 });
    expect(await log()).toMatchObject([{ id: 'hub:d1', event: 'github.issues.opened', resource: { id: 'repo/a/b' } }]);
  });

  test('that does not map is one dead letter with source, id and reason', async () => {
    const { post, log, dead } = await door(sourcesIn({ ...github, resource: { id: '{{ entry.nothing }}' } }));
    for (const _ of [1, 2])
      expect((await post(body, await signed('d1'))).answer).toMatchObject({ accepted: 0, dead: 1 });
    const letters = (await dead()).map(([, fields]) => fields.slice(0, 6));
    expect(letters).toEqual([
      ['source', 'sources', 'entry', 'hub d1', 'reason', expect.stringMatching(/^resource\.id: /)],
    ]);
    expect(JSON.stringify(await dead())).not.toContain('sha256=');
    expect(await log()).toEqual([]);
  });

  test('that did not map is sent again by the map as it is then', async () => {
    const broken = sourcesIn({ ...github, resource: { id: '{{ entry.nothing }}' } });
    const { post, log, watchfire } = await door(broken);
    await post(body, await signed('d1'));
    expect(await watchfire.redrive('all')).toMatchObject({
      redriven: 0,
      unfit: [{ reason: expect.stringMatching(/^would be rejected again: resource\.id: /) }],
    });
    const mended = sourcesIn({ ...github, resource: { id: 'issue.{{ entry.issue.number }}' } });
    const { namespace } = watchfire.settings;
    await doorOf(engine({ namespace }), mended);
    expect(await watchfire.redrive('all')).toMatchObject({ redriven: 1, unfit: [] });
    expect(await log()).toMatchObject([{ id: 'hub:d1', event: 'github.issues.opened', resource: { id: 'issue.7' } }]);
  });

  test('may be made an event by a map, and shows its token', async () => {
    const map = {
      event: 'door.{{ entry.state }}',
      resource: { id: 'door.{{ entry.door }}' },
      where: 'entry.state != "test"',
    };
    const { post, log } = await door(
      sourcesIn({ name: 'doors', type: 'webhook', path: '/doors', token: 't1', ...map }),
    );
    const sent = { path: '/doors', headers: { authorization: 'Bearer t1' } };
    expect(
      (
        await post(
          [
            { state: 'open', door: 1 },
            { state: 'test', door: 2 },
          ],
          sent,
        )
      ).answer.accepted,
    ).toBe(1);
    expect(await post({}, { path: '/doors' })).toMatchObject({ status: 401 });
    expect(await log()).toMatchObject([{ event: 'door.open', resource: { id: 'door.1' } }]);
  });

  test("of Slack gets the answer to Slack's question", async () => {
    const { post } = await door(sourcesIn({ name: 'slack', type: 'webhook', preset: 'slack', token: 't' }));
    const sent = { path: '/in/slack', headers: { authorization: 'Bearer t' } };
    const answer = await post({ type: 'url_verification', challenge: 'c1' }, sent);
    expect([answer.status, answer.answer]).toEqual([200, 'c1']);
  });
});

test('a source takes no more than its rate, and says when to come back', async () => {
  const few = { name: 'few', type: 'webhook', token: 't', rate: 2 };
  const { post, log } = await door(sourcesIn(few, { ...few, name: 'other' }));
  const sent = { path: '/in/few', headers: { authorization: 'Bearer t' } };
  expect((await post(Array(2_000).fill(EVENT), sent)).status).toBe(202);
  const refused = await post(EVENT, sent);
  expect([refused.status, refused.answer]).toEqual([429, { error: 'more than 2 events a second' }]);
  // A thousand seconds, less those that this took.
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toSatisfy((given: number) => given > 900 && given <= 1_000);
  expect((await post(EVENT, { ...sent, path: '/in/other' })).status).toBe(202);
  expect(await log()).toHaveLength(2_001);
});

test('while too many events are not applied none is taken, and the answer says when to come back', async () => {
  const watchfire = engine({ maxBacklog: 5, clock: patientClock });
  for (let i = 0; i < 5; i += 1) await testClient().xadd(watchfire.store.keys.events, '*', 'event', 'x');
  const { post } = await doorOf(watchfire);
  const refused = await post(EVENT);
  expect([refused.status, refused.answer.error]).toEqual([429, expect.stringMatching(/^5 events are not applied yet/)]);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  await testClient().del(watchfire.store.keys.events);
  await eventually('what is sent again is taken', async () => (await post(EVENT)).status === 202);
});

test('what cannot be kept as the durability asks is not accepted', async () => {
  const { post } = await doorOf(engine({ durability: 'replicated', durabilityTimeoutMs: 50 }));
  const refused = await post({ ...EVENT, id: 'a' });
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('events go to the logs of their partitions, each once, and webhooks too', async () => {
  const watchfire = await partitioned(3, 'id', { clock: patientClock });
  const { post } = await doorOf(watchfire, sourcesIn({ name: 'hub', type: 'webhook', preset: 'github', token: 't' }));
  const events = Array.from({ length: 12 }, (_, i) => ({ ...EVENT, id: `e${i}`, resource: { id: `customer.${i}` } }));
  for (const repeated of [0, 12]) expect((await post(events)).answer.repeated).toBe(repeated);
  const github = { 'x-github-event': 'ping', 'x-github-delivery': 'd1', authorization: 'Bearer t' };
  const hook = { repository: { full_name: 'a/b' } };
  for (const repeated of [0, 1])
    expect((await post(hook, { path: '/in/hub', headers: github })).answer.repeated).toBe(repeated);
  const found: string[] = [];
  for (const [i, store] of partitionStores(watchfire.store, layoutOf(3, 'id')).entries()) {
    for (const [, [form, data = '']] of await testClient().xrange(store.keys.events, '-', '+')) {
      if (form !== 'data') continue;
      const { id, resource } = JSON.parse(data);
      expect([id, partitionOf(resource.id, 3)]).toEqual([id, i]);
      found.push(id);
    }
  }
  expect(found.sort()).toEqual([...events.map(({ id }) => id), 'hub:d1'].sort());
});

test('while Redis is away nothing is taken, and what is sent again then counts once', async () => {
  const link = await proxyToRedis();
  const { post, log } = await door({}, '127.0.0.1:0', link.url);
  await post({ ...EVENT, id: 'a' });
  link.close();
  const refused = await post({ ...EVENT, id: 'b' });
  expect([refused.status, refused.answer.error]).toEqual([503, 'the log cannot be reached']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await log()).toHaveLength(1);
});

test.each([
  ['0.0.0.0:0', [{ name: 'a', type: 'webhook' }], /^sources\[0\]\.secret: is required, or a token/],
  ['127.0.0.1:0', [{ name: 'a', type: 'webhook', secret: 'no base64!' }], /^sources\[0\]\.secret: must be base64/],
  ['9465', [], /^http-in: must be an address such as/],
])('the door does not open at %s for %j', async (address, sources, problem) => {
  await expect(door(sourcesIn(...sources), address)).rejects.toThrow(problem);
});
