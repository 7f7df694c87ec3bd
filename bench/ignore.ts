import { drain, withCosts } from './drain.ts';
import { append, define, empty, endOf, logOf } from './engine.ts';
import { costsIn, inPairs, type Sample } from './measure.ts';
import { withProgram } from './program.ts';
import type { Context, Result } from './result.ts';
import { counters, order } from './shop.ts';

const AUTOMATIONS = 1_000;

/** Events that none of a thousand automations wants; their ids are remembered all the same. */
export async function run(context: Context): Promise<Result[]> {
  const events = context.short ? 40_000 : 300_000;
  const compared = await inPairs(
    context.pairs,
    () => engine(context, events),
    () => bare(context, events),
  );
  return [
    {
      name: 'one worker, 1,000 automations, none of them wants the event',
      value: compared.value,
      unit: 'events/s',
      better: 'more',
      against: 'a bare loop of XREADGROUP and XACK',
      base: compared.base,
      ratio: compared.ratio,
      targets: [{ of: 'value', bound: 100_000 }],
      note: `${compared.note}; the bare loop ${compared.baseNote}`,
    },
    {
      name: 'the same: processor time of Node',
      ...costsIn(compared, 'own', 'own'),
      unit: 'µs/event',
      better: 'less',
      against: 'that of the bare loop',
      targets: [{ of: 'value', bound: 5 }],
      note: '',
    },
  ];
}

async function engine(context: Context, events: number): Promise<Sample> {
  await empty(context);
  await define(context.redis, counters(AUTOMATIONS));
  const before = logOf(Math.floor(events / 4), 0, (i) => order(`page.viewed-${i % 1_000}`, i % 5_000));
  const log = logOf(events, endOf(before), (i) => order(`page.viewed-${i % 1_000}`, i % 5_000));
  return await drain(context, 1, before, log);
}

async function bare(context: Context, events: number): Promise<Sample> {
  await empty(context);
  await append(
    context.redis,
    logOf(events, 0, (i) => order(`page.viewed-${i % 1_000}`, i % 5_000)),
  );
  return await withProgram('bare.ts', [context.url], async (program) => {
    return await withCosts(
      context,
      program,
      events,
      async () => (events / (await program.ask<number>('read'))) * 1_000,
    );
  });
}
