import { createHash } from 'node:crypto';
import { drain } from './drain.ts';
import { define, empty, endOf, type Log, logOf, STORE } from './engine.ts';
import { median } from './measure.ts';
import { type Context, type Result, shown } from './result.ts';
import { order } from './shop.ts';

/** All for one event name, told apart by a glob that must be tried. */
const AUTOMATIONS = 10_000;
const AUTOMATIONS_SHORT = 2_000;

/** One, two and four workers on one log, where finding out who wants an event is most of the work. */
export async function run(context: Context): Promise<Result[]> {
  const events = context.short ? 2_000 : 6_000;
  const before = logOf(200, 0, (i) => order('order.failed', `w-${i % 50}-`));
  const log = logOf(events, endOf(before), (i) => order('order.failed', `-${i % 200}-`));
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
      name: `two workers, ${automationsOf(context).toLocaleString('en-US')} automations that ask for one name and a glob`,
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
    id: `glob-${i}`,
    name: `glob ${i}`,
    trigger: {
      posture: 'Reactive',
      expect: ['order.failed'],
      match: { id: `*-${i}-*` },
      threshold: 5,
      within: 600,
      for_each: ['id'],
    },
    actions: [],
  }));
  await define(context.redis, automations);
  return await drain(context, count, before, log);
}

/** A digest of all firings: everything but when they were written down. */
async function ledgerOf({ redis }: Context): Promise<string> {
  const digest = createHash('sha256');
  for (const [, fields] of await redis.xrange(STORE.keys.firings, '-', '+')) {
    const decided = fields.indexOf('decided');
    digest.update(JSON.stringify(fields.toSpliced(decided, 2)));
  }
  return digest.digest('hex');
}
