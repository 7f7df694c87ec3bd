import type { Redis } from 'ioredis';
import { append, define, empty, type Log, logOf, STORE, untilApplied, withWorkers } from './engine.ts';
import { type Context, type Result, shown } from './result.ts';
import { counters, order } from './shop.ts';

const MB = 1_048_576;

/** What Redis keeps for an open window, a remembered id and a deadline, and what a worker keeps of 100,000 automations. */
export async function run(context: Context): Promise<Result[]> {
  return [...(await inRedis(context)), await ofFiring(context), await inWorker(context)];
}

async function inRedis(context: Context): Promise<Result[]> {
  const { redis } = context;
  const count = context.short ? 20_000 : 100_000;
  await empty(context);
  await define(redis, counters(1));
  const log = logOf(count, 0, (i) => order('order.kind-0', i));
  await append(redis, log);
  await withWorkers(context, 1, async ([worker]) => {
    await worker?.ask('start');
    await untilApplied(redis, log);
  });
  const { windows, deadlines, seen } = STORE.prefixes;
  const hashes = await namesOf(redis, `${windows}*`);
  const names: string[] = [];
  for (const hash of hashes) for (const key of await redis.hkeys(hash)) names.push(`${hash}:${key}`);
  if (names.length !== count) throw new Error(`${names.length} windows are open, not ${count}`);
  // Freed one after the other: what the server holds less afterwards is what they took.
  const windowBytes = (await freed(redis, hashes)) / count;
  const deadlineBytes = (await freed(redis, [...(await namesOf(redis, `${deadlines}*`)), STORE.keys.due])) / count;
  const idBytes = (await freed(redis, await namesOf(redis, `${seen}*`))) / count;
  const plain = await bareBytes(context, log, names);
  return [
    row('an open window, counted by key', windowBytes, plain.name, 'the count alone in a string of that name', 350),
    row('a remembered event id', idBytes, plain.id, 'the ids in one set', 40),
    row('a deadline', deadlineBytes, plain.deadline, 'the names of the windows in one sorted set', 120),
  ];
}

const FIVE = {
  id: 'five',
  name: 'Five failed orders of one customer',
  trigger: { posture: 'Reactive', expect: ['order.failed'], threshold: 5, within: '10m', for_each: ['id'] },
};

/** What a firing has beside event, key and times: what it was made of, and who decided it. */
const MADE_OF: ReadonlySet<string> = new Set(['story', 'worker']);

/** What a firing of five events takes in the ledger, and what it would take without its story. */
async function ofFiring(context: Context): Promise<Result> {
  const { redis } = context;
  const keys = context.short ? 1_000 : 10_000;
  await empty(context);
  await define(redis, [FIVE]);
  const log = logOf(5 * keys, 0, (i) => order('order.failed', i % keys));
  await append(redis, log);
  await withWorkers(context, 1, async ([worker]) => {
    await worker?.ask('start');
    await untilApplied(redis, log);
  });
  const entries = await redis.xrange(STORE.keys.firings, '-', '+');
  if (entries.length !== keys) throw new Error(`${entries.length} have fired, not ${keys}`);
  const whole = (await freed(redis, [STORE.keys.firings])) / keys;
  for (const [id, fields] of entries)
    await redis.xadd(STORE.keys.firings, id, ...fields.filter((_, i) => !MADE_OF.has(fields[i - (i % 2)] ?? '')));
  const without = (await freed(redis, [STORE.keys.firings])) / keys;
  return row('a firing of five events in the ledger', whole, without, 'the same without what it was made of', 1_200);
}

function row(name: string, value: number, base: number, against: string, bound: number): Result {
  const targets = [{ of: 'value', bound }] as const;
  return { name, value, unit: 'bytes', better: 'less', against, base, ratio: value / base, targets, note: '' };
}

/** Bytes for each of the same things in their plainest form. */
async function bareBytes(context: Context, log: Log, names: readonly string[]) {
  const { redis } = context;
  const ids = log.map(([, data]) => (JSON.parse(data) as { id: string }).id);
  const bytesOf = async (
    fill: (some: readonly string[]) => Promise<unknown>,
    all: readonly string[],
  ): Promise<number> => {
    await empty(context);
    const before = await settledBytes(redis);
    for (let at = 0; at < all.length; at += 1_000) await fill(all.slice(at, at + 1_000));
    return ((await settledBytes(redis)) - before) / all.length;
  };
  return {
    name: await bytesOf((some) => redis.mset(...some.flatMap((name) => [name, '1'])), names),
    id: await bytesOf((some) => redis.sadd('ids', ...some), ids),
    deadline: await bytesOf((some) => redis.zadd('due', ...some.flatMap((name, i) => [Date.now() + i, name])), names),
  };
}

/** The names of all keys like that. */
export async function namesOf(redis: Redis, pattern: string): Promise<string[]> {
  const names = new Set<string>();
  for await (const batch of redis.scanStream({ match: pattern, count: 1_000 })) {
    for (const name of batch as string[]) names.add(name);
  }
  return [...names];
}

/** By how many bytes the server holds less once these keys are gone. */
export async function freed(redis: Redis, names: readonly string[]): Promise<number> {
  const before = await settledBytes(redis);
  for (let at = 0; at < names.length; at += 1_000) await redis.del(...names.slice(at, at + 1_000));
  return before - (await settledBytes(redis));
}

/** How long the memory must not change by more than SLACK: the server sizes its tables in the background. */
const STILL_MS = 400;
const SLACK_BYTES = 4_096;

async function settledBytes(redis: Redis): Promise<number> {
  for (let last = 0; ; ) {
    const bytes = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
    if (Math.abs(bytes - last) <= SLACK_BYTES) return bytes;
    last = bytes;
    await new Promise((resolve) => setTimeout(resolve, STILL_MS));
  }
}

async function inWorker(context: Context): Promise<Result> {
  const many = context.short ? 10_000 : 100_000;
  const few = await held(context, 100);
  const { bytes, ms } = await held(context, many);
  return {
    name: `resident memory of a worker with ${many.toLocaleString('en-US')} automations`,
    value: bytes / MB,
    unit: 'MB',
    better: 'less',
    against: 'a worker with 100 automations',
    base: few.bytes / MB,
    ratio: bytes / few.bytes,
    targets: [{ of: 'value', bound: 600 }],
    note: `ready ${shown(ms / 1_000)} s after its start, with 100 automations after ${shown(few.ms / 1_000)} s`,
  };
}

async function held(context: Context, automations: number): Promise<{ bytes: number; ms: number }> {
  const { redis } = context;
  await empty(context);
  await define(redis, counters(automations));
  return await withWorkers(context, 1, async ([worker]) => {
    if (!worker) throw new Error('no worker');
    await worker.usage();
    const from = performance.now();
    await worker.ask('start');
    const ms = performance.now() - from;
    const log = logOf(5_000, 0, (i) => order(`order.kind-${i % automations}`, i));
    await append(redis, log);
    await untilApplied(redis, log);
    return { bytes: (await worker.usage()).rss, ms };
  });
}
