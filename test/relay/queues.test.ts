import { Worker } from 'bullmq';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { prefixesOf } from '../../src/redis/keys.ts';
import type { QueueJob } from '../../src/relay/jobs.ts';
import { Queues } from '../../src/relay/queues.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';

function queues() {
  const { bull } = prefixesOf(freshNamespace({ permanent: ['bull:*'] }));
  const redis = testClient();
  const owned = new Queues(redis, bull);
  onTestFinished(() => owned.close());
  return { owned, redis, bull };
}

function jobOf(queue: string, id: string, opts: object = {}): QueueJob {
  const deduplication = { id, ttl: 60_000, extend: true } as const;
  // Queues look at nothing inside the data.
  return { queue, name: 'x', data: { id } as QueueJob['data'], opts: { ...opts, jobId: id, deduplication } };
}

test('jobs of far more queues than are kept open all arrive', async () => {
  const { owned } = queues();
  const jobs = Array.from({ length: 600 }, (_, at) => jobOf(`queue-${at % 300}`, `j-${at}`));
  const outcomes = await owned.add(jobs);
  expect(outcomes.every(({ kind }) => kind === 'added')).toBe(true);
  const names = Array.from({ length: 300 }, (_, at) => `queue-${at}`);
  const depths = await owned.depths(names);
  expect(names.map((name) => depths.get(name)?.waiting)).toEqual(names.map(() => 2));
  expect((await owned.depths()).size).toBeLessThan(300);
});

test('depths tell the states apart, and the backlog is what nobody has begun', async () => {
  const { owned } = queues();
  await owned.add([
    jobOf('mail', 'j-1'),
    jobOf('mail', 'j-2'),
    jobOf('mail', 'j-3', { priority: 1 }),
    jobOf('mail', 'j-4', { delay: 60_000 }),
  ]);
  const none = { active: 0, completed: 0, failed: 0 };
  expect(await owned.depths()).toEqual(new Map([['mail', { waiting: 2, prioritized: 1, delayed: 1, ...none }]]));
  expect(await owned.backlog('mail')).toBe(4);
});

test('a repeat counts as added and makes nothing', async () => {
  const { owned, redis, bull } = queues();
  await owned.add([jobOf('mail', 'j-1')]);
  await redis.del(`${bull}:mail:wait`, `${bull}:mail:j-1`);
  expect(await owned.add([jobOf('mail', 'j-1')])).toEqual([{ kind: 'added' }]);
  expect(await owned.backlog('mail')).toBe(0);
});

test('each repeat has the job recognised for the whole time again', async () => {
  const { owned, redis, bull } = queues();
  await owned.add([jobOf('mail', 'j-1')]);
  await redis.del(`${bull}:mail:wait`, `${bull}:mail:j-1`);
  await redis.pexpire(`${bull}:mail:de:j-1`, 10_000);
  await owned.add([jobOf('mail', 'j-1')]);
  expect(await redis.pttl(`${bull}:mail:de:j-1`)).toBeGreaterThan(50_000);
});

test.each([
  ['a queue name that BullMQ does not take', 'a:b', 'j-1'],
  ['an id that BullMQ does not take', 'mail', '17'],
])('%s is refused, and the other jobs are added', async (_, queue, id) => {
  const { owned } = queues();
  const outcomes = await owned.add([jobOf('mail', 'j-1'), jobOf(queue, id), jobOf('mail', 'j-3')]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['added', 'refused', 'added']);
});

test('jobs that could not be sent have failed, which is not to be refused', async () => {
  const { owned, redis } = queues();
  redis.disconnect();
  expect(await owned.add([jobOf('mail', 'j-1')])).toMatchObject([{ kind: 'failed' }]);
});

test('closing leaves the connection open', async () => {
  const { owned, redis } = queues();
  await owned.add([jobOf('mail', 'j-1')]);
  await owned.close();
  expect(await redis.ping()).toBe('PONG');
});

/** A BullMQ worker that has looked for stalled jobs, unless it never does. */
async function consumer(prefix: string, queue: string, options: { name?: string; skipStalledCheck?: boolean } = {}) {
  const connection = { url: inject('adminUrl') };
  const worker = new Worker(queue, async () => undefined, { connection, prefix, ...options });
  onTestFinished(() => worker.close());
  await worker.waitUntilReady();
}

test('a queue is attended when a BullMQ worker takes its jobs, by its mark or by the name of its connection', async () => {
  const { owned, redis, bull } = queues();
  await Promise.all([
    consumer(bull, 'plain'),
    consumer(bull, 'named', { name: 'w' }),
    consumer(bull, 'no marks, ä', { skipStalledCheck: true }),
    consumer(bull, 'neither', { name: 'w', skipStalledCheck: true }),
  ]);
  const names = ['plain', 'named', 'no marks, ä', 'neither', 'nobody', 'plai'];
  const attended = async () => [...(await owned.attended(names))].sort();
  await eventually('all are seen', async () => (await attended()).length === 4);
  expect(await attended()).toEqual(['named', 'neither', 'no marks, ä', 'plain']);
  vi.spyOn(redis, 'client').mockRejectedValue(Object.assign(new Error('NOPERM'), { name: 'ReplyError' }));
  await eventually('those with marks are seen', async () => (await attended()).length === 2);
  expect(await attended()).toEqual(['named', 'plain']);
});
