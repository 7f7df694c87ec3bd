import fc from 'fast-check';
import type { Scenario, ScenarioFiring, Step } from './scenario.ts';

/** What a Proactive trigger listens to. */
export type Kind = 'after/expect' | 'heartbeat' | 'heartbeat with an end' | 'standing';

const LISTENS: Readonly<Record<Kind, { after?: readonly string[]; expect: readonly string[] }>> = {
  'after/expect': { after: ['a'], expect: ['b'] },
  heartbeat: { after: ['a'], expect: ['a'] },
  'heartbeat with an end': { after: ['a'], expect: ['a', 'b'] },
  standing: { expect: ['a'] },
};

export const isExpected = (kind: Kind, { name }: Happened): boolean => LISTENS[kind].expect.includes(name);
export const isArming = (kind: Kind, { name }: Happened): boolean => LISTENS[kind].after?.includes(name) === true;

/** Seconds from the start of the history. */
export type Happened = { id: string; name: string; key: string; t: number; arrival: number };

/** What one keyed trigger with a window of `within` seconds lives through. */
export type History = { kind: Kind; within: number; threshold: number; events: Happened[]; ticks: boolean };

type Shape = { withins: number[]; gaps: number[]; most: number; mostDelays: number[]; thresholds: number[] };

/** Histories of up to `most` events, each of which is up to one of `mostDelays` seconds on its way. */
export function histories(kind: Kind, keys: readonly string[], shape: Shape): fc.Arbitrary<History> {
  const { withins, gaps, most, mostDelays, thresholds } = shape;
  const event = fc.record({
    gap: fc.constantFrom(...gaps),
    delay: fc.nat(1_000),
    name: fc.constantFrom('a', 'b'),
    key: fc.constantFrom(...keys),
  });
  return fc
    .record({
      within: fc.constantFrom(...withins),
      threshold: fc.constantFrom(...thresholds),
      mostDelay: fc.constantFrom(...mostDelays),
      ticks: fc.boolean(),
      all: fc.array(event, { minLength: 2, maxLength: most, size: 'max' }),
    })
    .map(({ all, mostDelay, ...rest }) => {
      let t = 0;
      const events = all.map(({ gap, delay, ...said }, i) => {
        t += gap;
        return { ...said, id: `e${i}`, t, arrival: t + Math.round((delay * mostDelay) / 1_000) };
      });
      return { kind, ...rest, events };
    });
}

const START = Date.parse('2026-03-02T09:00:00.000Z');
const DAY = 86_400;

const iso = (second: number): string => new Date(START + second * 1_000).toISOString();
const secondOf = (time: string): number => (Date.parse(time) - START) / 1_000;

/** A history as a scenario, and at which step each event arrived. */
export type Told = { history: History; scenario: Scenario; steps: Map<Happened, number> };

/** @param arrivalOf the second at which an event arrives; equal ones keep the order of the history */
export function tell(history: History, arrivalOf: (event: Happened) => number): Told {
  const { kind, within, threshold, events, ticks } = history;
  const timeline: Step[] = [];
  const steps = new Map<Happened, number>();
  for (const event of [...events].sort((a, b) => arrivalOf(a) - arrivalOf(b))) {
    const at = iso(arrivalOf(event));
    if (ticks) timeline.push({ at, tick: true });
    steps.set(event, timeline.length);
    const { id, name, key, t } = event;
    timeline.push({ at, event: { id, event: name, resource: { id: key }, occurred: iso(t) } });
  }
  timeline.push({ at: iso(Math.max(...events.map(({ arrival }) => arrival)) + DAY), tick: true });
  const trigger = { posture: 'Proactive', ...LISTENS[kind], for_each: ['id'], within, threshold };
  const automations = [{ id: 'watch', name: 'Watch', trigger }];
  return { history, scenario: { name: 'history', start: iso(0), automations, timeline }, steps };
}

/** The expected events that an absence overlooked: of its window, arrived before it was told, and enough. Empty when it was right. */
export function overlooked({ history, steps }: Told, firing: ScenarioFiring): Happened[] {
  const { kind, within, threshold, events } = history;
  const end = secondOf(firing.triggered);
  const start = end - within;
  const there = events.filter((event) => {
    const isOpener = isArming(kind, event) && event.t === start;
    const inside = event.t >= start && event.t < end;
    return isKeyOf(firing, event) && isExpected(kind, event) && inside && !isOpener;
  });
  const arrived = there.filter((event) => (steps.get(event) ?? 0) < firing.step);
  return arrived.length >= threshold ? arrived : [];
}

/** The events that may have opened the window of an absence. */
export function openers({ history }: Told, firing: ScenarioFiring): Happened[] {
  const start = secondOf(firing.triggered) - history.within;
  return history.events.filter((event) => isKeyOf(firing, event) && isArming(history.kind, event) && event.t === start);
}

const isKeyOf = ({ labels }: ScenarioFiring, { key }: Happened): boolean => labels.id === key;

export const timeOf = ({ events }: History, id: string | null): number =>
  events.find((event) => event.id === id)?.t ?? Number.NaN;

/** A history as a person reads it: its events in the order of arrival, then what came out. */
export function written(history: History, firings: readonly ScenarioFiring[]): string {
  const events = [...history.events].sort((a, b) => a.arrival - b.arrival);
  return [
    `${history.kind}, within ${history.within}, threshold ${history.threshold}`,
    ...events.map(({ id, name, key, t, arrival }) => `${id} ${name} of ${key} at ${t}, arrives at ${arrival}`),
    ...firings.map(({ state, triggered, event, labels }) => `${state} ${secondOf(triggered)} ${event} ${labels.id}`),
  ].join('\n');
}
