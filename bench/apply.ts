import { storedCommands, storedEvents } from './bare-load.ts';
import { drain, withCosts } from './drain.ts';
import { define, empty, endOf, logOf, STORE } from './engine.ts';
import { costsIn, inPairs, type Sample } from './measure.ts';
import { withProgram } from './program.ts';
import type { Context, Result } from './result.ts';
import { counted, counters } from './shop.ts';

const AUTOMATIONS = 1_000;

/** One worker with a thousand automations: every event matches one of them, which counts to five by key and then fires. */
export async function run(context: Context): Promise<Result[]> {
  const events = context.short ? 30_000 : 200_000;
  const compared = await inPairs(
    context.pairs,
    () => engine(context, events),
    () => bare(context, events),
  );
  const floor = await batched(context, events);
  return [
    {
      name: 'one worker, 1,000 automations, each event counted by key, every fifth fires',
      value: compared.value,
      unit: 'events/s',
      better: 'more',
      against: 'a bare Lua script that makes the same state changes',
      base: compared.base,
      ratio: compared.ratio,
      targets: [
        { of: 'value', bound: 50_000 },
        { of: 'ratio', bound: 0.6 },
      ],
      note: `${compared.note}; the bare script ${compared.baseNote}; the same commands as the engine's, prepared: ${floor.note}`,
    },
    {
      name: 'the same: processor time of Node',
      ...costsIn(compared, 'own', 'server'),
      unit: 'µs/event',
      better: 'less',
      against: 'what the bare script takes of Redis, which says how fast the machine is',
      // 13 µs where the bare script takes 6.4.
      targets: [{ of: 'ratio', bound: 2.03 }],
      note: '',
    },
  ];
}

async function engine(context: Context, events: number): Promise<Sample> {
  await empty(context);
  await define(context.redis, counters(AUTOMATIONS));
  const before = logOf(Math.floor(events / 4), 0, (i) => counted(i, AUTOMATIONS, 'w'));
  const log = logOf(events, endOf(before), (i) => counted(i, AUTOMATIONS, ''));
  return await drain(context, 1, before, log);
}

/** The same events, prepared for bare.lua: what the engine works out stands there already. */
async function bare(context: Context, events: number): Promise<Sample> {
  return await prepared(context, events, 'prepare', storedEvents);
}

/** The same events as the commands that the engine sends for them, batched as it batches them: the floor below every rule. */
async function batched(context: Context, events: number): Promise<Sample> {
  return await prepared(context, events, 'batches', storedCommands);
}

async function prepared(
  context: Context,
  events: number,
  by: 'prepare' | 'batches',
  callsOf: typeof storedEvents,
): Promise<Sample> {
  await empty(context);
  const log = logOf(events, 0, (i) => counted(i, AUTOMATIONS, ''));
  return await withProgram('bare.ts', [context.url], async (program) => {
    await program.ask(by, callsOf(STORE, log));
    return await withCosts(
      context,
      program,
      events,
      async () => (events / (await program.ask<number>('script'))) * 1_000,
    );
  });
}
