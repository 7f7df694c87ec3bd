import { drain } from './drain.ts';
import { append, define, empty, endOf, logOf, STORE, untilApplied, withWorkers } from './engine.ts';
import { inPairs, type Sample } from './measure.ts';
import { freed, namesOf } from './memory.ts';
import type { Context, Result } from './result.ts';
import { order } from './shop.ts';

/** What a key that is remembered looks like. */
const orderKey = (i: number): string => `o${1_000_000 + i}`;

const UNPAID = {
  id: 'unpaid',
  name: 'placed and not paid within ten minutes',
  trigger: {
    posture: 'Proactive',
    after: ['order.placed'],
    expect: ['order.paid'],
    within: 600,
    for_each: ['related:order:id'],
  },
  actions: [],
};

/** An event of that name about order `i`. */
const about = (name: string, i: number): Record<string, unknown> => ({
  ...order(name, i),
  related: [{ id: orderKey(i), role: 'order' }],
});

/** What it takes to remember when expected events happened, for arming events that come behind them. */
export async function run(context: Context): Promise<Result[]> {
  return [await bytes(context), await cost(context)];
}

async function bytes(context: Context): Promise<Result> {
  const { redis } = context;
  const count = context.short ? 20_000 : 100_000;
  await empty(context);
  await define(redis, [UNPAID]);
  const log = logOf(count, 0, (i) => about('order.paid', i));
  await append(redis, log);
  await withWorkers(context, 1, async ([worker]) => {
    await worker?.ask('start');
    await untilApplied(redis, log);
  });
  const hashes = await namesOf(redis, `${STORE.prefixes.early}*`);
  let remembered = 0;
  for (const hash of hashes) remembered += await redis.hlen(hash);
  if (remembered !== count) throw new Error(`${remembered} times are remembered, not ${count}`);
  const value = (await freed(redis, [...hashes, STORE.keys.early])) / count;
  await empty(context);
  for (let at = 0; at < count; at += 1_000) {
    await redis.hset('plain', ...Array.from({ length: 1_000 }, (_, i) => [orderKey(at + i), '1772442000000']).flat());
  }
  const base = (await freed(redis, ['plain'])) / count;
  return {
    name: 'a remembered time of an expected event, with what forgets it',
    value,
    unit: 'bytes',
    better: 'less',
    against: 'the times alone in one hash by key',
    base,
    ratio: value / base,
    targets: [{ of: 'value', bound: 80 }],
    note: '',
  };
}

async function cost(context: Context): Promise<Result> {
  const compared = await inPairs(
    context.pairs,
    () => paid(context, null),
    () => paid(context, 0),
  );
  return {
    name: 'an order that is placed and paid: processor time of Redis for both events',
    value: compared.value,
    unit: 'µs',
    better: 'less',
    against: 'the same where the namespace remembers no times',
    base: compared.base,
    ratio: compared.ratio,
    targets: [{ of: 'ratio', bound: 1.3 }],
    note: compared.note,
  };
}

/** @param earlyMs how long the namespace remembers times, in ms; null: as long as it does by itself */
async function paid(context: Context, earlyMs: number | null): Promise<Sample> {
  const orders = context.short ? 10_000 : 50_000;
  await empty(context);
  await define(context.redis, [UNPAID]);
  if (earlyMs !== null) await context.redis.hset(STORE.keys.settings, 'early_ms', earlyMs);
  const of = (first: number) => (i: number) =>
    about(i % 2 === 0 ? 'order.placed' : 'order.paid', first + Math.floor(i / 2));
  const before = logOf(orders / 2, 0, of(0));
  const { serverUs, note } = await drain(context, 1, before, logOf(2 * orders, endOf(before), of(orders)));
  return { value: 2 * serverUs, ...(note !== undefined && { note }) };
}
