import { createHash } from 'node:crypto';
import { ofTheLog, parseFiring } from '../src/model/firing.ts';
import { type Drained, drain } from './drain.ts';
import { define, empty, endOf, type Log, logOf, STORE } from './engine.ts';
import { median } from './measure.ts';
import { type Context, type Result, shown } from './result.ts';
import { counted, counters, order } from './shop.ts';

/** All for one event name and the region that it comes from: what tells them apart must be tried for each. */
const AUTOMATIONS = 10_000;
const AUTOMATIONS_SHORT = 5_000;

/** Where one worker keeps Redis busy, each of the others should be no hindrance. */
const CROWD = 8;
const COUNTERS = 1_000;

export async function run(context: Context): Promise<Result[]> {
  return [...(await heavyMatching(context)), ...(await cheapEvents(context))];
}

/** One worker and eight, in turns, on one log of events that are matched in no time: what too many workers cost. */
export async function cheapEvents(context: Context): Promise<Result[]> {
  const events = context.short ? 20_000 : 100_000;
  const alone: Drained[] = [];
  const together: Drained[] = [];
  for (let pair = 0; pair < context.pairs; pair += 1) {
    for (const count of pair % 2 === 0 ? [1, CROWD] : [CROWD, 1]) {
      await empty(context);
      await define(context.redis, counters(COUNTERS));
      const before = logOf(Math.floor(events / 4), 0, (i) => counted(i, COUNTERS, 'w'));
      const log = logOf(events, endOf(before), (i) => counted(i, COUNTERS, ''));
      (count === 1 ? alone : together).push(await drain(context, count, before, log));
    }
  }
  const ratio = (figure: (sample: Drained) => number): number =>
    median(together.map((sample, i) => figure(sample) / figure(alone[i] as Drained)));
  const compared = { against: 'one worker', fragile: true } as const;
  return [
    {
      ...compared,
      name: `${CROWD} workers, 1,000 automations, each event counted by key, every fifth fires`,
      value: median(together.map(({ value }) => value)),
      unit: 'events/s',
      better: 'more',
      base: median(alone.map(({ value }) => value)),
      ratio: ratio(({ value }) => value),
      targets: [{ of: 'ratio', bound: 0.9 }],
      note: `one worker ${alone[0]?.note}, ${CROWD} together ${together[0]?.note}`,
    },
    {
      ...compared,
      name: `${CROWD} workers: what such an event costs Redis`,
      value: median(together.map(({ serverUs }) => serverUs)),
      unit: 'µs',
      better: 'less',
      base: median(alone.map(({ serverUs }) => serverUs)),
      ratio: ratio(({ serverUs }) => serverUs),
      targets: [{ of: 'ratio', bound: 1.1 }],
      note: '',
    },
  ];
}

/** One, two and four workers on one log, where finding out who wants an event is most of the work. */
export async function heavyMatching(context: Context): Promise<Result[]> {
  const events = context.short ? 2_000 : 6_000;
  const before = logOf(200, 0, (i) => order('order.failed', `w-${i % 50}`));
  const log = logOf(events, endOf(before), (i) => order('order.failed', i % 200));
  const rates = new Map<number, number[]>([1, 2, 4].map((count) => [count, []]));
  const ledgers = new Set<string>();
  const notes = new Map<number, string | undefined>();
  for (let pair = 0; pair < context.pairs; pair += 1) {
    for (const [count, found] of rates) {
      if (context.short && count === 4) continue;
      const sample = await measured(context, count, before, log);
      found.push(sample.value);
      ledgers.add(await ledgerOf(context));
      notes.set(count, sample.note);
    }
  }
  if (ledgers.size !== 1) throw new Error('the ledgers differ with the number of workers');
  const [one, two, four] = [1, 2, 4].map((count) => rates.get(count) ?? []) as [number[], number[], number[]];
  const ratio = (of: number[]): number => median(of.map((rate, i) => rate / (one[i] ?? Number.NaN)));
  const others = four.length > 0 ? `; four workers ${shown(median(four))}` : '';
  return [
    {
      name: `two workers, ${automationsOf(context).toLocaleString('en-US')} automations that ask for one name and want none of these customers`,
      value: median(two),
      unit: 'events/s',
      better: 'more',
      against: 'one worker',
      base: median(one),
      ratio: ratio(two),
      targets: [{ of: 'ratio', bound: 1.5 }],
      fragile: true,
      note: `ledgers identical${others}; one worker ${notes.get(1)}, two together ${notes.get(2)}`,
    },
  ];
}

const automationsOf = ({ short }: Context): number => (short ? AUTOMATIONS_SHORT : AUTOMATIONS);

async function measured(context: Context, count: number, before: Log, log: Log): ReturnType<typeof drain> {
  await empty(context);
  const automations = Array.from({ length: automationsOf(context) }, (_, i) => ({
    id: `no-customer-${i}`,
    name: `no customer ${i}`,
    trigger: {
      posture: 'Reactive',
      expect: ['order.failed'],
      // Filed by the region that all share; that no order is from a customer is asked for each.
      match: { region: 'eu', id: '!customer.*' },
      threshold: 5,
      within: 600,
    },
    actions: [],
  }));
  const counting = { posture: 'Reactive', expect: ['order.failed'], threshold: 5, within: 600, for_each: ['id'] };
  await define(context.redis, [...automations, { id: 'five', name: 'five', trigger: counting, actions: [] }]);
  return await drain(context, count, before, log);
}

/** A digest of all firings: everything but when and by whom they were written down. */
async function ledgerOf({ redis }: Context): Promise<string> {
  const digest = createHash('sha256');
  for (const [, fields] of await redis.xrange(STORE.keys.firings, '-', '+')) {
    digest.update(JSON.stringify(ofTheLog(parseFiring(fields))));
  }
  return digest.digest('hex');
}
