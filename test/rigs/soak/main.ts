import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type AutomationDocument, Watchfire } from '../../../src/index.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { commandLine } from '../../support/usage.ts';
import { idle } from '../chaos/idle.ts';
import { randomOf } from '../chaos/load.ts';
import { Crowd } from '../crowd.ts';
import { forgetful } from './engine-copy.ts';
import { addedTo, look, outcomesOf, type Sample } from './gauge.ts';
import { type Options, optionsOf, USAGE } from './options.ts';
import { FLAT, growthOf, linesOf, tableOf } from './report.ts';
import { AUTOMATIONS, Traffic } from './traffic.ts';

const NAMESPACE = 'soak';
const PREFIX = `{${NAMESPACE}}:`;
const QUEUES = ['actions', 'pages'];

const MINUTE_MS = 60_000;
const TICK_MS = 50;
const SAMPLE_MS = 10_000;
const LOOK_EVERY_MS = 100;
/** Two workers are through with what is left in less than a second; a minute says that they never will be. */
const DRAIN_BOUND_MS = 60_000;

/** What was pushed and what came out of it. */
type Count = { pushed: number; jobs: Map<string, number> };

/** Pushes for that long, at a steady rate. */
async function push(redis: Redis, { minutes, rate, seed }: Options, count: Count): Promise<void> {
  const traffic = new Traffic(randomOf(seed));
  const begin = performance.now();
  for (let passed = 0; passed < minutes * MINUTE_MS; passed = performance.now() - begin) {
    const size = Math.floor((passed * rate) / 1_000) - count.pushed;
    const pipeline = redis.pipeline();
    for (let i = 0; i < size; i += 1) pipeline.xadd(`${PREFIX}events`, '*', ...traffic.next(Date.now()));
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    count.pushed += size;
    await pause(TICK_MS);
  }
}

/** Looks every ten seconds until told to stop. */
async function sample(redis: Redis, crowd: Crowd, count: Count, signal: AbortSignal): Promise<Sample[]> {
  const samples: Sample[] = [];
  const begin = performance.now();
  while (!signal.aborted) {
    const seen = await look(redis, PREFIX);
    const at = (performance.now() - begin) / MINUTE_MS;
    const one = { at, pushed: count.pushed, jobs: count.jobs.size, workers: crowd.memories, ...seen };
    samples.push(one);
    process.stdout.write(`${JSON.stringify(one)}\n`);
    await pause(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
  }
  return samples;
}

/** The ids of jobs that the ledger asks for: each automation has one action. */
class Deserved {
  readonly ids = new Set<string>();
  #from = '-';

  /** Reads on where it stopped. */
  async read(redis: Redis): Promise<void> {
    for (const [id, fields] of await redis.xrange(`${PREFIX}firings`, this.#from, '+')) {
      const field = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
      if (field('state').toLowerCase() === 'triggered') this.ids.add(`f-${field('firing')}-0`);
      this.#from = `(${id}`;
    }
  }

  /** Reads before the ledger is trimmed, until told to stop. */
  async follow(redis: Redis, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.read(redis);
      await pause(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function untilDrained(redis: Redis): Promise<number> {
  const begin = performance.now();
  while (!(await idle(redis, NAMESPACE))) {
    if (performance.now() - begin > DRAIN_BOUND_MS) return Number.POSITIVE_INFINITY;
    await pause(LOOK_EVERY_MS);
  }
  return performance.now() - begin;
}

/** Waits until every queue is empty. */
async function untilTaken(redis: Redis): Promise<void> {
  const lists = QUEUES.flatMap((queue) => ['wait', 'active'].map((state) => `${PREFIX}bull:${queue}:${state}`));
  for (const bound = performance.now() + DRAIN_BOUND_MS; performance.now() < bound; await pause(LOOK_EVERY_MS)) {
    const lengths = await Promise.all(lists.map((list) => redis.llen(list)));
    if (lengths.every((length) => length === 0)) return;
  }
}

/** `expected`: jobs of what had fired when all was applied; `deserved`: can be read on, since time goes on to bring about firings. */
type Outcome = {
  samples: Sample[];
  expected: ReadonlySet<string>;
  deserved: Deserved;
  drainMs: number;
  crashes: number;
};

/** Runs everything; afterwards all is drained, or was not within the bound. */
async function run(
  url: string,
  redis: Redis,
  program: string | null,
  options: Options,
  count: Count,
): Promise<Outcome> {
  const watchfire = new Watchfire({ redis, namespace: NAMESPACE });
  for (const document of AUTOMATIONS) await watchfire.put(document as AutomationDocument);
  const retention = { retentionMs: options.retention * MINUTE_MS, ledgerRetentionMs: options.retention * MINUTE_MS };
  const crowd = new Crowd({
    redisUrl: url,
    namespace: NAMESPACE,
    settings: retention,
    ...(program === null ? {} : { program }),
  });
  const consumers = QUEUES.map((queue) => {
    const done = async ({ id }: { id?: string }): Promise<void> => {
      count.jobs.set(id ?? '', (count.jobs.get(id ?? '') ?? 0) + 1);
    };
    return new Worker(queue, done, { connection: { url }, prefix: `${PREFIX}bull`, concurrency: 10 });
  });
  const [over, drained] = [new AbortController(), new AbortController()];
  try {
    for (let i = 0; i < options.workers; i += 1) await crowd.add();
    const deserved = new Deserved();
    const following = deserved.follow(redis, drained.signal);
    const pushing = push(redis, options, count).finally(() => over.abort());
    const [samples] = await Promise.all([sample(redis, crowd, count, over.signal), pushing]);
    const drainMs = await untilDrained(redis);
    drained.abort();
    await following;
    await deserved.read(redis);
    const expected = new Set(deserved.ids);
    await untilTaken(redis);
    return { samples, expected, deserved, drainMs, crashes: crowd.crashes.length };
  } finally {
    over.abort();
    drained.abort();
    if (crowd.complaints.length > 0) process.stdout.write(`${crowd.complaints.slice(-20).join('')}\n`);
    await crowd.stop();
    for (const consumer of consumers) await consumer.close();
    await watchfire.close();
  }
}

/** Prints what has to be so, and whether it is. @returns how much is not */
async function verdict(
  redis: Redis,
  { samples, expected, deserved, drainMs, crashes }: Outcome,
  count: Count,
): Promise<number> {
  const half = samples.slice(Math.floor(samples.length / 2));
  const { done = 0, applied = 0, rejected = 0, duplicate = 0, ignored = 0 } = await outcomesOf(redis, PREFIX);
  const added = await addedTo(redis, `${PREFIX}events`);
  await deserved.read(redis);
  const missing = [...expected].filter((id) => !count.jobs.has(id)).length;
  const undeserved = [...count.jobs.keys()].filter((id) => !deserved.ids.has(id)).length;
  const twice = [...count.jobs.values()].filter((times) => times > 1).length;
  let wrong = 0;
  const say = (name: string, value: string | number, right = true): void => {
    if (!right) wrong += 1;
    const text = typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 1 }) : value;
    process.stdout.write(`${name.padEnd(34)}  ${text.padStart(12)}${right ? '' : '   WRONG'}\n`);
  };
  say('pushed', count.pushed);
  say('applied', applied);
  say('duplicates', duplicate);
  say('dead', rejected);
  say('ignored', ignored);
  say('lost', count.pushed - done, count.pushed === done && added === done);
  say('jobs', count.jobs.size, count.jobs.size > 0);
  say('jobs missing', missing, missing === 0);
  say('jobs not deserved', undeserved, undeserved === 0);
  say('jobs twice', twice, twice === 0);
  say('drain (ms)', drainMs, drainMs < DRAIN_BOUND_MS);
  say('workers that crashed', crashes, crashes === 0);
  say('lag, largest', Math.max(...samples.map(({ lag }) => lag)));
  for (const [name, points] of linesOf(half)) {
    const growth = growthOf(points);
    say(`${name}, growth (%/hour)`, growth * 100, growth < FLAT);
  }
  return wrong;
}

async function main(): Promise<number> {
  const options = commandLine(USAGE, () => optionsOf(process.argv.slice(2)));
  process.stdout.write(`${JSON.stringify(options)}\n`);
  const home = await mkdtemp(path.join(tmpdir(), 'watchfire-soak-'));
  const server = await PrivateServer.start({ kept: true });
  const { redis } = server;
  try {
    const count: Count = { pushed: 0, jobs: new Map() };
    const program = options.remember > 0 ? forgetful(home, options.remember) : null;
    const outcome = await run(server.url, redis, program, options, count);
    process.stdout.write(`${tableOf(outcome.samples)}\n`);
    const wrong = await verdict(redis, outcome, count);
    process.stdout.write(wrong === 0 ? `flat, seed ${options.seed}\n` : `WRONG, seed ${options.seed}\n`);
    return wrong === 0 ? 0 : 1;
  } finally {
    await server.remove();
    await rm(home, { recursive: true, force: true });
  }
}

process.exitCode = await main();
