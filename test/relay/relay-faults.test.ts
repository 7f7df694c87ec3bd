import { Worker } from 'bullmq';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { ACTIONS_GROUP } from '../../src/redis/keys.ts';
import { ensureActionsGroup, Outbox } from '../../src/relay/outbox.ts';
import { eventually } from '../support/eventually.ts';
import { adminBeside, testClient } from '../support/redis.ts';
import {
  automation,
  deadIn,
  fieldsOf,
  fire,
  MINUTE_MS,
  numbered,
  pendingIn,
  restless,
  waitingIn,
  workshop,
} from './relay-shop.ts';

describe('after a crash', () => {
  test('a firing whose acknowledgement was lost gives one job, even when that was completed and removed', async () => {
    const shop = await workshop();
    const client = testClient();
    await fire(shop, ['aa']);
    const relay = shop.relayOf('w1', { redis: client });
    vi.spyOn(client, 'xack').mockRejectedValueOnce(new Error('Connection is closed.'));
    await expect(relay.runOnce()).rejects.toThrow('Connection is closed.');
    const runs: string[] = [];
    const worker = new Worker('mail', async (job) => void runs.push(String(job.id)), {
      connection: { url: inject('adminUrl') },
      prefix: shop.prefixes.bull,
    });
    onTestFinished(() => worker.close());
    const queue = shop.queueOf('mail');
    await eventually('the job is gone', async () => runs.length > 0 && (await queue.getJob('f-aa-0')) === undefined);
    expect(await relay.runOnce()).toMatchObject({ firings: 1, jobs: 2 });
    expect(await pendingIn(shop)).toBe(0);
    expect(await queue.getJobCounts('waiting', 'active', 'completed')).toEqual({ waiting: 0, active: 0, completed: 0 });
    expect(runs).toEqual(['f-aa-0']);
  });

  test('firings read before a failover get no job: the server that confirms them may not have them', async () => {
    const shop = await workshop();
    await fire(shop, ['aa']);
    const security = {
      connection: 0,
      barrier: async (since: number): Promise<void> => {
        if (since !== security.connection) throw new Error('the connection broke');
      },
    };
    const relay = shop.relayOf('w1', { security });
    const read = vi.spyOn(Outbox.prototype, 'take').mockImplementationOnce(async function (this: Outbox, count) {
      const items = await this.take(count);
      security.connection += 1;
      return items;
    });
    await expect(relay.runOnce()).rejects.toThrow('the connection broke');
    expect(read).toHaveBeenCalled();
    expect([await waitingIn(shop, 'mail'), await pendingIn(shop)]).toEqual([[], 1]);
    expect(await relay.runOnce()).toMatchObject({ firings: 1, jobs: 2 });
  });

  test('the loop comes back to a batch that failed behind its back', async () => {
    const shop = await workshop();
    const client = testClient();
    const lost = vi.spyOn(client, 'xack').mockRejectedValueOnce(new Error('Connection is closed.'));
    const relay = shop.relayOf('w1', { redis: client, clock: restless(shop.clock) });
    relay.start();
    await fire(shop, ['aa']);
    await eventually('an acknowledgement is lost', () => lost.mock.calls.length > 0);
    await fire(shop, ['bb']);
    await eventually('all firings are acknowledged', async () => {
      return (await pendingIn(shop)) === 0 && (await waitingIn(shop, 'mail')).length === 2;
    });
    await relay.stop();
    expect(shop.lines.join()).toContain('step failed');
  });

  test('a relay that comes back under its name finishes what it had begun', async () => {
    const shop = await workshop();
    await fire(shop, numbered(500));
    await shop.redis.xreadgroup('GROUP', ACTIONS_GROUP, 'w1', 'STREAMS', shop.keys.firings, '>');
    const relay = shop.relayOf('w1');
    let firings = 0;
    for (let step = 0; step < 10; step += 1) firings += (await relay.runOnce()).firings;
    expect(firings).toBe(500);
    expect(await pendingIn(shop)).toBe(0);
  });

  test('the firings of a dead relay are taken over, those of a live one are not', async () => {
    const shop = await workshop();
    await fire(shop, ['aa', 'bb']);
    const read = (consumer: string) =>
      shop.redis.xreadgroup('GROUP', ACTIONS_GROUP, consumer, 'COUNT', 1, 'STREAMS', shop.keys.firings, '>');
    await read('dead');
    await read('live');
    const [[id] = ['']] = (await shop.redis.xpending(shop.keys.firings, ACTIONS_GROUP, '-', '+', 1)) as [string][];
    await adminBeside(shop.redis).xclaim(shop.keys.firings, ACTIONS_GROUP, 'dead', 0, id, 'IDLE', MINUTE_MS, 'JUSTID');
    expect(await shop.relayOf('w1').runOnce()).toMatchObject({ firings: 1 });
    expect(await waitingIn(shop, 'mail')).toEqual(['f-aa-0']);
  });

  test('a group that somebody deleted is made anew, and every firing is relayed', async () => {
    const shop = await workshop();
    await fire(shop, ['aa']);
    await adminBeside(shop.redis).xgroup('DESTROY', shop.keys.firings, ACTIONS_GROUP);
    const relay = shop.relayOf('w1');
    await relay.runOnce();
    expect(await relay.runOnce()).toMatchObject({ firings: 1, jobs: 2 });
    expect(shop.lines.join()).toContain('consumer group of the firings was missing');
  });

  test('a group that was lost goes no further back than repeated jobs are recognised', async () => {
    const shop = await workshop();
    const { redis, keys } = shop;
    const [seconds] = await redis.time();
    const daysAgo = (days: number) => `${Number(seconds) * 1_000 - days * 24 * 3_600_000}-0`;
    for (const days of [30, 7, 6.5, 1]) await redis.xadd(keys.firings, daysAgo(days), ...fieldsOf(`d${days * 10}`));
    for (const _ of ['once', 'and again, when all jobs are repeats']) {
      await adminBeside(redis).xgroup('DESTROY', keys.firings, ACTIONS_GROUP);
      const relay = shop.relayOf('w1');
      await relay.runOnce();
      await relay.runOnce();
      expect(await waitingIn(shop, 'mail')).toEqual(['f-d10-0', 'f-d65-0']);
    }
  });

  test('a worker that finds no group makes it as far back', async () => {
    const { redis, keys, store } = await workshop();
    await redis.xadd(keys.firings, '*', ...fieldsOf('aa'));
    await adminBeside(redis).xgroup('DESTROY', keys.firings, ACTIONS_GROUP);
    await ensureActionsGroup(redis, store);
    const [group = []] = (await redis.xinfo('GROUPS', keys.firings)) as string[][];
    const from = Number.parseInt(group[group.indexOf('last-delivered-id') + 1] ?? '', 10);
    const [seconds] = await redis.time();
    const days = (Number(seconds) * 1_000 - from) / (24 * 3_600_000);
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThan(7);
    // One that is there stays where it is.
    await redis.xgroup('SETID', keys.firings, ACTIONS_GROUP, '5-0');
    await ensureActionsGroup(redis, store);
    expect(((await redis.xinfo('GROUPS', keys.firings)) as string[][])[0]).toContain('5-0');
  });

  test('an empty ledger is read from its beginning, however old by a clock of its own what comes is', async () => {
    const shop = await workshop();
    const { redis, keys, store } = shop;
    await adminBeside(redis).xgroup('DESTROY', keys.firings, ACTIONS_GROUP);
    await ensureActionsGroup(redis, store);
    await redis.xadd(keys.firings, '5-0', ...fieldsOf('aa'));
    await shop.relayOf('w1').runOnce();
    expect(await waitingIn(shop, 'mail')).toEqual(['f-aa-0']);
  });
});

describe('dead letters', () => {
  test.each([
    ['its revision is gone', { revision: '9' }, /^revision 9 of automation a1 is gone$/],
    ['its revision is not JSON', { revision: '7' }, /^revision 7 of automation a1 is not JSON$/],
    ['its revision is no automation', { revision: '8' }, /^revision 8 of automation a1 cannot be read: /],
    ['it cannot be read', { triggered: 'soon' }, /^the firing cannot be read: triggered: /],
    ['its place is not in the trigger', { path: '3' }, /^the firing cannot be turned into jobs: path: /],
    ['BullMQ refuses its id', { firing: 'a:b' }, /Custom Id cannot contain :/],
  ])(
    'a firing is moved to the dead letters with the reason when %s, and those beside it are relayed',
    async (_, parts, reason) => {
      const shop = await workshop();
      await shop.redis.hset(`${shop.prefixes.automation}a1`, '7', '{"secret', '8', '{"id":"a1"}');
      await fire(shop, ['aa']);
      await fire(shop, ['bb'], parts);
      await fire(shop, ['cc']);
      expect(await shop.relayOf('w1').runOnce()).toMatchObject({ firings: 3, jobs: 4, dead: 1, held: 0 });
      const [letter, ...more] = await deadIn(shop);
      expect(more).toEqual([]);
      expect(letter).toMatchObject({
        source: 'firings',
        attempts: '1',
        error: '',
        reason: expect.stringMatching(reason),
      });
      expect(JSON.parse(letter?.fields ?? '')).toEqual(fieldsOf('bb', parts));
      expect(await waitingIn(shop, 'mail')).toEqual(['f-aa-0', 'f-cc-0']);
      expect(await pendingIn(shop)).toBe(0);
      expect(shop.lines.join()).not.toContain('secret');
    },
  );

  test('a job that trips the script of a sound queue is moved to the dead letters, those sent with it are not', async () => {
    const shop = await workshop();
    await shop.redis.rpush(`${shop.prefixes.bull}:mail:de:f-bb-0`, 'not a string');
    await fire(shop, ['aa', 'bb', 'cc']);
    expect(await shop.relayOf('w1').runOnce()).toMatchObject({ firings: 3, dead: 1, held: 0 });
    expect(await deadIn(shop)).toMatchObject([{ reason: expect.stringMatching(/^WRONGTYPE /) }]);
    expect(await waitingIn(shop, 'mail')).toEqual(['f-aa-0', 'f-cc-0']);
  });

  test('a firing that was trimmed before it was relayed is said to be lost', async () => {
    const shop = await workshop();
    await fire(shop, ['aa']);
    await shop.redis.xreadgroup('GROUP', ACTIONS_GROUP, 'w1', 'STREAMS', shop.keys.firings, '>');
    await shop.redis.xtrim(shop.keys.firings, 'MAXLEN', 0);
    expect(await shop.relayOf('w1').runOnce()).toMatchObject({ dead: 1 });
    expect(await deadIn(shop)).toMatchObject([{ reason: expect.stringContaining('trimmed'), fields: '[]' }]);
    expect(await pendingIn(shop)).toBe(0);
  });
});

describe('a queue in trouble', () => {
  test('that fails holds up its own firings only, and gives them their jobs when it is sound again', async () => {
    const shop = await workshop();
    const wait = `${shop.prefixes.bull}:mail:wait`;
    await shop.put(2, { ...automation, actions: [{ type: 'call' }] });
    await shop.redis.set(wait, 'not a list');
    await fire(shop, ['aa']);
    await fire(shop, ['bb'], { revision: '2' });
    const relay = shop.relayOf('w1');
    expect(await relay.runOnce()).toMatchObject({ firings: 1, held: 1, dead: 0 });
    expect(await waitingIn(shop, 'actions')).toEqual(['f-aa-1', 'f-bb-0']);
    await fire(shop, ['cc'], { revision: '2' });
    expect(await relay.runOnce()).toMatchObject({ firings: 1 });
    await shop.redis.del(wait);
    shop.clock.advance(MINUTE_MS);
    expect(await relay.runOnce()).toMatchObject({ firings: 1, held: 0 });
    expect(await waitingIn(shop, 'mail')).toEqual(['f-aa-0']);
    expect(await pendingIn(shop)).toBe(0);
    expect(shop.lines.filter((line) => line.includes('its firings wait'))).toHaveLength(1);
    expect(shop.lines.filter((line) => line.includes('takes jobs again'))).toHaveLength(1);
  });

  test('that can be counted but takes nothing keeps its firings unacknowledged', async () => {
    const shop = await workshop();
    const meta = `${shop.prefixes.bull}:mail:meta`;
    await shop.redis.set(meta, 'not a hash');
    await fire(shop, ['aa']);
    const relay = shop.relayOf('w1');
    expect(await relay.runOnce()).toMatchObject({ firings: 0, held: 1, dead: 0 });
    expect(await pendingIn(shop)).toBe(1);
    await shop.redis.del(meta);
    shop.clock.advance(MINUTE_MS);
    expect(await relay.runOnce()).toMatchObject({ firings: 1, held: 0 });
    expect(await waitingIn(shop, 'mail')).toEqual(['f-aa-0']);
    expect(await pendingIn(shop)).toBe(0);
  });

  test('does not keep the relay from the firings behind those of another one', async () => {
    const shop = await workshop();
    const actions = [{ type: 'queue', queue: 'chat' }];
    await shop.put(2, { ...automation, actions });
    for (const name of ['mail', 'chat']) await shop.redis.set(`${shop.prefixes.bull}:${name}:wait`, 'not a list');
    await fire(shop, numbered(450));
    await fire(shop, ['cc'], { revision: '2' });
    const relay = shop.relayOf('w1');
    const steps = async (count: number) => {
      let firings = 0;
      for (let step = 0; step < count; step += 1) firings += (await relay.runOnce()).firings;
      return firings;
    };
    expect(await steps(30)).toBe(0);
    expect(await pendingIn(shop)).toBe(451);
    await shop.redis.del(`${shop.prefixes.bull}:chat:wait`);
    shop.clock.advance(9_000);
    expect(await steps(30)).toBe(1);
    expect(await waitingIn(shop, 'chat')).toEqual(['f-cc-0']);
  });

  test('that is full gets nothing until it has shrunk, said once each; others go on', async () => {
    const shop = await workshop();
    const queue = shop.queueOf('mail');
    await queue.addBulk(numbered(10).map((id) => ({ name: 'x', data: {}, opts: { jobId: `x-${id}` } })));
    await shop.put(2, { ...automation, actions: [{ type: 'call' }] });
    await fire(shop, ['aa']);
    await fire(shop, ['bb'], { revision: '2' });
    const relay = shop.relayOf('w1', { bounds: { maxQueueDepth: 10 } });
    expect(await relay.runOnce()).toMatchObject({ firings: 1, held: 1 });
    for (let second = 0; second < 3; second += 1) {
      shop.clock.advance(1_000);
      await relay.runOnce();
    }
    expect(await queue.getWaitingCount()).toBe(10);
    await queue.drain();
    shop.clock.advance(1_000);
    expect(await relay.runOnce()).toMatchObject({ firings: 1 });
    expect(await waitingIn(shop, 'mail')).toEqual(['f-aa-0']);
    expect(shop.lines.filter((line) => line.includes('is full'))).toHaveLength(1);
    expect(shop.lines.filter((line) => line.includes('takes jobs again'))).toHaveLength(1);
  });
});
