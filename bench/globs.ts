import { compileGlob } from '../src/match/glob.ts';
import { planOf } from '../src/match/plan.ts';
import { TriggerIndex } from '../src/match/trigger-index.ts';
import { parseAutomation } from '../src/model/automation.ts';
import type { Event } from '../src/model/event.ts';
import { decode } from '../src/model/intake.ts';
import { median } from './measure.ts';
import { type Context, type Result, shown } from './result.ts';
import { order } from './shop.ts';

const GLOBS = 10_000;
const GLOBS_SHORT = 2_000;

/** Rounds of measuring; the two ways take turns. */
const ROUNDS = 15;

/** Different events; each takes milliseconds where every glob is tried. */
const EVENTS = 20;

/** One walk takes some microseconds: a measurement asks about all events this often, a few tens of milliseconds. */
const WALKS = 100;

/** Globs that share beginnings, ends and texts, as those of one system do; each text is met by one of them. */
const FORMS: readonly ((i: number) => { glob: string; text: string })[] = [
  (i) => ({ glob: `*-${i}-*`, text: `order-${i}-failed` }),
  (i) => ({ glob: `*.failed-${i}`, text: `order.payment.failed-${i}` }),
  (i) => ({ glob: `order.*.eu-${i}`, text: `order.placed.eu-${i}` }),
  (i) => ({ glob: `?rder.[a-z]*.${i}`, text: `order.placed.${i}` }),
];

/** Where the globs stand, and an event with a text there. */
type Kind = { name: string; trigger: (glob: string) => object; event: (text: string) => Record<string, unknown> };

const KINDS: readonly Kind[] = [
  {
    name: 'for the name of the event',
    trigger: (glob) => ({ expect: [glob] }),
    event: (text) => order(text, 1),
  },
  {
    name: 'for a label, and one name of the event',
    trigger: (glob) => ({ expect: ['order.failed'], match: { id: glob } }),
    event: (text) => ({ ...order('order.failed', 1), resource: { id: text } }),
  },
];

/** What an event costs that meets one of thousands of globs: found in one walk over all, beside trying each. */
export async function run({ short }: Context): Promise<Result[]> {
  return await Promise.resolve(KINDS.map((kind) => measured(kind, short ? 5 : ROUNDS, short ? GLOBS_SHORT : GLOBS)));
}

function measured(kind: Kind, rounds: number, count: number): Result {
  const forms = Array.from({ length: count }, (_, i) => FORMS[i % FORMS.length]?.(i) as { glob: string; text: string });
  const plans = forms.map(({ glob }, i) => planFor(kind, glob, i));
  const from = performance.now();
  const index = new TriggerIndex();
  for (const plan of plans) index.put(plan);
  const loadMs = performance.now() - from;
  const matchers = forms.map(({ glob }) => compileGlob(glob));
  const texts = Array.from({ length: EVENTS }, (_, i) => forms[(i * 7_919) % count]?.text ?? '');
  const events = texts.map((text) => eventOf(kind.event(text)));
  const walk = () => timed(WALKS, () => events.map((event) => index.interested(event).length));
  const each = () => timed(1, () => texts.map((text) => matchers.filter((matches) => matches(text)).length));
  const times = Array.from({ length: rounds + 2 }, () => ({ walk: walk(), each: each() })).slice(2);
  return {
    name: `finding who wants an event among ${count.toLocaleString('en-US')} globs ${kind.name}`,
    value: median(times.map((time) => time.walk)),
    unit: 'µs/event',
    better: 'less',
    against: 'trying each glob',
    base: median(times.map((time) => time.each)),
    ratio: median(times.map((time) => time.walk / time.each)),
    targets: [{ of: 'value', bound: 500 }],
    note: `loading all ${shown(loadMs / 1_000)} s, changing one ${shown(change(kind, index, forms))} ms`,
  };
}

/** µs for each question; each must find one. */
function timed(times: number, ask: () => number[]): number {
  const from = performance.now();
  const found = Array.from({ length: times }, ask).flat();
  const ms = performance.now() - from;
  if (found.some((count) => count !== 1)) throw new Error(`not one glob each was met, but ${found.join()}`);
  return (ms / found.length) * 1_000;
}

/** ms for changing one automation of many, from its document on. */
function change(kind: Kind, index: TriggerIndex, forms: readonly { glob: string }[]): number {
  const times = forms.slice(0, 500).map(({ glob }, i) => {
    const from = performance.now();
    index.put(planFor(kind, glob, i));
    return performance.now() - from;
  });
  return median(times);
}

function planFor({ trigger }: Kind, glob: string, i: number): ReturnType<typeof planOf> {
  const whole = { posture: 'Reactive', threshold: 5, within: 600, ...trigger(glob) };
  return planOf(parseAutomation({ id: `a-${i}`, name: `a ${i}`, trigger: whole }), 1, null);
}

function eventOf(document: Record<string, unknown>): Event {
  const decoded = decode({ id: '1795372559518-0', fields: ['data', JSON.stringify(document)] });
  if (decoded.kind === 'rejected') throw new Error(decoded.reason);
  return decoded.event;
}
