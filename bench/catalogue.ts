import { planOf } from '../src/match/plan.ts';
import { TriggerIndex } from '../src/match/trigger-index.ts';
import { parseAutomation } from '../src/model/automation.ts';
import type { Event } from '../src/model/event.ts';
import { decode } from '../src/model/intake.ts';
import { median } from './measure.ts';
import { type Context, type Result, shown } from './result.ts';
import { order } from './shop.ts';

const FEW = 100;
const MANY = 100_000;
const MANY_SHORT = 20_000;

/** Different events that are asked about in turn. */
const EVENTS = 20_000;

/** One measurement asks about this many events, a few tens of milliseconds. */
const ASKED = 40_000;

/** Rounds of measuring; the trigger indexes take turns. */
const ROUNDS = 15;

/** A kind of automations, and the event that number `i` of them wants. */
type Kind = { name: string; trigger: (i: number) => object; event: (i: number) => Record<string, unknown> };

const KINDS: readonly Kind[] = [
  {
    name: 'a different name each',
    trigger: (i) => ({ posture: 'Reactive', expect: [`order.kind-${i}`], threshold: 5, within: 600 }),
    event: (i) => order(`order.kind-${i}`, i),
  },
  {
    name: 'one name, a different literal label each',
    trigger: (i) => ({
      posture: 'Reactive',
      expect: ['order.failed'],
      match: { id: `customer.${i}` },
      threshold: 5,
      within: 600,
    }),
    event: (i) => order('order.failed', i),
  },
  {
    name: 'one name, a different literal in a condition each',
    trigger: (i) => ({
      posture: 'Reactive',
      expect: ['order.failed'],
      where: `payload.kind == "kind-${i}" && payload.total >= 0.0`,
      threshold: 5,
      within: 600,
    }),
    event: (i) => ({ ...order('order.failed', i), payload: { total: i, kind: `kind-${i}` } }),
  },
];

/**
 * What finding the interested triggers of an event costs. The same events, each wanted by one of a hundred automations, are
 * asked about where there are only those and where there are 100,000 altogether: what the others add is what they cost.
 */
export async function run(context: Context): Promise<Result[]> {
  const results = KINDS.map((kind) => measured(kind, context.short ? 5 : ROUNDS, context.short ? MANY_SHORT : MANY));
  return await Promise.resolve(results);
}

function measured(kind: Kind, rounds: number, count: number): Result {
  const apart = count / FEW;
  const few = load(kind, FEW, apart).triggerIndex;
  const { triggerIndex: many, loadMs } = load(kind, count, 1);
  const known = eventsFor(kind, FEW, apart);
  const spread = eventsFor(kind, count, 1);
  const strangers = Array.from({ length: EVENTS }, (_, i) => eventOf(order(`nobody.wants-${i}`, i)));
  const times: Record<'few' | 'many' | 'spread' | 'miss', number[]> = { few: [], many: [], spread: [], miss: [] };
  for (let round = -2; round < rounds; round += 1) {
    const one = { few: ask(few, known), many: ask(many, known), spread: ask(many, spread), miss: ask(many, strangers) };
    if (round < 0) continue;
    times.few.push(one.few);
    times.many.push(one.many);
    times.spread.push(one.spread);
    times.miss.push(one.miss);
  }
  const each = (list: number[]): string => `${shown(median(list))} µs`;
  return {
    name: `finding who wants an event among ${count.toLocaleString('en-US')} automations: ${kind.name}`,
    value: median(times.many),
    unit: 'µs/event',
    better: 'less',
    against: 'the same events among the 100 automations that want them',
    base: median(times.few),
    ratio: median(times.many.map((time, i) => time / (times.few[i] ?? Number.NaN))),
    targets: [
      { of: 'value', bound: 10 },
      { of: 'ratio', bound: 1.5 },
    ],
    note:
      `an event nobody wants ${each(times.miss)}; events spread over all automations, so that each finds memory that is far away, ` +
      `${each(times.spread)}; loading all ${shown(loadMs / 1_000)} s, changing one ${shown(change(kind, many))} ms`,
  };
}

/** µs for each question. */
function ask(triggerIndex: TriggerIndex, events: readonly Event[]): number {
  let found = 0;
  const from = performance.now();
  for (let i = 0; i < ASKED; i += 1) found += triggerIndex.interested(events[i % events.length] as Event).length;
  const ms = performance.now() - from;
  // The sum is used, or the compiler could leave the questions out.
  return ((ms + Math.min(0, found)) / ASKED) * 1_000;
}

/** The automations 0, apart, 2 apart, … */
function load(kind: Kind, count: number, apart: number): { triggerIndex: TriggerIndex; loadMs: number } {
  const triggerIndex = new TriggerIndex();
  const plans = Array.from({ length: count }, (_, i) => plan(kind, i * apart));
  const from = performance.now();
  for (const one of plans) triggerIndex.put(one);
  return { triggerIndex, loadMs: performance.now() - from };
}

function plan(kind: Kind, i: number): ReturnType<typeof planOf> {
  return planOf(parseAutomation({ id: `a-${i}`, name: `a ${i}`, trigger: kind.trigger(i) }), 1, null);
}

/** ms for changing one automation of many, from its document on. */
function change(kind: Kind, triggerIndex: TriggerIndex): number {
  const times: number[] = [];
  for (let i = 0; i < 500; i += 1) {
    const from = performance.now();
    triggerIndex.put(plan(kind, i * 7));
    times.push(performance.now() - from);
  }
  return median(times);
}

/** Events spread over all automations, in an order that leaps. */
function eventsFor(kind: Kind, automations: number, apart: number): Event[] {
  return Array.from({ length: EVENTS }, (_, i) => eventOf(kind.event(((i * 7_919) % automations) * apart)));
}

function eventOf(document: Record<string, unknown>): Event {
  const decoded = decode({ id: '1795372559518-0', fields: ['data', JSON.stringify(document)] });
  if (decoded.kind === 'rejected') throw new Error(decoded.reason);
  return decoded.event;
}
