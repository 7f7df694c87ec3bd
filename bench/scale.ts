import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { pino } from 'pino';
import { Applier } from '../src/apply/applier.ts';
import { Batch } from '../src/apply/batch.ts';
import { LoadedDefinitions } from '../src/apply/loaded-definitions.ts';
import { Matcher } from '../src/apply/matcher.ts';
import { systemClock } from '../src/clock.ts';
import { Watchfire } from '../src/index.ts';
import { FRONT } from '../src/model/fed.ts';
import { GLOBAL_PARTITION, layoutOf } from '../src/model/partition.ts';
import { readBehind } from '../src/redis/log.ts';
import { divide } from '../src/redis/partitions.ts';
import { partitionStore, type Store } from '../src/redis/store.ts';
import { Feeder } from '../src/services/feeder.ts';
import { capacityTable, type PathCosts, PLANNED } from './capacity.ts';
import { empty, NAMESPACE } from './engine.ts';
import { median, serverCpu } from './measure.ts';
import type { Context, Result } from './result.ts';
import { counted, counters } from './shop.ts';

const AUTOMATIONS = 100;

/** Entries of one call, as workers apply them. */
const CHUNK = 100;

/** Appends sent at a time. */
const APPENDED_AT_ONCE = 1_000;

const NODES = [1, 3, 10, 30, 100];

/** What is not measured here: BullMQ's part of a firing (`npm run bench -- firings`), a window with its deadline, a node of 32 GB half full. */
const REST = { partitions: 1_000, jobUs: 25, windowBytes: 330, nodeBytes: 16e9 };

const PAGE = 'docs/scaling.md';
const [BEGIN, END] = ['<!-- capacity: written by npm run bench -- scale -->', '<!-- capacity ends -->'];

/** What an event costs each log that it comes to, and what follows for many nodes. */
export async function run(context: Context): Promise<Result[]> {
  const events = context.short ? 20_000 : 100_000;
  const rounds: PathCosts[] = [];
  for (let pair = 0; pair < context.pairs; pair += 1) rounds.push(await costsOf(context, events));
  const of = (name: keyof PathCosts): number => median(rounds.map((one) => one[name]));
  const names = ['append', 'read', 'feed', 'applyFed', 'applyStraight', 'applyGlobal'] as const;
  const costs = Object.fromEntries(names.map((name) => [name, of(name)])) as PathCosts;
  if (!context.short) await writePage(costs);
  const told: Readonly<Record<keyof PathCosts, string>> = {
    append: 'front log or partition: a producer appends',
    read: 'source: a feeder reads',
    feed: 'target: fed',
    applyFed: 'target: applied, as it was fed; counted by key, every fifth fires',
    applyStraight: 'partition: applied, as it came straight',
    applyGlobal: 'global partition: applied; counted without a key',
  };
  return names.map((name) => ({
    name: told[name],
    value: costs[name],
    unit: 'µs/event of Redis',
    better: 'less',
    against: 'the same event applied as it came straight',
    base: costs.applyStraight,
    ratio: costs[name] / costs.applyStraight,
    targets: [],
    note: `at ${PLANNED * 100} % of a core`,
  }));
}

/** One event after the other through front log, partition and global partition: what each takes of Redis. */
async function costsOf(context: Context, events: number): Promise<PathCosts> {
  await empty(context);
  const watchfire = new Watchfire({ redis: context.redis, namespace: NAMESPACE });
  await divide(watchfire, layoutOf(1, 'id'));
  for (const document of counters(AUTOMATIONS)) await watchfire.put(document as never);
  const front = watchfire.store;
  const [home, global] = ['0', GLOBAL_PARTITION].map((name) => partitionStore(front, name)) as [Store, Store];
  await applyAll(context, home, () => undefined);
  const each = async (work: () => Promise<unknown>): Promise<number> => {
    const before = await serverCpu(context.redis);
    await work();
    return ((await serverCpu(context.redis)) - before) / events;
  };
  const append = await each(() => appendAll(context, front, events, 'front'));
  const fed = await each(() => feedAll(context, front, FRONT, { name: '0', store: home }, events));
  const read = await each(() => readAll(context, front));
  const applyFed = await each(() => applyAll(context, home));
  await appendAll(context, home, events, 'straight');
  const applyStraight = await each(() => applyAll(context, home));
  await watchfire.put({
    id: 'all',
    name: 'all',
    trigger: { posture: 'Reactive', expect: ['order.*'], threshold: 1_000_000_000, within: 0 },
  });
  await feedAll(context, front, FRONT, { name: GLOBAL_PARTITION, store: global }, events);
  const applyGlobal = await each(() => applyAll(context, global));
  await watchfire.close();
  return { append, read, feed: Math.max(0, fed - read), applyFed, applyStraight, applyGlobal };
}

async function appendAll({ redis }: Context, store: Store, events: number, prefix: string): Promise<void> {
  for (let from = 0; from < events; from += APPENDED_AT_ONCE) {
    const some = Math.min(APPENDED_AT_ONCE, events - from);
    await Promise.all(
      Array.from({ length: some }, (_, i) =>
        redis.xadd(store.keys.events, '*', 'data', JSON.stringify(counted(from + i, AUTOMATIONS, prefix))),
      ),
    );
  }
}

/** As a feeder does it, of which one is at work. */
async function feedAll(
  { redis }: Context,
  source: Store,
  sourceName: string,
  target: Readonly<{ name: string; store: Store }>,
  events: number,
): Promise<void> {
  const feeder = new Feeder({
    ...{ redis, log: redis, source, sourceName, targets: [target] },
    targetsOf: () => ({ names: [target.name] }),
    durability: () => null,
    clock: systemClock,
    logger: pino({ level: 'silent' }),
  });
  while (await feeder.runOnce());
  const length = await redis.xlen(target.store.keys.events);
  if (length < events) throw new Error(`fed ${length} of ${events}`);
}

async function readAll({ redis }: Context, store: Store): Promise<void> {
  for (let from = '0-0'; ; ) {
    const page = await readBehind(redis, store, from, 500);
    if (page.length === 0) return;
    from = page.at(-1)?.id ?? from;
  }
}

/** Applies what stands in a log, chunk by chunk. Reading it costs what a feeder's reading costs, and is part of it. */
async function applyAll({ redis }: Context, store: Store, done: () => void = () => undefined): Promise<void> {
  const definitions = new LoadedDefinitions(redis, store, new Set());
  await definitions.refresh();
  const matcher = new Matcher(definitions, systemClock, CHUNK);
  const applier = new Applier({ redis, store, matcher, clock: systemClock, logger: pino({ level: 'silent' }) });
  const { signal } = new AbortController();
  for (let from = (await redis.get(store.keys.position)) ?? '0-0'; ; ) {
    const page = await readBehind(redis, store, from, CHUNK);
    if (page.length === 0) return done();
    await applier.apply(new Batch(page), signal);
    from = page.at(-1)?.id ?? from;
  }
}

/** Writes the costs and the line of capacity into the page. */
async function writePage(costs: PathCosts): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [before, rest = ''] = page.split(BEGIN);
  const [, after] = rest.split(END);
  if (after === undefined) throw new Error(`${PAGE} has no place for the line of capacity`);
  const us = (name: keyof PathCosts): string => costs[name].toFixed(1);
  const sentence = [
    `Measured, in µs of Redis an event: appended ${us('append')}, read by a feeder ${us('read')}, fed ${us('feed')}, applied ${us('applyFed')} as it was fed and`,
    `${us('applyStraight')} as it came straight, applied on the global partition ${us('applyGlobal')}; on ${cpus().length} cores with a load of ${Math.round(loadavg()[0] ?? 0)}.`,
  ].join('\n');
  const table = capacityTable(costs, NODES, REST);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${sentence}\n\n${table}\n\n${END}${after}`);
}
