import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { Queue, Worker } from 'bullmq';
import { parse } from 'yaml';
import type { AutomationDocument } from '../../../../src/index.ts';
import { root } from '../../../house/tree.ts';
import { eventually } from '../../../support/eventually.ts';
import { LeftOut } from '../../checks.ts';
import type { Scene } from '../scene.ts';
import type { Story } from '../story.ts';

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

const FAILING_CUSTOMER = 'examples/automations/failing-customer.yaml';

async function jobsOf(scene: Scene, count: number): Promise<string[]> {
  const queue = new Queue('support', { connection: { url: scene.server.url }, prefix: '{wf}:bull' });
  try {
    const jobs = await eventually('the jobs are there', async () => {
      const waiting = await queue.getWaiting();
      return waiting.length >= count ? waiting : null;
    });
    return jobs.map(({ id }) => id ?? '');
  } finally {
    await queue.close();
  }
}

/** One customer whose orders failed, another one, and an order that neither paid: what a person may ask to be forgotten. */
async function someCustomers(scene: Scene): Promise<void> {
  scene.calls('ops-1', hostname());
  await scene.sh(`watchfire apply ${FAILING_CUSTOMER}`);
}

async function theirEvents(scene: Scene): Promise<void> {
  await scene.sh('watchfire enable failing-customer');
  await scene.sh('watchfire apply examples/automations/order-failed.yaml');
  const engine = scene.engine();
  await engine.startWorker();
  for (const [customer, count] of [
    ['customer.7', 5],
    ['customer.8', 3],
  ] as const)
    for (let i = 0; i < count; i += 1) await engine.emit({ event: 'order.failed', resource: { id: customer } });
  await jobsOf(scene, 9);
}

/** Five failures of a customer, and a worker of BullMQ that cannot call anybody. */
async function aFailedJob(scene: Scene): Promise<void> {
  const { redis, url } = scene.server;
  const engine = scene.engine();
  await engine.put(parse(await readFile(path.join(root, FAILING_CUSTOMER), 'utf8')) as AutomationDocument);
  await engine.startWorker();
  for (let i = 1; i <= 5; i += 1) {
    await redis.xadd('{wf}:events', '*', 'event', 'order.failed', 'resource.id', 'customer.7', 'id', `order-9${i}`);
  }
  const [id = ''] = await jobsOf(scene, 1);
  scene.calls('f-2e11ba66ab3307ddf66ae45204654dc3-0', id);
  const queue = new Queue('support', { connection: { url }, prefix: '{wf}:bull' });
  const fails = async (): Promise<never> => {
    throw new Error('connect ECONNREFUSED 10.0.0.9:443');
  };
  const worker = new Worker('support', fails, { connection: { url }, prefix: '{wf}:bull' });
  try {
    await eventually('it has failed for good', async () => {
      // Its next try is minutes away.
      for (const job of await queue.getDelayed()) await job.promote();
      return (await queue.getFailedCount()) === 1;
    });
  } finally {
    await worker.close();
    await queue.close();
  }
}

const RIDDLES: readonly AutomationDocument[] = [
  {
    id: 'not-shipped',
    name: 'Not shipped',
    trigger: {
      posture: 'Proactive',
      after: ['order.placed'],
      expect: ['order.shipped'],
      for_each: ['id'],
      within: '15m',
    },
  },
  {
    id: 'silver',
    name: 'Silver shipped',
    trigger: { posture: 'Reactive', match: { tier: 'silver' }, expect: ['order.shipped'] },
  },
  {
    id: 'failing-customer',
    name: 'Two failed orders of one customer',
    trigger: { posture: 'Reactive', expect: ['order.failed'], for_each: ['id'], threshold: 2, within: '10m' },
  },
];

/** The events that the page speaks of, the last quarter of an hour of a log. */
async function riddles(scene: Scene): Promise<void> {
  const engine = scene.engine();
  for (const document of RIDDLES) await engine.put(document);
  const { redis } = scene.server;
  const begin = Date.now() - 15 * MINUTE_MS - 40 * SECOND_MS;
  const send = async (seconds: number, event: string, id: string, ...fields: string[]): Promise<void> => {
    await redis.xadd('{wf}:events', `${begin + seconds * SECOND_MS}-0`, 'event', event, 'id', id, ...fields);
  };
  await send(0, 'order.placed', 'order-91', 'resource.id', 'order.1');
  await send(60, 'order.shiped', 'order-92', 'resource.id', 'order.1', 'resource.tier', 'gold');
  for (const i of [3, 4, 5]) await send(660 + 5 * i, 'order.failed', `order-9${i}`, 'resource.id', 'customer.7');
  await send(890, 'order.shipped', 'order-97', 'resource.id', 'order.1', 'follows', 'order-96');
  await engine.startWorker();
  await eventually('all are applied', async () => (await redis.hget('{wf}:counters', 'applied')) === '5');
}

const CUSTOMERS = 97;
const ENTRIES = 1_200;

/** Failures of many customers, and orders that were not shipped: a log of twenty hours. */
async function aDay(scene: Scene): Promise<void> {
  const engine = scene.engine();
  for (const document of RIDDLES) await engine.put(document);
  const { redis } = scene.server;
  const hour = 60 * MINUTE_MS;
  const begin = Math.floor(Date.now() / hour) * hour - 24 * hour;
  const pipeline = redis.pipeline();
  for (let i = 0; i < ENTRIES; i += 1) {
    const [event, resource] =
      i % 100 === 0 ? ['order.placed', `order.${i / 100}`] : ['order.failed', `customer.${(i * i) % CUSTOMERS}`];
    pipeline.xadd('{wf}:events', `${begin + i * MINUTE_MS}-0`, 'event', event, 'resource.id', resource);
  }
  await pipeline.exec();
  await engine.startWorker();
  await eventually('all are applied', async () => (await redis.hget('{wf}:counters', 'applied')) === String(ENTRIES));
}

/** Other versions have other faults, and WAITAOF. Stands last, since what is behind it would be left out too. */
async function ofThatVersion(scene: Scene): Promise<void> {
  const [, version = ''] = /^redis_version:(\S+)/m.exec(await scene.server.redis.info('server')) ?? [];
  if (!version.startsWith('7.0.'))
    throw new LeftOut(`docs/guarantees.md shows what is said of Redis 7.0, and this is ${version}`);
}

export const REPORTS: readonly Story[] = [
  {
    page: 'docs/erase.md',
    setUp: someCustomers,
    steps: [{ begins: '$ watchfire disable' }, { begins: '$ watchfire erase', before: theirEvents }],
  },
  {
    page: 'docs/explain.md',
    setUp: riddles,
    steps: [
      { begins: '$ watchfire explain order-92\n' },
      { begins: '$ watchfire explain order-92 silver' },
      { begins: '$ watchfire explain order-95' },
      { begins: '$ watchfire explain --absence' },
    ],
  },
  { page: 'docs/explain.md', setUp: aDay, steps: [{ begins: '$ watchfire backtest' }] },
  { page: 'docs/why.md', setUp: aFailedJob, steps: [{ begins: '$ watchfire why' }] },
  {
    page: 'docs/guarantees.md',
    redis: 'kept',
    setUp: ofThatVersion,
    steps: [{ begins: '$ watchfire doctor', status: 1 }],
  },
];
