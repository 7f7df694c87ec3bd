import { chunkOf } from '../src/apply/chunk.ts';
import { LoadedDefinitions } from '../src/apply/loaded-definitions.ts';
import { apply } from '../src/redis/steps/apply.ts';
import { append, define, empty, endOf, type Log, logOf, STORE } from './engine.ts';
import { inPairs, type Sample, serverCpu } from './measure.ts';
import type { Context, Result } from './result.ts';
import { order } from './shop.ts';

/** Entries of one call, as a worker sends them. */
const CHUNK = 100;

/** Customers whose steps are under way at the same time. */
const CUSTOMERS = 500;

const on = (step: string) => ({ posture: 'Reactive', expect: [`order.${step}`] });
const EACH = { for_each: ['id'], within: 600 };

/** Five steps of one customer in their order; three of them are compounds of their own. */
const SEQUENCE = {
  type: 'sequence',
  ...EACH,
  triggers: [
    on('placed'),
    { type: 'compound', require: 'all', ...EACH, triggers: [on('paid'), on('checked')] },
    on('packed'),
    { type: 'compound', require: 'any', ...EACH, triggers: [on('shipped'), on('collected')] },
    { type: 'compound', require: 2, ...EACH, triggers: [on('delivered'), on('signed'), on('rated')] },
  ],
};

/** What a customer sends to complete the sequence: every event fires a child, the last one all of it. */
const STEPS = ['placed', 'paid', 'checked', 'packed', 'shipped', 'delivered', 'signed'];

/** The same events counted by one plain trigger, which fires as often; with a window it would be deaf until its end. */
const PLAIN = { posture: 'Reactive', expect: ['order.*'], threshold: STEPS.length, for_each: ['id'] };

/** What a sequence of five with three nested compounds costs the server, an event, beside a plain trigger. */
export async function run(context: Context): Promise<Result[]> {
  const events = (context.short ? 2 : 10) * CUSTOMERS * STEPS.length;
  const compared = await inPairs(
    context.pairs,
    () => cost(context, SEQUENCE, events),
    () => cost(context, PLAIN, events),
  );
  return [
    {
      name: 'apply, a sequence of 5 with 3 nested compounds by customer, every event fires a child',
      value: compared.value,
      unit: 'µs of Redis/event',
      better: 'less',
      against: 'a plain trigger that counts the same events by customer and fires as often',
      base: compared.base,
      ratio: compared.ratio,
      targets: [{ of: 'ratio', bound: 3 }],
      note: compared.note,
    },
  ];
}

/** Processor time of the server for each event, in µs, in calls of `apply` alone. */
async function cost(context: Context, trigger: object, events: number): Promise<Sample> {
  const { redis } = context;
  await empty(context);
  await define(redis, [{ id: 'measured', name: 'measured', trigger, actions: [] }]);
  const definitions = new LoadedDefinitions(redis, STORE, new Set());
  await definitions.refresh();
  // The whole round once: what a group holds when it starts anew is there.
  const round = CUSTOMERS * STEPS.length;
  const before = steps(round, 0);
  const log = steps(events, endOf(before));
  await append(redis, before);
  await applyAll(context, definitions, before);
  await append(redis, log);
  const from = await serverCpu(redis);
  await applyAll(context, definitions, log);
  const spent = (await serverCpu(redis)) - from;
  const fired = await redis.xlen(STORE.keys.firings);
  const expected = (events + round) / STEPS.length;
  if (fired !== expected) throw new Error(`${fired} firings instead of ${expected}`);
  return { value: spent / events, note: `${events} events, one firing for each ${STEPS.length}` };
}

/** Each customer goes one step further, in turns. */
function steps(count: number, from: number): Log {
  const step = (i: number): string => STEPS[Math.floor(i / CUSTOMERS) % STEPS.length] ?? '';
  return logOf(count, from, (i) => order(`order.${step(i)}`, i % CUSTOMERS));
}

async function applyAll({ redis }: Context, definitions: LoadedDefinitions, log: Log): Promise<void> {
  const entries = log.map(([id, data]) => ({ id, fields: ['data', data] }));
  for (let at = 0; at < entries.length; at += CHUNK) {
    const chunk = chunkOf(entries.slice(at, at + CHUNK), definitions.view, new Map());
    const { word, error } = await apply(redis, STORE, chunk);
    if (word !== 'applied') throw new Error(`${word} ${error}`);
  }
}
