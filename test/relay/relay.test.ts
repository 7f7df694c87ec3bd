import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ACTIONS_GROUP } from '../../src/redis/keys.ts';
import type { QueueJob } from '../../src/relay/jobs.ts';
import { Outbox } from '../../src/relay/outbox.ts';
import { eventually, LONG_TEST_MS } from '../support/eventually.ts';
import { privateRedis } from '../support/private-redis.ts';
import { testClient } from '../support/redis.ts';
import {
  automation,
  fire,
  numbered,
  pendingIn,
  readIn,
  restless,
  untilBlocked,
  waitingIn,
  workshop,
} from './relay-shop.ts';

describe('relaying', () => {
  test('each action of a firing becomes one job in its queue, and the firing is acknowledged', async () => {
    const shop = await workshop();
    await fire(shop, ['aa', 'bb']);
    expect(await shop.relayOf('w1').runOnce()).toEqual({ firings: 2, jobs: 4, held: 0, dead: 0 });
    expect(await waitingIn(shop, 'mail')).toEqual(['f-aa-0', 'f-bb-0']);
    expect(await waitingIn(shop, 'actions')).toEqual(['f-aa-1', 'f-bb-1']);
    expect(await pendingIn(shop)).toBe(0);
    const [job] = await shop.queueOf('mail').getWaiting();
    expect(job?.data).toMatchObject({
      idempotencyKey: job?.id,
      data: { to: 'ops' },
      action_index: 0,
      automation: { name: 'Failing orders' },
      triggering_event: { event: 'order.failed' },
    });
    expect(job?.opts).toMatchObject({ removeOnComplete: true, deduplication: { id: job?.id, ttl: 604_800_000 } });
  });

  test('a job carries the automation as it was when it fired', async () => {
    const shop = await workshop();
    await shop.put(2, { ...automation, name: 'Renamed', actions: [{ type: 'other' }] });
    await fire(shop, ['aa'], { revision: '1' });
    await fire(shop, ['bb'], { revision: '2' });
    await shop.relayOf('w1').runOnce();
    expect(await waitingIn(shop, 'actions')).toEqual(['f-aa-1', 'f-bb-0']);
    const [job] = await shop.queueOf('mail').getWaiting();
    expect(job?.data.automation.name).toBe('Failing orders');
  });

  test('a template that cannot be filled in keeps back its own job: the firing is a dead letter that says why', async () => {
    const shop = await workshop();
    const bad = { type: 'queue', queue: 'mail', data: { x: '{{ event.payload.missing }}' } };
    await shop.put(2, { ...automation, actions: [bad, { type: 'other' }] });
    await fire(shop, ['aa'], { revision: '2' });
    expect(await shop.relayOf('w1').runOnce()).toEqual({ firings: 1, jobs: 1, held: 0, dead: 1 });
    expect(await waitingIn(shop, 'actions')).toEqual(['f-aa-1']);
    expect(await waitingIn(shop, 'mail')).toEqual([]);
    const [letter] = await shop.redis.xrange(shop.store.keys.dead, '-', '+');
    expect(letter?.[1].join(' ')).toContain('action 0.data.x: event.payload.missing has no value, and no "default"');
  });

  test('a firing without actions is acknowledged', async () => {
    const shop = await workshop();
    await fire(shop, ['aa'], { state: 'Resolved' });
    expect(await shop.relayOf('w1').runOnce()).toEqual({ firings: 1, jobs: 0, held: 0, dead: 0 });
    expect(await pendingIn(shop)).toBe(0);
  });

  test('a listener gets the jobs that were added', async () => {
    const shop = await workshop();
    const seen: QueueJob[] = [];
    await fire(shop, ['aa']);
    await shop.relayOf('w1', { onJobs: (jobs) => void seen.push(...jobs) }).runOnce();
    expect(seen.map(({ queue, name, data }) => [queue, name, data.id])).toEqual([
      ['mail', 'queue', 'f-aa-0'],
      ['actions', 'call', 'f-aa-1'],
    ]);
  });

  test('a listener that throws stops nothing', async () => {
    const shop = await workshop();
    await fire(shop, ['aa']);
    const onJobs = () => {
      throw new Error('broken view');
    };
    expect(await shop.relayOf('w1', { onJobs }).runOnce()).toMatchObject({ firings: 1, jobs: 2 });
    expect(shop.lines.join()).toContain('broken view');
  });

  test('a burst of two thousand firings arrives whole, once', async () => {
    const shop = await workshop();
    const ids = numbered(2_000);
    await fire(shop, ids);
    const relay = shop.relayOf('w1');
    let firings = 0;
    while (firings < ids.length) firings += (await relay.runOnce()).firings;
    expect(await waitingIn(shop, 'mail')).toEqual(ids.map((id) => `f-${id}-0`));
    expect(await waitingIn(shop, 'actions')).toEqual(ids.map((id) => `f-${id}-1`));
    expect(await pendingIn(shop)).toBe(0);
  });

  test('two relays side by side share a burst without doubling or losing any of it', async () => {
    const shop = await workshop();
    const relays = [shop.relayOf('w1'), shop.relayOf('w2')];
    const ids = numbered(2_000);
    for (const relay of relays) relay.start();
    await fire(shop, ids);
    const queue = shop.queueOf('mail');
    await eventually('all jobs are there', async () => (await queue.getWaitingCount()) >= ids.length);
    await eventually('all firings are acknowledged', async () => (await pendingIn(shop)) === 0);
    await Promise.all(relays.map((relay) => relay.stop()));
    expect(await waitingIn(shop, 'mail')).toEqual(ids.map((id) => `f-${id}-0`));
    expect(await shop.redis.xinfo('CONSUMERS', shop.keys.firings, ACTIONS_GROUP)).toHaveLength(2);
  });
});

describe('the loop', () => {
  test('waits for firings and relays one that comes', async () => {
    const shop = await workshop();
    const relay = shop.relayOf('w1');
    relay.start();
    await untilBlocked(shop);
    await fire(shop, ['aa']);
    await eventually('the job is there', async () => (await waitingIn(shop, 'mail')).length === 1);
    await relay.stop();
    expect(await pendingIn(shop)).toBe(0);
  });

  test('stops at once although a read waits for seconds', async () => {
    const shop = await workshop();
    // The read outlasts the test: a relay that waited for its end would not stop in time.
    const { waitFor } = Outbox.prototype;
    vi.spyOn(Outbox.prototype, 'waitFor').mockImplementation(async function (this: Outbox, count) {
      return await waitFor.call(this, count, 2 * LONG_TEST_MS);
    });
    const relay = shop.relayOf('w1');
    relay.start();
    await untilBlocked(shop);
    await relay.stop();
    expect(shop.lines.join()).not.toContain('stopped without waiting');
  });

  test('stopping under load leaves no firing between the read and its jobs', async () => {
    const shop = await workshop();
    await fire(shop, numbered(3_000));
    const relay = shop.relayOf('w1');
    relay.start();
    const queue = shop.queueOf('mail');
    await eventually('some jobs are there', async () => (await queue.getWaitingCount()) > 0);
    await relay.stop();
    expect(await pendingIn(shop)).toBe(0);
    expect(await queue.getWaitingCount()).toBe(await readIn(shop));
  });

  test('goes on after its connections were cut', async () => {
    const shop = await workshop();
    const clients = [testClient(), testClient()] as const;
    const relay = shop.relayOf('w1', { redis: clients[0], blocking: clients[1], clock: restless(shop.clock) });
    relay.start();
    await untilBlocked(shop);
    for (const client of clients) client.disconnect(true);
    await fire(shop, numbered(100));
    await eventually('all jobs are there', async () => (await waitingIn(shop, 'mail')).length === 100);
    await eventually('all firings are acknowledged', async () => (await pendingIn(shop)) === 0);
    await relay.stop();
  });

  test('repeats its step while Redis is away, says why, and goes on where it was', async () => {
    const server = await privateRedis({ kept: true });
    const clients = [0, 1, 2].map(() => new Redis(server.url, { maxRetriesPerRequest: 0, retryStrategy: () => 20 }));
    const [redis, own, blocking] = clients as [Redis, Redis, Redis];
    for (const client of clients) client.on('error', () => undefined);
    const shop = await workshop({ redis });
    const relay = shop.relayOf('w1', { redis: own, blocking, clock: restless(shop.clock, () => pause(1)) });
    relay.start();
    await fire(shop, ['aa']);
    await eventually('the first job is there', async () => (await waitingIn(shop, 'mail')).length === 1);
    await server.server.stop();
    await eventually('the relay says that a step failed', () =>
      shop.lines.some((line) => /"loop":"relay".*"msg":"step failed"/.test(line)),
    );
    await server.start();
    onTestFinished(() => clients.forEach((client) => void client.disconnect()));
    await eventually('Redis answers', () => fire(shop, ['bb'], { name: 'canary-secret' }).then(() => true));
    await eventually('the second job is there', async () => (await waitingIn(shop, 'mail')).length === 2);
    await relay.stop();
    expect(shop.lines.join()).not.toContain('canary-secret');
  });

  test('stops in time although Redis is gone and every command waits for it', async () => {
    const { server } = await privateRedis();
    const clients = [0, 1, 2].map(() => new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 }));
    onTestFinished(() => clients.forEach((client) => void client.disconnect()));
    const [redis, own, blocking] = clients as [Redis, Redis, Redis];
    for (const client of clients) client.on('error', () => undefined);
    const shop = await workshop({ redis });
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    const relay = shop.relayOf('w1', { redis: own, blocking, clock: restless(shop.clock, sleep) });
    await server.stop();
    relay.start();
    await relay.stop();
    expect(waits).toEqual([4_000]);
    expect(shop.lines.join()).toContain('stopped without waiting');
  });
});
