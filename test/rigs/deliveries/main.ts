import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Redis } from 'ioredis';
import { type AutomationDocument, Watchfire } from '../../../src/index.ts';
import type { Delivery } from '../../../src/model/delivery.ts';
import { parseFiring } from '../../../src/model/firing.ts';
import { deliveriesOf } from '../../../src/redis/delivery-records.ts';
import { keysOf, prefixesOf } from '../../../src/redis/keys.ts';
import type { Store } from '../../../src/redis/store.ts';
import { eventually } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { commandLine, usageOf } from '../../support/usage.ts';
import { drained, entriesOf } from '../chaos/ledger.ts';
import { randomOf } from '../chaos/load.ts';
import { type Row, tableOf } from '../chaos/table.ts';
import { Crowd } from '../crowd.ts';
import { QueueLog } from './queue-log.ts';
import { Receivers } from './receivers.ts';
import { rowsOf } from './verdict.ts';

/**
 * Firings whose actions are carried out while workers and programs that carry out actions are killed, and receivers fail, or act and say
 * nothing. Each delivery has to arrive at least once and to end as sent, and each duplicate has to have a reason: `npm run proof -- deliveries`.
 */

type Options = Readonly<{ firings: number; each: number; limit: number; seed: number }>;

/** `each`: firings from one kill to the next; `limit`: seconds after which it is given up. */
const DEFAULTS: Options = { firings: 20_000, each: 100, limit: 3_600, seed: 0 };

const NAMESPACE = 'deliveries';
const KILL_EVERY_MS = 500;

/** Processes of each kind that share the work, and those that wait to replace one. */
const WORKERS = 2;
const PROGRAMS = 3;
const SPARES = 1;

/** When the jobs of a program that died are others'. By default it is half a minute, which only makes this longer. */
const LOCK_MS = 5_000;

/** Firings of one automation: fewer than the budget of a minute holds back. */
const PER_AUTOMATION = 80;

/** How long one try may take, in s, and the tries: far more than dice need that fail two of five times. */
const TIMEOUT = 2;
const ATTEMPTS = 20;

/** Records read at a time. */
const PAGE = 500;

/** What is left to deliver when nobody is killed any more. */
const LAST_SHARE = 0.02;

function automationOf(number: number): AutomationDocument {
  const common = { target: 'hook', timeout: TIMEOUT, retry: { attempts: ATTEMPTS, delay: 0.05 } };
  return {
    id: `a-${number}`,
    name: `orders of shop ${number}`,
    trigger: { posture: 'Reactive', expect: ['order.failed'], match: { shop: `shop.${number}` } },
    actions: [{ type: number % 2 === 0 ? 'webhook' : 'notify', ...common }],
  } as AutomationDocument;
}

/** Appends the events `from` to `to`, as a producer. */
async function push(redis: Redis, from: number, to: number): Promise<void> {
  const pipeline = redis.pipeline();
  for (let i = from; i < to; i += 1) {
    const shop = `shop.${Math.floor(i / PER_AUTOMATION)}`;
    const fields = ['event', 'order.failed', 'id', `e-${i}`, 'resource.id', `order.${i}`, 'resource.shop', shop];
    pipeline.xadd(keysOf(NAMESPACE).events, '*', ...fields);
  }
  await pipeline.exec();
}

/** The idempotency keys that the ledger asks for. */
async function keysInLedger(redis: Redis): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const [, fields] of entriesOf(redis, keysOf(NAMESPACE).firings)) keys.add(`f-${parseFiring(fields).id}-0`);
  return keys;
}

/** What is recorded of deliveries, in their order. */
async function recordsOf(redis: Redis, store: Store, jobs: readonly string[]): Promise<(Delivery | null)[]> {
  const records: (Delivery | null)[] = [];
  for (let from = 0; from < jobs.length; from += PAGE) {
    records.push(...(await deliveriesOf(redis, store, jobs.slice(from, from + PAGE))));
  }
  return records;
}

type Scene = Readonly<{ redis: Redis; receivers: Receivers; log: QueueLog; workers: Crowd; programs: Crowd }>;

/** Sends the events, and kills until nearly all is delivered. @returns kills, and the seconds that they took */
async function storm(scene: Scene, { firings, each }: Options, random: () => number): Promise<[number, number]> {
  const { redis, log, workers, programs } = scene;
  const begun = performance.now();
  let sent = 0;
  let kills = 0;
  while (log.completed.size < firings * (1 - LAST_SHARE)) {
    // By kills, not by time: on a slow machine a kill takes longer, since another process has to be there first.
    const due = Math.min(firings, sent + each);
    await push(redis, sent, due);
    sent = due;
    await pause(KILL_EVERY_MS);
    await (kills % 2 === 0 ? programs : workers).replace(random());
    kills += 1;
    if (kills % 60 === 0) process.stderr.write(`${kills} kills, ${log.completed.size} of ${sent} delivered\n`);
  }
  return [kills, (performance.now() - begun) / 1_000];
}

async function prove(server: PrivateServer, dir: string, options: Options): Promise<Row[]> {
  const { redis, url: redisUrl } = server;
  const random = randomOf(options.seed);
  const receivers = await Receivers.start(random);
  const targets = path.join(dir, 'targets.json');
  const hook = { kind: 'webhook', url: receivers.url, headers: { 'x-program': '$' + '{PROGRAM}' } };
  await writeFile(targets, JSON.stringify({ targets: { hook } }));
  const common = { redisUrl, namespace: NAMESPACE, cache: path.join(dir, 'cache'), spares: SPARES };
  const workers = new Crowd(common);
  const program = fileURLToPath(new URL('actions-program.ts', import.meta.url));
  const programs = new Crowd({ ...common, program, settings: { targets, lockMs: LOCK_MS } });
  const log = new QueueLog(redis.duplicate(), `${prefixesOf(NAMESPACE).bull}:deliveries`);
  try {
    const writer = new Watchfire({ redis, namespace: NAMESPACE });
    const count = Math.ceil(options.firings / PER_AUTOMATION);
    for (let i = 0; i < count; i += 1) await writer.put(automationOf(i));
    log.start();
    await Promise.all([
      ...Array.from({ length: WORKERS }, () => workers.add()),
      ...Array.from({ length: PROGRAMS }, () => programs.add()),
    ]);
    const [kills, seconds] = await storm({ redis, receivers, log, workers, programs }, options, random);
    await eventually('every firing is handed on', () => drained(redis, NAMESPACE));
    await eventually('every delivery has ended', () => log.completed.size + log.failed.size >= options.firings);
    const rude = (await workers.stop()) + (await programs.stop());
    const expected = await keysInLedger(redis);
    const records = await recordsOf(redis, writer.store, [...expected]);
    const crashes = [...workers.crashes, ...programs.crashes];
    for (const crash of crashes.slice(0, 5)) process.stderr.write(`${crash}\n`);
    return [
      ['firings', expected.size, expected.size !== options.firings],
      ['kills of workers', workers.killed.size],
      ['kills of programs that carry out actions', programs.killed.size],
      ['seconds between two kills', seconds / kills],
      ...rowsOf({ expected, receivers, log, records, killed: programs.killed }),
      ['programs that ended by themselves', crashes.length + rude, crashes.length + rude > 0],
    ];
  } finally {
    workers.end();
    programs.end();
    await log.stop();
    await receivers.stop();
  }
}

async function main(): Promise<number> {
  const options = commandLine(usageOf('npm run proof -- deliveries', DEFAULTS), () => optionsOf());
  const server = await PrivateServer.start();
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-deliveries-'));
  const limit = setTimeout(() => {
    process.stderr.write(`given up after ${options.limit} s, seed ${options.seed}\n`);
    process.exit(1);
  }, options.limit * 1_000);
  try {
    const rows = await prove(server, dir, options);
    process.stdout.write(`${tableOf([['seed', String(options.seed)], ...rows])}\n`);
    return rows.some(([, , wrong]) => wrong) ? 1 : 0;
  } finally {
    clearTimeout(limit);
    await server.remove();
    await rm(dir, { recursive: true, force: true });
  }
}

/** @throws TypeError for what is no number or unknown */
function optionsOf(): Options {
  const names = Object.keys(DEFAULTS) as (keyof Options)[];
  const { values } = parseArgs({
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  });
  const number = (name: keyof Options): number => {
    const value = values[name] === undefined ? DEFAULTS[name] : Number(values[name]);
    if (!(Number.isInteger(value) && value >= 0)) throw new TypeError(`--${name} must be a whole number, 0 or more`);
    return value;
  };
  const [firings, each, limit] = [number('firings'), Math.max(1, number('each')), number('limit')];
  return { firings, each, limit, seed: number('seed') || Date.now() % 1_000_000 };
}

process.exitCode = await main();
