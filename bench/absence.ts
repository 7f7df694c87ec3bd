import { append, define, empty, logOf, STORE, until, untilApplied, withWorkers } from './engine.ts';
import { median, quantile, serverCpu } from './measure.ts';
import type { Context, Result } from './result.ts';
import { order } from './shop.ts';

const DUE_A_SECOND = 2_000;

/** The shortest window of an absence, in s. The events that open one come this much late, so that it ends soon. */
const SHORTEST_S = 10;
const LATE_S = 8;

/** Deadlines that are open and far away. */
const FAR = 100_000;
const FAR_SHORT = 10_000;
const NO_FAR = 100;

type Sample = { lateness: number; cost: number; own: number };

/**
 * Absences that come due at 2,000 a second, behind 100,000 that do not: how late they are recorded, and whether those that
 * are far away cost anything.
 */
export async function run(context: Context): Promise<Result[]> {
  const seconds = context.short ? 1 : 10;
  const far = context.short ? FAR_SHORT : FAR;
  const [many, few]: [Sample[], Sample[]] = [[], []];
  for (let pair = 0; pair < context.pairs; pair += 1) {
    many.push(await measured(context, far, seconds));
    few.push(await measured(context, NO_FAR, seconds));
  }
  const ratios = (read: (sample: Sample) => number): number =>
    median(many.map((sample, i) => read(sample) / read(few[i] ?? sample)));
  const common = { better: 'less', against: 'the same with 100 open deadlines' } as const;
  return [
    {
      ...common,
      name: `2,000 absences due a second, ${far.toLocaleString('en-US')} open: how late 99 of 100 are recorded at most`,
      value: median(many.map(({ lateness }) => lateness)),
      unit: 'ms',
      base: median(few.map(({ lateness }) => lateness)),
      ratio: ratios(({ lateness }) => lateness),
      targets: [{ of: 'value', bound: 100 }],
      fragile: true,
      note: '',
    },
    {
      ...common,
      name: 'the same: processor time of Redis for each absence',
      value: median(many.map(({ cost }) => cost)),
      unit: 'µs',
      base: median(few.map(({ cost }) => cost)),
      ratio: ratios(({ cost }) => cost),
      targets: [{ of: 'ratio', bound: 1.3 }],
      note: `Node ${median(many.map(({ own }) => own)).toFixed(1)} µs`,
    },
  ];
}

const absence = (id: string, within: number): object => ({
  id,
  name: id,
  trigger: { posture: 'Proactive', after: [`${id}.started`], expect: [`${id}.done`], within, for_each: ['id'] },
  actions: [],
});

async function measured(context: Context, far: number, seconds: number): Promise<Sample> {
  const { redis } = context;
  await empty(context);
  await define(redis, [absence('soon', SHORTEST_S), absence('far', 86_400)]);
  return await withWorkers(context, 1, async ([worker]) => {
    if (!worker) throw new Error('no worker');
    const log = logOf(far, 0, (i) => order('far.started', i));
    await append(redis, log);
    await worker.ask('start');
    await untilApplied(redis, log);
    const { count, last } = await startJobs(context, seconds);
    await until(async () => (await redis.get(STORE.keys.position)) === last);
    const [server, own] = [await serverCpu(redis), (await worker.usage()).cpu];
    const before = await redis.xlen(STORE.keys.firings);
    await until(async () => (await redis.xlen(STORE.keys.firings)) === count);
    const [serverAfter, ownAfter] = [await serverCpu(redis), (await worker.usage()).cpu];
    const fired = count - before;
    return {
      lateness: quantile(await latenesses(context), 0.99),
      cost: (serverAfter - server) / fired,
      own: (ownAfter - own) / fired,
    };
  });
}

/** Sends the events whose windows end soon. Answers how many, and the last entry of the log. */
async function startJobs({ redis }: Context, seconds: number): Promise<{ count: number; last: string }> {
  const from = performance.now();
  const all = seconds * DUE_A_SECOND;
  let last: unknown;
  for (let sent = 0; sent < all; ) {
    const due = Math.min(all, Math.floor(((performance.now() - from) * DUE_A_SECOND) / 1_000));
    // An event in time shows that not the whole system runs late; it would hold back absences.
    const pipeline = redis.pipeline().xadd(STORE.keys.events, '*', 'data', JSON.stringify(order('in.time', 'x')));
    for (; sent < due; sent += 1) {
      const event = { ...order('soon.started', `s${sent}`), occurred: new Date(Date.now() - LATE_S * 1_000) };
      pipeline.xadd(STORE.keys.events, '*', 'data', JSON.stringify(event));
    }
    last = (await pipeline.exec())?.at(-1)?.[1];
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { count: all, last: String(last) };
}

/** For each firing: when it was recorded, after its deadline, in ms. */
async function latenesses({ redis }: Context): Promise<number[]> {
  const entries = await redis.xrange(STORE.keys.firings, '-', '+');
  return entries.map(([id, fields]) => Number.parseInt(id, 10) - Number(fields[fields.indexOf('triggered') + 1]));
}
