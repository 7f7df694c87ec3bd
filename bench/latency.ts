import { define, empty, STORE, withWorkers } from './engine.ts';
import { inPairs, quantile, type Sample } from './measure.ts';
import { type Program, withProgram } from './program.ts';
import { type Context, type Result, shown } from './result.ts';
import { order } from './shop.ts';

const EVENTS_A_SECOND = 2_000;

/** The first events find cold programs and are left out. */
const WARM_UP_S = 2;

/** How long an event takes from XADD to its job in BullMQ while 2,000 of them come in a second and each becomes a job. */
export async function run(context: Context): Promise<Result[]> {
  const seconds = context.short ? 3 : 10;
  const tails: { own: number[]; bare: number[] } = { own: [], bare: [] };
  const compared = await inPairs(
    context.pairs,
    () => engine(context, seconds, tails.own),
    () => bare(context, seconds, tails.bare),
  );
  const against = 'XREADGROUP, addBulk and XACK in a loop';
  const common = { unit: 'ms', better: 'less', against, fragile: true } as const;
  const [value, base] = [quantile(tails.own, 0.5), quantile(tails.bare, 0.5)];
  return [
    {
      ...common,
      name: 'from XADD to the job in BullMQ, 2,000 events/s, each one fires: median',
      value: compared.value,
      base: compared.base,
      ratio: compared.ratio,
      targets: [{ of: 'value', bound: 3 }],
      note: compared.note,
    },
    {
      ...common,
      name: 'the same: 99 of 100 are faster',
      value,
      base,
      ratio: value / base,
      targets: [{ of: 'value', bound: 15 }],
      note: 'the load generator shares the two cores',
    },
  ];
}

async function engine(context: Context, seconds: number, tails: number[]): Promise<Sample> {
  await empty(context);
  const trigger = { posture: 'Reactive', expect: ['order.failed'], threshold: 1, within: 0 };
  await define(context.redis, [{ id: 'each', name: 'each', trigger, actions: [{ type: 'queue', queue: 'jobs' }] }]);
  return await withWorkers(context, 1, async ([worker]) => {
    if (!worker) throw new Error('no worker');
    await worker.ask('watched');
    const { value, note } = await measured(context, worker, seconds, tails);
    const applied = await worker.ask<number[]>('applied');
    const middle = quantile(applied.slice(WARM_UP_S * EVENTS_A_SECOND), 0.5);
    return { value, note: `applied and told to the worker after ${shown(middle)} ms; ${note}` };
  });
}

async function bare(context: Context, seconds: number, tails: number[]): Promise<Sample> {
  await empty(context);
  return await withProgram('bare.ts', [context.url], async (program) => {
    await program.ask('relay');
    return await measured(context, program, seconds, tails);
  });
}

/** Median delay in ms; adds the one that 99 of 100 stay below to `tails`. */
async function measured(context: Context, program: Program, seconds: number, tails: number[]): Promise<Sample> {
  await send(context, WARM_UP_S * EVENTS_A_SECOND);
  await arrived(program, WARM_UP_S * EVENTS_A_SECOND);
  await send(context, seconds * EVENTS_A_SECOND);
  const delays = await arrived(program, seconds * EVENTS_A_SECOND);
  tails.push(quantile(delays, 0.99));
  return { value: quantile(delays, 0.5), note: `the slowest of ${delays.length} ${shown(Math.max(...delays))} ms` };
}

/** Sends so many events, evenly over time. */
async function send({ redis }: Context, count: number): Promise<void> {
  const from = performance.now();
  const now = (): number => performance.timeOrigin + performance.now();
  const answers: Promise<unknown>[] = [];
  while (answers.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - from) * EVENTS_A_SECOND) / 1_000));
    while (answers.length < due) {
      const event = { ...order('order.failed', answers.length % 100), payload: { sent: now() } };
      answers.push(redis.xadd(STORE.keys.events, '*', 'data', JSON.stringify(event)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(answers);
}

/** The delays of so many events, once their jobs are there. */
async function arrived(program: Program, count: number): Promise<number[]> {
  const delays: number[] = [];
  while (delays.length < count) {
    for (const delay of await program.ask<number[]>('delays')) delays.push(delay);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return delays;
}
