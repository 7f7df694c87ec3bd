import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Redis } from 'ioredis';
import { Watchfire } from '../../../src/index.ts';
import type { Delivery } from '../../../src/model/delivery.ts';
import { deliveriesOf } from '../../../src/redis/delivery-records.ts';
import { prefixesOf } from '../../../src/redis/keys.ts';
import type { Store } from '../../../src/redis/store.ts';
import { eventually } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { commandLine, usageOf } from '../../support/usage.ts';
import { drained } from '../chaos/ledger.ts';
import { randomOf } from '../chaos/load.ts';
import { type Row, tableOf } from '../chaos/table.ts';
import { Crowd } from '../crowd.ts';
import { automationsFor, type Ledger, NAMESPACE, push, readLedger, singlesOf } from './load.ts';
import { QueueLog } from './queue-log.ts';
import { GROUPS_PATH, Receivers } from './receivers.ts';
import { rowsOf } from './verdict.ts';

/**
 * Firings whose actions are carried out while workers and programs that carry out actions are killed, and receivers fail, or act and say
 * nothing. Each delivery has to arrive at least once and to end as sent, each duplicate has to have a reason, and groups have to hold the firings
 * of the ledger, each of them once: `npm run proof -- deliveries`.
 */

type Options = Readonly<{ firings: number; each: number; limit: number; seed: number }>;

/** `each`: firings from one kill to the next; `limit`: seconds after which it is given up. */
const DEFAULTS: Options = { firings: 20_000, each: 100, limit: 3_600, seed: 0 };

const KILL_EVERY_MS = 500;

/** Processes of each kind that share the work, and those that wait to replace one. */
const WORKERS = 2;
const PROGRAMS = 3;
const SPARES = 1;

/** When the jobs of a program that died are others'. By default it is half a minute, which only makes this longer. */
const LOCK_MS = 5_000;

/** Records read at a time. */
const PAGE = 500;

/** What is left to deliver when nobody is killed any more. */
const LAST_SHARE = 0.02;

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
  while (sent < firings || log.ended('f-') < singlesOf(firings) * (1 - LAST_SHARE)) {
    // By kills, not by time: on a slow machine a kill takes longer, since another process has to be there first.
    const due = Math.min(firings, sent + each);
    await push(redis, sent, due);
    sent = due;
    await pause(KILL_EVERY_MS);
    await (kills % 2 === 0 ? programs : workers).replace(random());
    kills += 1;
    if (kills % 60 === 0)
      process.stderr.write(`${kills} kills, ${log.ended('f-')} of ${singlesOf(sent)} delivered, beside groups\n`);
  }
  return [kills, (performance.now() - begun) / 1_000];
}

/** Whether all that was to be delivered is, or has failed for good. */
function haveEnded({ singles, grouped }: Ledger, receivers: Receivers, log: QueueLog): boolean {
  const over = (key: string): boolean => log.completed.has(key) || log.failed.has(key);
  const arrived = [...receivers.groups.values()].reduce((sum, firings) => sum + firings.length, 0);
  return arrived >= grouped.size && [...singles, ...receivers.groups.keys()].every(over);
}

async function prove(server: PrivateServer, dir: string, options: Options): Promise<Row[]> {
  const { redis, url: redisUrl } = server;
  const random = randomOf(options.seed);
  const receivers = await Receivers.start(random);
  const targets = path.join(dir, 'targets.json');
  const hook = { kind: 'webhook', url: receivers.url, headers: { 'x-program': '$' + '{PROGRAM}' } };
  const groups = { ...hook, url: `${receivers.url}${GROUPS_PATH}` };
  await writeFile(targets, JSON.stringify({ targets: { hook, groups } }));
  const common = { redisUrl, namespace: NAMESPACE, cache: path.join(dir, 'cache'), spares: SPARES };
  const workers = new Crowd(common);
  const program = fileURLToPath(new URL('actions-program.ts', import.meta.url));
  const programs = new Crowd({ ...common, program, settings: { targets, lockMs: LOCK_MS } });
  const log = new QueueLog(redis.duplicate(), `${prefixesOf(NAMESPACE).bull}:deliveries`);
  try {
    const writer = new Watchfire({ redis, namespace: NAMESPACE });
    for (const automation of automationsFor(options.firings)) await writer.put(automation);
    log.start();
    await Promise.all([
      ...Array.from({ length: WORKERS }, () => workers.add()),
      ...Array.from({ length: PROGRAMS }, () => programs.add()),
    ]);
    const [kills, seconds] = await storm({ redis, receivers, log, workers, programs }, options, random);
    // The wait between two tries doubles: one that fails a dozen times takes minutes.
    const patience = { timeoutMs: options.limit * 1_000 };
    await eventually('every firing is handed on', () => drained(redis, NAMESPACE), patience);
    const ledger = await readLedger(redis);
    await eventually('every delivery has ended', () => haveEnded(ledger, receivers, log), patience);
    const rude = (await workers.stop()) + (await programs.stop());
    const expected = new Set([...ledger.singles, ...receivers.groups.keys()]);
    const records = await recordsOf(redis, writer.store, [...expected]);
    const crashes = [...workers.crashes, ...programs.crashes];
    for (const crash of crashes.slice(0, 5)) process.stderr.write(`${crash}\n`);
    return [
      ['firings', ledger.count, ledger.count !== options.firings],
      ['kills of workers', workers.killed.size],
      ['kills of programs that carry out actions', programs.killed.size],
      ['seconds between two kills', seconds / kills],
      ...rowsOf({ expected, grouped: ledger.grouped, receivers, log, records, killed: programs.killed }),
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
