import type { Redis } from 'ioredis';
import { chunkOf } from '../src/apply/chunk.ts';
import { LoadedDefinitions } from '../src/apply/loaded-definitions.ts';
import { apply } from '../src/redis/steps/apply.ts';
import { deleteAutomation } from '../src/redis/steps/delete-automation.ts';
import { sweep } from '../src/redis/steps/sweep.ts';
import { append, define, empty, endOf, type Log, logOf, STORE } from './engine.ts';
import { median, serverCpu } from './measure.ts';
import { freed, namesOf } from './memory.ts';
import type { Context, Result, Target } from './result.ts';
import { order } from './shop.ts';

/** Entries of one call, as a worker sends them. */
const CHUNK = 100;

/** Entries appended before they are applied, so that a large log need not be held at once. */
const SLICE = 10_000;

/** Events of each customer: too few for the threshold of five, so that nobody fires and only counting is compared. */
const EVENTS_EACH = 4;

const COUNTED = { posture: 'Reactive', expect: ['order.*'], threshold: 5, within: 600, for_each: ['id'] };

/** Fires with the first event of each customer, like an alert does; the others find its window deaf. */
const FIRED = { ...COUNTED, threshold: 1 };

type Compared = Readonly<{ name: string; trigger: object; beside: 'counted' | 'fired'; redis: number; node: number }>;

/** What rules 17 add to a plain trigger, beside the plain one that fires as often; the bounds of the ratios. */
const PATTERNS: readonly Compared[] = [
  {
    name: 'a condition on two keys of the payload',
    trigger: { ...COUNTED, where: 'payload.total > 100 && payload.currency == "EUR"' },
    beside: 'counted',
    redis: 1.5,
    node: 2,
  },
  { name: 'a sliding window', trigger: { ...COUNTED, window: 'sliding' }, beside: 'counted', redis: 1.5, node: 2 },
  {
    name: 'distinct values',
    trigger: { ...COUNTED, distinct: 'payload.product' },
    beside: 'counted',
    redis: 1.5,
    node: 2,
  },
  {
    name: 'an alert that is active',
    trigger: { ...FIRED, resolve: { after: 600 } },
    beside: 'fired',
    redis: 1.5,
    node: 2,
  },
];

const PLAIN = { counted: COUNTED, fired: FIRED } as const;
const BESIDE = { counted: 'a plain counted event', fired: 'a plain trigger that fires as often' } as const;

/** What conditions, windows and alerts of rules 17 cost, what they keep, and how long the removal of very much of it holds Redis up. */
export async function run(context: Context): Promise<Result[]> {
  return [...(await costs(context)), ...(await bytes(context)), ...(await removal(context))];
}

type Cost = Readonly<{ redis: number; node: number }>;

/** Each in every round, the plain ones first, so that what else the machine does falls on all alike. */
async function costs(context: Context): Promise<Result[]> {
  const rounds: ReadonlyMap<object, Cost>[] = [];
  // What this process compiles while it runs for the first time belongs to nobody.
  for (const trigger of [COUNTED, FIRED]) await cost(context, trigger);
  for (let round = 0; round < context.pairs; round += 1) {
    const found = new Map<object, Cost>();
    for (const trigger of [COUNTED, FIRED, ...PATTERNS.map((one) => one.trigger)]) {
      found.set(trigger, await cost(context, trigger));
    }
    rounds.push(found);
  }
  return PATTERNS.flatMap((pattern) => [
    compare(rounds, pattern, 'redis', 'µs of Redis/event'),
    compare(rounds, pattern, 'node', 'µs of Node/event'),
  ]);
}

function compare(
  rounds: readonly ReadonlyMap<object, Cost>[],
  pattern: Compared,
  side: keyof Cost,
  unit: string,
): Result {
  const of = (trigger: object): number[] => rounds.map((round) => round.get(trigger)?.[side] ?? Number.NaN);
  const [values, bases] = [of(pattern.trigger), of(PLAIN[pattern.beside])];
  return {
    name: `an event that meets ${pattern.name}`,
    value: median(values),
    unit,
    better: 'less',
    against: BESIDE[pattern.beside],
    base: median(bases),
    ratio: median(values.map((value, i) => value / (bases[i] ?? Number.NaN))),
    targets: [{ of: 'ratio', bound: pattern[side] }],
    fragile: true,
    note: '',
  };
}

/** Processor time of the server and of this process for each event: matching, packing and calling. */
async function cost(context: Context, trigger: object): Promise<Cost> {
  const { redis } = context;
  const customers = context.short ? 2_500 : 12_500;
  const definitions = await prepared(context, trigger);
  const before = logOf(2_000, 0, (i) => order('order.placed', `before.${i}`));
  await applyAll(context, definitions, before);
  const log = logOf(customers * EVENTS_EACH, endOf(before), (i) => {
    const event = order('order.placed', i % customers);
    return { ...event, payload: { total: 129, currency: 'EUR', product: `p${Math.floor(i / customers)}` } };
  });
  await append(redis, log);
  const entries = entriesOf(log);
  const server = await serverCpu(redis);
  const own = process.cpuUsage();
  for (let at = 0; at < entries.length; at += CHUNK) {
    await applyChunk(context, definitions, entries.slice(at, at + CHUNK));
  }
  const { user, system } = process.cpuUsage(own);
  return { redis: ((await serverCpu(redis)) - server) / log.length, node: (user + system) / log.length };
}

async function prepared(context: Context, trigger: object): Promise<LoadedDefinitions> {
  await empty(context);
  await define(context.redis, [{ id: 'measured', name: 'measured', trigger, actions: [] }]);
  const definitions = new LoadedDefinitions(context.redis, STORE, new Set());
  await definitions.refresh();
  return definitions;
}

type Entries = { id: string; fields: string[] }[];

const entriesOf = (log: Log): Entries => log.map(([id, data]) => ({ id, fields: ['data', data] }));

async function applyChunk({ redis }: Context, definitions: LoadedDefinitions, entries: Entries): Promise<void> {
  const { word, error } = await apply(redis, STORE, chunkOf(entries, definitions.view, new Map()));
  if (word !== 'applied') throw new Error(`${word} ${error}`);
}

/** Appends and applies a log, and removes it again: only what it left behind counts. */
async function applyAll(context: Context, definitions: LoadedDefinitions, log: Log): Promise<void> {
  for (let from = 0; from < log.length; from += SLICE) {
    const slice = log.slice(from, from + SLICE);
    await append(context.redis, slice);
    const entries = entriesOf(slice);
    for (let at = 0; at < entries.length; at += CHUNK) {
      await applyChunk(context, definitions, entries.slice(at, at + CHUNK));
    }
  }
}

/** What each key keeps, beside a key that counts: `events` of each. */
async function bytes(context: Context): Promise<Result[]> {
  const plain = await bytesOf(context, COUNTED, EVENTS_EACH);
  const row = async (name: string, trigger: object, events: number, bound: number): Promise<Result> => {
    const value = await bytesOf(context, trigger, events);
    const targets = [{ of: 'value', bound }] as const;
    const against = 'a key that is counted';
    return {
      name,
      value,
      unit: 'bytes',
      better: 'less',
      against,
      base: plain,
      ratio: value / plain,
      targets,
      note: '',
    };
  };
  return [
    await row('a key of a sliding window, threshold 5', { ...COUNTED, window: 'sliding' }, EVENTS_EACH, 500),
    await row(
      'a key with 100 distinct values',
      { ...COUNTED, threshold: 101, distinct: 'payload.product' },
      100,
      4_000,
    ),
    await row('a key that collects 10 events', { ...COUNTED, threshold: 11, collect: 10 }, 10, 8_000),
  ];
}

async function bytesOf(context: Context, trigger: object, events: number): Promise<number> {
  const { redis } = context;
  const keys = context.short ? 1_000 : 5_000;
  const definitions = await prepared(context, trigger);
  const log = logOf(keys * events, 0, (i) => {
    const event = order('order.placed', i % keys);
    return { ...event, payload: { total: 129, currency: 'EUR', product: `product-${Math.floor(i / keys)}` } };
  });
  await applyAll(context, definitions, log);
  const { windows, last, deadlines } = STORE.prefixes;
  const names: string[] = [];
  for (const prefix of [windows, last, deadlines]) names.push(...(await namesOf(redis, `${prefix}*`)));
  const [window = ''] = names;
  if ((await redis.hlen(window)) !== keys) throw new Error(`${await redis.hlen(window)} windows are open, not ${keys}`);
  return (await freed(redis, names)) / keys;
}

/** Deletes an automation with very many keys, and lets the janitor's step remove what they leave. */
async function removal(context: Context): Promise<Result[]> {
  const { redis } = context;
  const keys = context.short ? 100_000 : 1_000_000;
  const definitions = await prepared(context, COUNTED);
  const made = await prepareKeys(context, definitions, keys);
  const { trigger } = STORE.prefixes;
  const gone = (await namesOf(redis, `${trigger}*`)).map((name) => name.slice(trigger.length));
  const { generation } = definitions.view;
  const calls: number[] = [];
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = await commandMs(redis);
    const answer = await work();
    calls.push((await commandMs(redis)) - before);
    return answer;
  };
  // Once for a script that has to be loaded first.
  await sweep(redis, STORE);
  const { word } = await call(async () => await deleteAutomation(redis, STORE, { generation, id: 'measured', gone }));
  if (word !== 'changed') throw new Error(`the automation stays: ${word}`);
  while ((await call(async () => await sweep(redis, STORE))) === 'swept');
  const [longest, usual] = [Math.max(...calls), median(calls)];
  const targets: readonly Target[] = [{ of: 'value', bound: 10 }];
  return [
    {
      name: `deleting an automation with ${made.toLocaleString('en-US')} keys: processor time of the longest call`,
      value: longest,
      unit: 'ms',
      better: 'less',
      against: 'the usual call of the sweep',
      base: usual,
      ratio: longest / usual,
      targets,
      fragile: true,
      note: `${calls.length} calls, ${calls.reduce((sum, ms) => sum + ms, 0).toFixed(0)} ms in all, each with a question for the time`,
    },
  ];
}

/** Processor time of the thread that runs commands so far, in ms: unlike the time of day it is not that of other programs. */
async function commandMs(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  const read = (name: string): number =>
    Number(new RegExp(`^used_cpu_${name}_main_thread:([\\d.]+)`, 'm').exec(info)?.[1]);
  return (read('sys') + read('user')) * 1_000;
}

/** Opens a window for each of so many keys. */
async function prepareKeys(context: Context, definitions: LoadedDefinitions, keys: number): Promise<number> {
  const slice = 10 * SLICE;
  for (let from = 0, end = 0; from < keys; from += slice) {
    const log = logOf(Math.min(slice, keys - from), end, (i) => order('order.placed', from + i));
    end = endOf(log);
    await applyAll(context, definitions, log);
    await context.redis.xtrim(STORE.keys.events, 'MAXLEN', 1);
  }
  return keys;
}
