import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { receiver } from '../support/receiver.ts';
import { testClient } from '../support/redis.ts';
import { fileOf, shop } from './shop.ts';

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const net = { allowNet: ['127.0.0.0/8'] };

describe('a webhook', () => {
  test('to a target carries the whole story, signed, under the id of its job', async () => {
    const { url, received } = await receiver();
    const hook = { kind: 'webhook', url: `${url}/in`, secret: SECRET, headers: { authorization: 'Bearer t0ken' } };
    const { fire, jobs } = await shop({ actions: [{ type: 'webhook', target: 'hook' }] }, { hook });
    await fire();
    const [job] = await jobs('completed');
    const [got] = received;
    expect(got).toMatchObject({ method: 'POST', path: '/in' });
    expect(got?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': job?.id,
      'webhook-id': job?.id,
      authorization: 'Bearer t0ken',
    });
    const signed = new Webhook(SECRET).verify(got?.body ?? '', got?.headers as Record<string, string>);
    expect(signed).toMatchObject({
      type: 'automation.triggered',
      data: { id: job?.id, automation: { id: 'a' }, triggering_event: { payload: { total: 12 } } },
    });
    expect(job?.returnvalue).toEqual({ status: 200 });
    expect(JSON.stringify(job)).not.toMatch(/t0ken|whsec/);
  });

  test('to a URL is filled in, and sent as it says', async () => {
    const { url, received } = await receiver();
    const action = {
      type: 'webhook',
      method: 'PUT',
      url: `${url}/orders/{{ labels.id }}`,
      headers: { 'x-automation': '{{ automation.name }}' },
      body: { total: '{{ event.payload.total }}', text: '{{ event.payload.total }} EUR' },
    };
    const { fire, jobs } = await shop({ actions: [action] }, {}, net);
    await fire();
    await jobs('completed');
    expect(received).toMatchObject([
      { method: 'PUT', path: '/orders/customer.7', body: '{"total":12,"text":"12 EUR"}' },
    ]);
    expect(received[0]?.headers).toMatchObject({ 'x-automation': 'An automation' });
  });

  test('as a CloudEvent has its attributes', async () => {
    const { url, received } = await receiver();
    const { fire, jobs } = await shop({ actions: [{ type: 'webhook', url, format: 'cloudevents' }] }, {}, net);
    await fire();
    const [job] = await jobs('completed');
    expect(received[0]?.headers['content-type']).toBe('application/cloudevents+json');
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id: job?.id,
      type: 'automation.triggered',
      source: '/automations/a',
    });
  });

  test.each([408, 425, 429, 500, 503])(
    'that is answered %i is tried again, with the same body and id',
    async (status) => {
      const { url, received } = await receiver((response, _, count) => {
        response.statusCode = count < 3 ? status : 200;
        response.end();
      });
      const action = { type: 'webhook', url, retry: { delay: 0 } };
      const { fire, jobs } = await shop({ actions: [action] }, {}, net);
      await fire();
      await jobs('completed');
      expect(received).toHaveLength(3);
      expect(new Set(received.map(({ body, headers }) => `${body} ${headers['idempotency-key']}`)).size).toBe(1);
    },
  );

  test.each([400, 401, 404, 410, 422])('that is answered %i fails at once, and its job says why', async (status) => {
    const { url, received } = await receiver((response) => {
      response.statusCode = status;
      response.end('no such thing');
    });
    const { fire, jobs } = await shop({ actions: [{ type: 'webhook', url, retry: { delay: 0 } }] }, {}, net);
    await fire();
    const [job] = await jobs('failed');
    expect(job?.failedReason).toBe(`${new URL(url).host} answered ${status}: no such thing`);
    expect(received).toHaveLength(1);
  });

  test('whose receiver asks for time gets no other try before that', async () => {
    const { url } = await receiver((response) => response.writeHead(429, { 'retry-after': '600' }).end());
    const { fire, jobs } = await shop({ actions: [{ type: 'webhook', url, retry: { delay: 0 } }] }, {}, net);
    await fire();
    const [job] = await jobs('delayed');
    expect(job?.attemptsMade).toBe(1);
    expect(job?.delay).toBeGreaterThan(590_000);
  });

  test('that fails as often as it may has failed for good', async () => {
    const { url, received } = await receiver((response) => {
      response.statusCode = 500;
      response.end();
    });
    const { fire, jobs } = await shop(
      { actions: [{ type: 'webhook', url, retry: { attempts: 2, delay: 0 } }] },
      {},
      net,
    );
    await fire();
    await jobs('failed');
    expect(received).toHaveLength(2);
  });

  test('to 127.0.0.1 fails for good where its network is not allowed', async () => {
    const { url, received } = await receiver();
    const { fire, jobs } = await shop({ actions: [{ type: 'webhook', url }] });
    await fire();
    expect((await jobs('failed'))[0]?.failedReason).toMatch(/^127\.0\.0\.1 is no public address/);
    expect(received).toEqual([]);
  });

  test('whose template has no value fails for good, and names the place', async () => {
    const { fire, jobs } = await shop({
      actions: [{ type: 'webhook', url: 'https://x.example/{{ event.payload.no }}' }],
    });
    await fire();
    expect((await jobs('failed'))[0]?.failedReason).toBe(
      'action 0.url: event.payload.no has no value, and no "default" (line 1, column 22)',
    );
  });
});

describe('targets', () => {
  test('that are missing are waited for, and no try is lost', async () => {
    const { fire, jobs } = await shop({ actions: [{ type: 'notify', target: 'later' }] });
    await fire();
    const [job] = await jobs('delayed');
    expect(job?.attemptsMade).toBe(0);
    expect(job?.delay).toBeLessThanOrEqual(30_000);
  });

  test('with a rate get no more than that, and the rest waits', async () => {
    const { url, received } = await receiver();
    const hook = { kind: 'slack', url, rate: '2/h' };
    const { fire, jobs } = await shop({ actions: [{ type: 'notify', target: 'hook' }] }, { hook });
    for (let i = 0; i < 5; i += 1) await fire(`customer.${i}`);
    await jobs('completed', 2);
    await jobs('delayed', 3);
    expect(received).toHaveLength(2);
  });

  test('with a rate keep it whatever names them, a block of Prefect as well', async () => {
    const { url, received } = await receiver();
    const targets = { hook: { kind: 'slack', url, rate: '1/h' } };
    const file = fileOf(JSON.stringify({ targets, blocks: { 'b-1': 'hook' } }));
    const actions = [
      { type: 'notify', target: 'hook' },
      { type: 'send-notification', block_document_id: 'b-1', subject: 's', body: 'b' },
    ];
    const { fire, jobs } = await shop({ actions }, {}, { targets: file });
    await fire();
    await jobs('completed');
    await jobs('delayed');
    expect(received).toHaveLength(1);
  });

  test('keep their secrets: nothing of them stands in Redis when a receiver repeats them', async () => {
    const { url } = await receiver((response, { headers, path }) => {
      response.statusCode = 404;
      response.end(`no ${path} for ${headers.authorization}`);
    });
    const hook = { kind: 'webhook', url: `${url}/in`, headers: { authorization: 'Bearer hidden-t0ken' } };
    const { fire, jobs } = await shop({ actions: [{ type: 'webhook', target: 'hook' }] }, { hook });
    await fire();
    const [job] = await jobs('failed');
    expect(job?.failedReason).toContain('no /in for …');
    expect(JSON.stringify([job, job?.stacktrace])).not.toContain('hidden-t0ken');
  });

  test('keep the part of a secret that stands where an answer is cut', async () => {
    const { url } = await receiver((response, { headers }) => {
      response.statusCode = 404;
      response.end(`${'-'.repeat(160)} ${headers.authorization}`);
    });
    const hook = { kind: 'webhook', url, headers: { authorization: 'hidden-t0ken'.repeat(10) } };
    const { fire, jobs } = await shop({ actions: [{ type: 'webhook', target: 'hook' }] }, { hook });
    await fire();
    const [job] = await jobs('failed');
    expect(job?.failedReason).toMatch(/- …$/);
    expect(JSON.stringify([job, job?.stacktrace])).not.toContain('hidden');
  });
});

describe('actions of the engine', () => {
  test('append an event once, with the id of the job and the cause chain', async () => {
    const action = {
      type: 'event',
      event: 'order.late',
      resource: { id: '{{ labels.id }}' },
      payload: { of: '{{ event.id }}' },
    };
    const { fire, jobs, watchfire } = await shop({ actions: [action] });
    await watchfire.put({ id: 'b', name: 'B', trigger: { posture: 'Reactive', expect: ['order.late'] } });
    await fire();
    const [job] = await jobs('completed');
    const fired = await eventually('the event fired another automation', async () => {
      const { firings } = await watchfire.firings({ automation: 'b' });
      return firings[0];
    });
    expect(fired.firing.event).toMatchObject({ id: job?.id, resource: { id: 'customer.7' }, cause_chain: ['a'] });
  });

  test('append to another stream', async () => {
    const redis = testClient();
    const made = await shop({});
    const stream = `{${made.namespace}}:streams:mine`;
    await made.watchfire.put({
      id: 'a',
      name: 'An automation',
      trigger: { posture: 'Reactive', expect: ['x'] },
      actions: [{ type: 'event', event: 'y', resource: { id: 'r' }, stream }],
      actions_on_trigger: [{ type: 'event', event: 'y', resource: { id: 'r' }, stream: `{${made.namespace}}:own` }],
    });
    await made.fire();
    await made.jobs('completed');
    const [job] = await made.jobs('failed');
    expect(job?.failedReason).toMatch(/^stream: .* belongs to the engine/);
    expect(await redis.xlen(stream)).toBe(1);
    await redis.del(stream);
  });

  test('pause and resume an automation, itself by self', async () => {
    const { fire, jobs, watchfire } = await shop({
      actions: [{ type: 'pause', automation: 'self', reason: 'enough' }],
    });
    await fire();
    await jobs('completed');
    expect((await watchfire.get('a')).enabled).toBe(false);
    await watchfire.put({
      id: 'b',
      name: 'B',
      trigger: { posture: 'Reactive', expect: ['y'] },
      actions: [{ type: 'resume', automation: 'An automation' }],
    });
    await watchfire.emit({ event: 'y', resource: { id: 'r' } });
    await jobs('completed', 2);
    expect((await watchfire.get('a')).enabled).toBe(true);
  });

  test('write a line', async () => {
    const { fire, jobs } = await shop({ actions: [{ type: 'log', message: '{{ labels.id }} failed', level: 'warn' }] });
    await fire();
    expect((await jobs('completed'))[0]?.returnvalue).toEqual({ level: 'warn' });
  });
});
