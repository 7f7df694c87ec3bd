import { drain, withCosts } from './drain.ts';
import { append, define, empty, endOf, logOf, untilApplied, withWorkers } from './engine.ts';
import { inPairs, type Sample, timed } from './measure.ts';
import type { Context, Result } from './result.ts';
import { counted, counters } from './shop.ts';

const AUTOMATIONS = 1_000;

/** A worker that starts with a long backlog in front of it, against one that has long been running. */
export async function run(context: Context): Promise<Result[]> {
  const backlog = context.short ? 60_000 : 1_000_000;
  const steady = context.short ? 30_000 : 200_000;
  const compared = await inPairs(
    Math.min(context.pairs, 2),
    () => afresh(context, backlog),
    () => running(context, (backlog - steady) / 2, steady),
  );
  return [
    {
      name: `a backlog of ${backlog.toLocaleString('en-US')} events, from the start of the worker on`,
      value: compared.value,
      unit: 'events/s',
      better: 'more',
      against: 'a worker that has been running',
      base: compared.base,
      ratio: compared.ratio,
      targets: [{ of: 'ratio', bound: 0.9 }],
      note: `${compared.note}; while running ${compared.baseNote}`,
    },
  ];
}

async function afresh(context: Context, events: number): Promise<Sample> {
  const { redis } = context;
  await empty(context);
  await define(redis, counters(AUTOMATIONS));
  const log = logOf(events, 0, (i) => counted(i, AUTOMATIONS, ''));
  await append(redis, log);
  return await withWorkers(context, 1, async ([worker]) => {
    if (!worker) throw new Error('no worker');
    return await withCosts(context, worker, events, async () => {
      const ms = await timed(async () => {
        await worker.ask('start');
        await untilApplied(redis, log);
      });
      return (events / ms) * 1_000;
    });
  });
}

/** Behind so many events that on average as many windows are open as while the backlog is applied. */
async function running(context: Context, earlier: number, events: number): Promise<Sample> {
  await empty(context);
  await define(context.redis, counters(AUTOMATIONS));
  const before = logOf(earlier, 0, (i) => counted(i, AUTOMATIONS, 'w'));
  const log = logOf(events, endOf(before), (i) => counted(i, AUTOMATIONS, ''));
  return await drain(context, 1, before, log);
}
