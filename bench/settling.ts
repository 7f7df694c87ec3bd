import type { Redis } from 'ioredis';
import { settle } from '../src/redis/steps/settle.ts';
import { storeOf } from '../src/redis/store.ts';
import { append, define, empty, logOf, NAMESPACE, untilApplied, withWorkers } from './engine.ts';
import { costsIn, inPairs, type Sample, serverCpu } from './measure.ts';
import type { Context, Result } from './result.ts';
import { counters, order } from './shop.ts';

/** The windows end within this time, and are forgotten a minute later, in s. */
const WITHIN_S = 600;
const AFTER_ALL_MS = 700_000;

/** What a bare program takes at once, as the engine does. */
const PAGE = 150;

/** Members that are due, their values, a line for each where one is asked for, and all of it gone. */
const BARE = `
  local due = redis.call('ZRANGE', KEYS[2], '-inf', '+inf', 'BYSCORE', 'LIMIT', 0, ${PAGE})
  if not due[1] then return 0 end
  local values = redis.call('HMGET', KEYS[1], unpack(due))
  for i, key in ipairs(due) do
    if ARGV[1] == 'told' then redis.call('XADD', KEYS[3], '*', 'key', key, 'data', values[i]) end
  end
  redis.call('HDEL', KEYS[1], unpack(due))
  redis.call('ZREM', KEYS[2], unpack(due))
  return #due
`;

const ABSENCE = {
  id: 'absence',
  name: 'absence',
  trigger: { posture: 'Proactive', after: ['order.kind-0'], expect: ['never'], within: WITHIN_S, for_each: ['id'] },
  actions: [],
};

/** What time alone decides, many at once: windows that are forgotten, and absences. */
export async function run(context: Context): Promise<Result[]> {
  const count = context.short ? 5_000 : 30_000;
  const common = { unit: 'µs of Redis', better: 'less', note: '' } as const;
  const against = 'reading and removing such members, 150 a call';
  const forgotten = await compared(context, count, counters(1), 'forgotten');
  const absences = await compared(context, count, [ABSENCE], 'told');
  return [
    { ...common, ...forgotten, name: 'a window that is forgotten', against, targets: [{ of: 'value', bound: 10 }] },
    {
      ...common,
      ...absences,
      name: 'an absence that is settled with others',
      against: `${against}, and an entry for each`,
      targets: [{ of: 'value', bound: 22 }],
    },
  ];
}

async function compared(context: Context, count: number, automations: readonly object[], what: string) {
  const pairs = await inPairs(
    context.pairs,
    () => engine(context, count, automations),
    () => bare(context, count, what),
  );
  return costsIn(pairs, 'server', 'server');
}

async function engine(context: Context, count: number, automations: readonly object[]): Promise<Sample> {
  const { redis } = context;
  await empty(context);
  await define(redis, automations);
  const log = logOf(count, 0, (i) => order('order.kind-0', i));
  await append(redis, log);
  await withWorkers(context, 1, async ([worker]) => {
    await worker?.ask('start');
    await untilApplied(redis, log);
  });
  const now = Date.now() + AFTER_ALL_MS;
  const store = storeOf(NAMESPACE, () => now);
  const spent = await serverCpu(redis);
  while ((await settle(redis, store)).word === 'more-due');
  const sample = await sampleOf(redis, spent, count);
  const left = await redis.zcard(store.keys.due);
  if (left > 0 && (await redis.hlen(`${store.prefixes.windows}counter-0:1:`)) > 0) throw new Error('something is left');
  return sample;
}

async function bare(context: Context, count: number, what: string): Promise<Sample> {
  const { redis } = context;
  await empty(context);
  for (let at = 0; at < count; at += 1_000) {
    const some = Array.from({ length: Math.min(1_000, count - at) }, (_, i) => `customer.${at + i}`);
    await redis.hset('bare:windows', ...some.flatMap((key) => [key, `1795906202819 1795906802819 1 ${key}`]));
    await redis.zadd('bare:due', ...some.flatMap((key, i) => [at + i, key]));
  }
  const spent = await serverCpu(redis);
  while (Number(await redis.eval(BARE, 3, 'bare:windows', 'bare:due', 'bare:told', what)) > 0);
  return await sampleOf(redis, spent, count);
}

async function sampleOf(redis: Redis, before: number, count: number): Promise<Sample> {
  const server = ((await serverCpu(redis)) - before) / count;
  return { value: server, costs: { server, own: 0 } };
}
