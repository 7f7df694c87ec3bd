import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Redis } from 'ioredis';
import { type AutomationDocument, Watchfire } from '../../../src/index.ts';
import { PATIENCE_MS } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { commandLine, usageOf } from '../../support/usage.ts';
import { idle } from '../chaos/idle.ts';
import { randomOf } from '../chaos/load.ts';
import { Crowd } from '../crowd.ts';
import { addedTo, outcomesOf } from '../soak/gauge.ts';
import { Dice } from './dice.ts';
import { Entries } from './entries.ts';

/** Pushes entries of all kinds, sound and hostile, and counts what became of them: `npm run proof -- fuzz --count 1000000 --seed 1`. */
const DEFAULT_COUNT = 1_000_000;

const NAMESPACE = 'fuzz';
const PREFIX = `{${NAMESPACE}}:`;
const BATCH = 250;
/** Entries that wait for the worker at most: what is pushed must not be what fills Redis. */
const AHEAD = 5_000;
const LOOK_EVERY_MS = 50;
/** A log that stands for so long will never go on. */
const STANDING_BOUND_MS = PATIENCE_MS;
/** What was applied or given up stays for a minute, so that Redis does not fill up with it. */
const RETENTION_MS = 60_000;

/**
 * Resident memory of the worker: what it needs when nothing comes (130 MB), three chunks of 100 entries of which some are as large as the
 * engine takes (1.5 MB each, and as text and value at once), and what Node leaves to be collected.
 */
const RSS_BOUND = 768e6;

const each = { for_each: ['prefect.resource.id', 'zone', '__proto__'] };
const reactive = (expect: string[], more: object = {}) => ({ posture: 'Reactive', expect, ...more });
const AUTOMATIONS = [
  { id: 'often', name: 'often', trigger: reactive([], { threshold: 20, within: 30, ...each }) },
  {
    id: 'glob',
    name: 'glob',
    trigger: reactive(['*.f[a-z]*', '!*'], { match: { zone: ['z?', '!*x*'] }, threshold: 5, within: 5 }),
  },
  {
    id: 'silent',
    name: 'silent',
    trigger: { posture: 'Proactive', after: ['beat'], expect: ['x'], within: 10, ...each },
  },
  {
    id: 'related',
    name: 'related',
    trigger: reactive(['*'], {
      match_related: { id: 'u.*' },
      for_each: ['related:user:id', 'id'],
      threshold: 3,
      within: 9,
    }),
  },
  {
    id: 'own',
    name: 'own',
    trigger: reactive(['automation.*'], { match: { id: 'automation.silent' }, threshold: 9, within: 60 }),
  },
  {
    id: 'steps',
    name: 'steps',
    trigger: {
      type: 'sequence',
      within: 30,
      triggers: ['order.placed', 'order.failed'].map((name) => reactive([name], { threshold: 2, within: 15 })),
    },
  },
].map((one) => ({ ...one, actions: [{ type: 'queue', queue: 'pages', name: 'page' }] }));

/** Waits while `busy` says so; fails when nothing moves any more. */
async function wait(redis: Redis, busy: () => Promise<boolean>): Promise<void> {
  let moved = { done: -1, at: performance.now() };
  while (await busy()) {
    const { done = 0 } = await outcomesOf(redis, PREFIX);
    if (done !== moved.done) moved = { done, at: performance.now() };
    if (performance.now() - moved.at > STANDING_BOUND_MS) throw new Error(`the log stands after ${done} entries`);
    await pause(LOOK_EVERY_MS);
  }
}

async function push(redis: Redis, entries: Entries, count: number): Promise<void> {
  let pushed = 0;
  const events = `${PREFIX}events`;
  const begin = performance.now();
  let told = begin;
  while (pushed < count) {
    const pipeline = redis.pipeline();
    const size = Math.min(BATCH, count - pushed);
    for (let i = 0; i < size; i += 1) pipeline.xadd(events, '*', ...entries.next(Date.now()));
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    pushed += size;
    await wait(redis, async () => {
      const [added, { done = 0 }] = await Promise.all([addedTo(redis, events), outcomesOf(redis, PREFIX)]);
      return added - done > AHEAD;
    });
    if (performance.now() - told > 60_000) {
      told = performance.now();
      const perSecond = (pushed * 1_000) / (told - begin);
      process.stdout.write(`${pushed} pushed, ${perSecond.toFixed(0)} a second\n`);
    }
  }
  await wait(redis, async () => !(await idle(redis, NAMESPACE)));
}

/** @returns whether everything is as it has to be */
async function judge(redis: Redis, crowd: Crowd, pushed: number): Promise<boolean> {
  const {
    done = 0,
    applied = 0,
    duplicate = 0,
    ignored = 0,
    parked = 0,
    rejected = 0,
  } = await outcomesOf(redis, PREFIX);
  const [entries, dead] = [await addedTo(redis, `${PREFIX}events`), await addedTo(redis, `${PREFIX}dead`)];
  const wrong: string[] = [];
  const say = (name: string, value: number, right = true): void => {
    if (!right) wrong.push(name);
    process.stdout.write(
      `${name.padEnd(28)}  ${Math.round(value).toLocaleString('en-US').padStart(12)}${right ? '' : '   WRONG'}\n`,
    );
  };
  say('pushed', pushed);
  say('appended by the engine', entries - pushed, entries >= pushed);
  say('applied', applied, applied > 0);
  say('duplicates', duplicate);
  say('parked for another', parked);
  say('ignored', ignored);
  say('dead', rejected, rejected > 0);
  say('without an outcome', entries - done, entries === done);
  say('dead letters missing', rejected - dead, rejected === dead);
  say('firings', await addedTo(redis, `${PREFIX}firings`));
  say('workers that crashed', crowd.crashes.length, crowd.crashes.length === 0);
  const { peakBytes } = crowd;
  say('largest worker (MB)', peakBytes / 1e6, peakBytes > 0 && peakBytes < RSS_BOUND);
  return wrong.length === 0;
}

function options(): { count: number; seed: number } {
  const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
  const count = Number(values.count ?? DEFAULT_COUNT);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (!(Number.isInteger(count) && Number.isInteger(seed)))
    throw new TypeError('--count and --seed must be whole numbers');
  return { count, seed };
}

async function main(): Promise<number> {
  const { count, seed } = commandLine(
    usageOf('npm run proof -- fuzz', { count: DEFAULT_COUNT, seed: 'random' }),
    options,
  );
  process.stdout.write(`seed ${seed}\n`);
  const server = await PrivateServer.start();
  const { redis } = server;
  const watchfire = new Watchfire({ redis, namespace: NAMESPACE });
  const settings = { retentionMs: RETENTION_MS, ledgerRetentionMs: RETENTION_MS };
  const crowd = new Crowd({ redisUrl: server.url, namespace: NAMESPACE, settings });
  const begin = performance.now();
  try {
    for (const document of AUTOMATIONS) await watchfire.put(document as AutomationDocument);
    await crowd.add();
    await push(redis, new Entries(new Dice(randomOf(seed))), count);
    const right = await judge(redis, crowd, count);
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
    process.stdout.write(`${right ? 'nothing lost' : 'WRONG'}, seed ${seed}, ${seconds} s\n`);
    if (!right) process.stdout.write(`${crowd.complaints.join('')}\n`);
    return right ? 0 : 1;
  } catch (error) {
    process.stdout.write(`${crowd.complaints.join('')}\nseed ${seed}\n`);
    throw error;
  } finally {
    await crowd.stop();
    await watchfire.close();
    await server.remove();
  }
}

process.exitCode = await main();
