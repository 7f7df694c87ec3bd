import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../src/model/delivery.ts';
import { eventually } from '../support/eventually.ts';
import { receiver } from '../support/receiver.ts';
import { type Shop, shop } from './shop.ts';

const net = { allowNet: ['127.0.0.0/8'] };

/** The deliveries, as soon as so many are in that state. */
const deliveriesIn = async ({ watchfire }: Shop, state: Delivery['state'], count = 1): Promise<Delivery[]> =>
  await eventually(`${count} deliveries are ${state}`, async () => {
    const found = await watchfire.deliveries({ state });
    return found.length === count ? found : null;
  });

const webhook = (url: string, attempts = 1): object => ({ type: 'webhook', url, retry: { attempts, delay: 0 } });

describe('what became of a delivery is noted:', () => {
  test('that it was sent, to whom, at which try and what was answered', async () => {
    const { url } = await receiver((response, _, count) => {
      response.statusCode = count < 2 ? 503 : 200;
      response.end(count < 2 ? 'busy' : 'thank you');
    });
    const place = await shop({ actions: [webhook(url, 3)] }, {}, net);
    await place.fire();
    const [one] = await deliveriesIn(place, 'sent');
    const [job] = await place.jobs('completed');
    expect(one).toEqual({
      job: job?.id,
      automation: 'a',
      firing: job?.data.firing.id,
      index: 0,
      type: 'webhook',
      target: url,
      labels: { id: 'customer.7' },
      state: 'sent',
      tries: 2,
      attempts: 3,
      status: 200,
      answer: 'thank you',
      error: '',
      at: expect.any(Number),
    });
  });

  test('that it failed for good, with the first two kilobytes of the answer and without secrets', async () => {
    const { url } = await receiver((response) => {
      response.statusCode = 400;
      response.end(`no s3cret-token here ${'x'.repeat(5_000)}`);
    });
    const hook = { kind: 'webhook', url, headers: { authorization: 's3cret-token' } };
    const place = await shop({ actions: [{ type: 'webhook', target: 'hook' }] }, { hook });
    await place.fire();
    const [one] = await deliveriesIn(place, 'failed');
    expect(one).toMatchObject({ target: 'hook', status: 400, tries: 1, error: expect.stringMatching(/answered 400/) });
    expect(one?.answer).toMatch(/^no … here x{2000}/);
    expect(Buffer.byteLength(one?.answer ?? '')).toBeLessThanOrEqual(2_048);
    expect(JSON.stringify(one)).not.toContain('s3cret-token');
  });

  test('that it is tried again, and with what it failed', async () => {
    const { url } = await receiver((response) => response.writeHead(500).end());
    const action = { type: 'webhook', url, retry: { attempts: 2, delay: '1h' } };
    const place = await shop({ actions: [action] }, {}, net);
    await place.fire();
    const [one] = await deliveriesIn(place, 'retried');
    expect(one).toMatchObject({ tries: 1, attempts: 2, status: 500 });
  });

  test('that it waits, for a target that is missing', async () => {
    const place = await shop({ actions: [{ type: 'notify', target: 'nobody' }] });
    await place.fire();
    const one = await eventually('it was tried', async () => {
      const [waiting] = await deliveriesIn(place, 'waiting');
      return waiting?.error ? waiting : null;
    });
    expect(one).toMatchObject({ tries: 0, target: 'nobody', error: 'there is no target nobody in the targets file' });
  });

  test('that nobody has begun it, by its job alone', async () => {
    const place = await shop({ actions: [{ type: 'log', message: 'x', schedule_after: '1h' }] });
    await place.fire();
    const [one] = await deliveriesIn(place, 'waiting');
    const [job] = await place.jobs('delayed');
    expect(one).toMatchObject({ job: job?.id, automation: 'a', type: 'log', target: null, tries: 0, attempts: 5 });
  });
});

describe('deliveries that failed for good', () => {
  test('are tried again as often as at first, once somebody asks for it', async () => {
    let well = false;
    const { url, received } = await receiver((response) => response.writeHead(well ? 200 : 500).end());
    const place = await shop({ actions: [webhook(url, 2)] }, {}, net);
    await place.fire();
    const [one] = await deliveriesIn(place, 'failed');
    expect(received).toHaveLength(2);
    const again = await place.watchfire.retryDeliveries('failed');
    expect(again).toEqual({ done: [one?.job], unfit: [] });
    await eventually('it has failed once more', () => received.length === 4);
    await deliveriesIn(place, 'failed');
    well = true;
    await place.watchfire.retryDeliveries([one?.job ?? '']);
    await deliveriesIn(place, 'sent');
    const sent = await place.watchfire.retryDeliveries([one?.job ?? '', 'f-0-0']);
    expect(sent).toEqual({
      done: [],
      unfit: [
        { job: one?.job, reason: expect.stringMatching(/^has not failed for good: it is completed/) },
        { job: 'f-0-0', reason: 'its job is not kept any more' },
      ],
    });
  });

  test('are named by no report once they were dropped; what was sent is not dropped', async () => {
    const { url } = await receiver((response, { path }) => response.writeHead(path === '/bad' ? 400 : 200).end());
    const place = await shop({ actions: [webhook(`${url}/bad`), webhook(`${url}/good`)] }, {}, net);
    await place.fire();
    const [bad] = await deliveriesIn(place, 'failed');
    const [good] = await deliveriesIn(place, 'sent');
    await place.jobs('failed');
    expect((await place.watchfire.queueStates()).failedDeliveries).toBe(1);
    expect(await place.watchfire.dropDeliveries([bad?.job ?? '', good?.job ?? '', 'f-0-0'])).toEqual({
      done: [bad?.job],
      unfit: [
        { job: good?.job, reason: 'has been sent' },
        { job: 'f-0-0', reason: 'there is no such delivery' },
      ],
    });
    expect((await place.watchfire.queueStates()).failedDeliveries).toBe(0);
    expect(await place.queue.getFailedCount()).toBe(0);
    expect(await place.watchfire.deliveries()).toHaveLength(1);
  });
});

describe('an automation hears', () => {
  test('that two pages in a row failed, and tells it by another way; nobody hears of its own', async () => {
    const { url, received } = await receiver((response, { path }) =>
      response.writeHead(path === '/pages' ? 400 : 200).end(),
    );
    const targets = {
      oncall: { kind: 'webhook', url: `${url}/pages` },
      everybody: { kind: 'webhook', url: `${url}/mail` },
    };
    const place = await shop({ actions: [{ type: 'notify', target: 'oncall' }] }, targets);
    const trigger = {
      expect: ['automation.action.failed'],
      reset: ['automation.action.executed'],
      for_each: ['target'],
      threshold: 2,
      within: '1h',
    };
    const body = '{{ event.payload.status }} {{ event.cause_chain | join: "," }}';
    await place.watchfire.put({
      id: 'pages',
      name: 'Pages fail',
      trigger,
      actions: [{ type: 'notify', target: 'everybody', subject: '{{ labels.target }}', body }],
    } as never);
    await place.fire('customer.1');
    await deliveriesIn(place, 'failed', 1);
    await place.fire('customer.2');
    await deliveriesIn(place, 'sent', 1);
    const [mail] = received.filter(({ path }) => path === '/mail').map((one) => JSON.parse(one.body));
    expect(mail).toMatchObject({ subject: 'oncall', body: '400 a', key: 'pages {"target":"oncall"}' });
    const { firings } = await place.watchfire.firings();
    expect(firings.map(({ firing }) => firing.automation)).toEqual(['a', 'a', 'pages']);
  });

  test('nothing where nobody listens: the log holds what was sent to it', async () => {
    const { url } = await receiver();
    const place = await shop({ actions: [webhook(url)] }, {}, net);
    await place.fire();
    await deliveriesIn(place, 'sent');
    const { redis } = place.watchfire.connections;
    const entries = await redis.xrange(place.watchfire.store.keys.events, '-', '+');
    expect(entries.map(([, [form]]) => form)).toEqual(['data']);
  });
});

test('a job that its programs left behind too often is noted as one that failed for good', async () => {
  const place = await shop({ actions: [{ type: 'log', message: 'x', schedule_after: '1h' }] });
  await place.fire();
  const [job] = await place.jobs('delayed');
  // As BullMQ marks it when it was found without a sign of life once too often.
  const key = `${place.watchfire.queuePrefix}:deliveries:${job?.id}`;
  await place.watchfire.connections.redis.hset(key, 'defa', 'job stalled more than allowable limit');
  await job?.promote();
  const [one] = await deliveriesIn(place, 'failed');
  expect(one?.error).toBe('job stalled more than allowable limit');
});
