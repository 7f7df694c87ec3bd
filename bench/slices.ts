import { Watchfire } from '../src/index.ts';
import { empty, NAMESPACE, STORE, until } from './engine.ts';
import type { Context, Result } from './result.ts';

/** Longest call that a decision with much behind it may take, in ms: others wait as long. */
const BOUND_MS = 20;

/** Redis notes calls above this, as it comes. */
const NOTED_MS = 10;

const KEYED = {
  id: 'silent',
  name: 'silent',
  trigger: { posture: 'Proactive', expect: ['beat'], within: 3_600, for_each: ['id'] },
} as const;

/** What one decision brings with it, however much it is: the longest call of Redis that it takes. */
export async function run(context: Context): Promise<Result[]> {
  const count = context.short ? 10_000 : 100_000;
  const results: Result[] = [];
  for (const [name, play] of [
    ['followers of one leader', followers],
    ['open windows that are enabled', windows],
  ] as const) {
    const longest = [await play(context, count / 10), await play(context, count)];
    const [base = 0, value = 0] = longest;
    results.push({
      name: `${count.toLocaleString('en-US')} ${name}: longest call`,
      value,
      unit: 'ms',
      better: 'less',
      against: 'a tenth of them',
      base,
      ratio: value / base,
      targets: [{ of: 'value', bound: BOUND_MS }],
      fragile: true,
      note: '',
    });
  }
  return results;
}

async function followers(context: Context, count: number): Promise<number> {
  return await withEngine(context, async (watchfire) => {
    await send(context, count, (i) => ['event', 'x', 'resource.id', `r${i}`, 'follows', 'leader']);
    await until(async () => (await context.redis.zcard(STORE.keys.parked)) === count);
    return await longestCall(context, async () => {
      await watchfire.emit({ id: 'leader', event: 'y', resource: { id: 'r' } });
      await until(async () => (await context.redis.exists(STORE.keys.parked)) === 0);
    });
  });
}

async function windows(context: Context, count: number): Promise<number> {
  return await withEngine(context, async (watchfire) => {
    await watchfire.put(KEYED);
    await send(context, count, (i) => ['event', 'beat', 'resource.id', `r${i}`]);
    await until(async () => Number(await context.redis.hget(STORE.keys.counters, 'applied')) === count);
    await watchfire.disable(KEYED.id);
    return await longestCall(context, async () => {
      await watchfire.enable(KEYED.id);
      await until(async () => (await context.redis.hexists(STORE.keys.clock, 'unfinished')) === 0);
    });
  });
}

async function withEngine(context: Context, play: (watchfire: Watchfire) => Promise<number>): Promise<number> {
  await empty(context);
  const watchfire = new Watchfire({ redis: context.url, namespace: NAMESPACE });
  try {
    await watchfire.startWorker();
    return await play(watchfire);
  } finally {
    await watchfire.close();
  }
}

async function send({ redis }: Context, count: number, fieldsOf: (i: number) => string[]): Promise<void> {
  for (let at = 0; at < count; at += 1_000) {
    const pipeline = redis.pipeline();
    for (let i = at; i < at + 1_000; i += 1) pipeline.xadd(STORE.keys.events, '*', ...fieldsOf(i));
    await pipeline.exec();
  }
}

/** The longest call of Redis meanwhile, in ms; NOTED_MS where none took longer. */
async function longestCall({ redis }: Context, act: () => Promise<void>): Promise<number> {
  await redis.slowlog('RESET');
  await act();
  const slow = (await redis.slowlog('GET', 128)) as [number, number, number][];
  return Math.max(NOTED_MS, ...slow.map(([, , micros]) => micros / 1_000));
}
