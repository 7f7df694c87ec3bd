import { setTimeout as pause } from 'node:timers/promises';
import { counting } from './counting.ts';
import { drain } from './drain.ts';
import { append, define, empty, endOf, logOf, untilApplied, withWorkers } from './engine.ts';
import { costsIn, inPairs, median, type Sample, serverCpu } from './measure.ts';
import type { Context, Result } from './result.ts';
import { counted, counters } from './shop.ts';

const AUTOMATIONS = 1_000;

/** What Redis knows is shown for 5 s (src/http/metrics-page.ts); a scrape behind that asks again. */
const UNCACHED_MS = 5_100;

/** What metrics and history cost: the events that a worker applies with them and without, and a scrape. */
export async function run(context: Context): Promise<Result[]> {
  const events = context.short ? 30_000 : 200_000;
  const compared = await inPairs(
    context.pairs,
    () => engine(context, events, 'start'),
    () => engine(context, events, 'unmeasured'),
  );
  return [
    {
      name: 'one worker with metrics and history, 1,000 automations, every fifth event fires',
      value: compared.value,
      unit: 'events/s',
      better: 'more',
      against: 'the same worker without metrics and history',
      base: compared.base,
      ratio: compared.ratio,
      targets: [{ of: 'ratio', bound: 0.95 }],
      note: `${compared.note}; without ${compared.baseNote}`,
    },
    {
      name: 'the same: processor time of Node',
      ...costsIn(compared, 'own', 'own'),
      unit: 'µs/event',
      better: 'less',
      against: 'the same worker without metrics and history',
      targets: [],
      note: '',
    },
    await byItself(context, { ...costsIn(compared, 'own', 'own'), perSecond: compared.base }),
    await scraped(context),
  ];
}

/** The same without a comparison of two runs, which other programs of the machine disturb: what is counted, beside all that a worker does. */
async function byItself(context: Context, { base, perSecond }: { base: number; perSecond: number }): Promise<Result> {
  await empty(context);
  const { eventUs, secondUs } = await counting(context, AUTOMATIONS);
  const value = eventUs + secondUs / perSecond;
  return {
    name: 'counting for metrics and history, measured by itself: processor time of Node',
    value,
    unit: 'µs/event',
    better: 'less',
    against: 'all that the same worker does without it',
    base,
    ratio: value / base,
    targets: [{ of: 'ratio', bound: 0.05 }],
    note: `${eventUs.toFixed(2)} µs an event, and ${(secondUs / 1_000).toFixed(1)} ms a second for the history of ${AUTOMATIONS} automations`,
  };
}

async function engine(context: Context, events: number, how: 'start' | 'unmeasured'): Promise<Sample> {
  await empty(context);
  await define(context.redis, counters(AUTOMATIONS));
  const before = logOf(Math.floor(events / 4), 0, (i) => counted(i, AUTOMATIONS, 'w'));
  const log = logOf(events, endOf(before), (i) => counted(i, AUTOMATIONS, ''));
  return await drain(context, 1, before, log, how);
}

/** A scrape that asks Redis, of a worker that knows 1,000 automations and holds their windows, beside one that need not. */
async function scraped(context: Context): Promise<Result> {
  await empty(context);
  await define(context.redis, counters(AUTOMATIONS));
  const log = logOf(10_000, 0, (i) => counted(i, AUTOMATIONS, ''));
  return await withWorkers(context, 1, async ([worker]) => {
    await append(context.redis, log);
    await worker?.ask('start');
    await untilApplied(context.redis, log);
    const url = `http://${await worker?.ask<string>('listen')}/metrics`;
    const [asking, known, server]: number[][] = [[], [], []];
    let bytes = 0;
    for (let pair = 0; pair < context.pairs; pair += 1) {
      if (pair > 0) await pause(UNCACHED_MS);
      const before = await serverCpu(context.redis);
      asking?.push(await took(url));
      server?.push((await serverCpu(context.redis)) - before);
      known?.push(await took(url));
      bytes = (await (await fetch(url)).text()).length;
    }
    const [value, base] = [median(asking ?? []), median(known ?? [])];
    return {
      name: 'a scrape of a worker with 1,000 automations',
      value,
      unit: 'ms',
      better: 'less',
      against: 'the next one, within 5 s, which asks Redis nothing',
      base,
      ratio: value / base,
      targets: [{ of: 'value', bound: 100 }],
      fragile: true,
      note: `Redis ${Math.round(median(server ?? []) / 1_000)} ms, a page of ${Math.round(bytes / 1_000)} kB`,
    };
  });
}

/** In ms. */
async function took(url: string): Promise<number> {
  const begin = performance.now();
  await (await fetch(url)).text();
  return performance.now() - begin;
}
