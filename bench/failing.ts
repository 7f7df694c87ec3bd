import { drain } from './drain.ts';
import { define, empty, endOf, logOf, STORE } from './engine.ts';
import { inPairs, type Sample } from './measure.ts';
import type { Context, Result } from './result.ts';
import { order } from './shop.ts';

const ID = 'asks';

/** Events that are appended at once. */
const SLICE = 250_000;

/** Events that a worker has applied before the clock starts. */
const BEFORE = 1_000;

/** Events whose condition cannot be answered: the log goes on, and every one of them is counted. Beside a condition that says no. */
export async function run(context: Context): Promise<Result[]> {
  const events = context.short ? 20_000 : 1_000_000;
  const compared = await inPairs(
    1,
    () => drained(context, events, true),
    () => drained(context, events, false),
  );
  return [
    {
      name: `${events.toLocaleString('en')} events whose condition fails`,
      value: compared.value,
      unit: 'events/s',
      better: 'more',
      against: 'a condition that says no',
      base: compared.base,
      ratio: compared.ratio,
      targets: [{ of: 'ratio', bound: 0.5 }],
      note: `${compared.note}; the other ${compared.baseNote}`,
    },
  ];
}

/** @throws Error when an event was not applied, or a condition that failed was not counted */
async function drained(context: Context, events: number, fails: boolean): Promise<Sample> {
  const { redis } = context;
  await empty(context);
  const where = fails ? 'payload.total > payload.nothing' : 'payload.total > 1000000';
  const trigger = { posture: 'Reactive', expect: ['order.*'], where, threshold: 5, within: 600, for_each: ['id'] };
  await define(redis, [{ id: ID, name: ID, trigger, actions: [] }]);
  const make = (i: number) => ({ ...order('order.placed', i % 5_000), payload: { total: i % 1_000 } });
  const samples: Sample[] = [];
  for (let done = 0, from = 0; done < events; done += SLICE) {
    const before = logOf(BEFORE, from, make);
    const log = logOf(Math.min(SLICE, events - done), endOf(before), make);
    samples.push(await drain(context, 1, before, log));
    from = endOf(log);
  }
  const all = events + samples.length * BEFORE;
  const [applied, failed] = await redis.hmget(STORE.keys.counters, 'applied', `where-error:${ID}`);
  if (Number(applied) !== all || Number(failed ?? 0) !== (fails ? all : 0)) {
    throw new Error(`of ${all} events ${applied} were applied, and ${failed ?? 0} conditions counted as failed`);
  }
  const [first] = samples;
  if (first === undefined) throw new Error('no events');
  return { ...first, value: samples.length / samples.reduce((sum, { value }) => sum + 1 / value, 0) };
}
