import fc from 'fast-check';
import {
  type AutomationDocument,
  automations,
  IDS,
  NAMES,
  SLOTS,
  STORY_NAMES,
  slotId,
  type Windows,
} from './arbitrary-automation.ts';
import { applyEdit, type Edit, edits } from './arbitrary-edit.ts';
import { payloads } from './arbitrary-patterns.ts';
import type { Scenario, Step } from './scenario.ts';

type Sent = {
  name: string;
  id: string;
  zone: string | undefined;
  related: Record<string, string>[] | undefined;
  /** Seconds `occurred` lies after the arrival; undefined: not said. */
  skew: number | undefined;
  /** Number of events away from this one; the next one that many wait for; or nobody. */
  follows: number | 'crowd' | 'lost' | undefined;
  chain: string[] | undefined;
  longNames: boolean;
  payload?: { v: unknown } | undefined;
};

/** One event of a story: `skew` as in `Sent`, `wait` the seconds since the one before. */
type Part = { name: string; skew: number; wait: number; lost: boolean };

/** What happens, still without times and ids, so that a found case can be made smaller. */
type Move = { wait: number } & (
  | { kind: 'event'; sent: Sent }
  | { kind: 'story'; sent: Sent; told: readonly Part[] }
  | { kind: 'again'; back: number; name: string | undefined }
  | { kind: 'refused' }
  | { kind: 'tick' }
  | { kind: 'nothing' }
  | { kind: 'put'; document: AutomationDocument }
  | { kind: 'edit'; slot: number; edit: Edit }
  | { kind: 'delete'; slot: number }
  | { kind: 'clear' | 'resolve'; slot: number; at: number; id: string }
);

type SingleMove = Exclude<Move, { kind: 'story' }>;

/** Windows and the jumps of time that go with them. Jumps and windows share their factors, so that ends are hit exactly. */
type Pace = { windows: Windows; waits: fc.Arbitrary<number> };

const weighted = (...choices: [weight: number, ...values: number[]][]): fc.Arbitrary<number> =>
  fc.oneof(...choices.map(([weight, ...values]) => ({ weight, arbitrary: fc.constantFrom(...values) })));

const MONTHS: [weight: number, ...values: number[]][] = [[2, 2_505_600, 2_592_000]];

const FAST: Pace = {
  windows: {
    reactive: [10, 30, 60, 600],
    armed: [10, 30, 30, 60, 300],
    standing: [30, 60, 300, 900],
    composite: [0, 10, 60, 60, 600, null],
  },
  waits: weighted([6, 0], [12, 5, 10, 10, 20], [6, 30, 60], [2, 120, 300], [1, 600, 900, 1800]),
};

const SLOW: Pace = {
  windows: {
    reactive: [60, 3600, 86_400],
    armed: [600, 3600, 43_200, 86_400],
    standing: [43_200, 86_400, 864_000],
    composite: [0, 3600, 86_400, 864_000, null],
  },
  waits: weighted(
    [6, 0, 60],
    [8, 600, 1800, 3600],
    [3, 21_600, 43_200],
    [2, 86_400],
    [1, 864_000, 2_678_400],
    ...MONTHS,
  ),
};

const skews = fc.oneof(
  { weight: 12, arbitrary: fc.constant<number | undefined>(0) },
  { weight: 4, arbitrary: fc.constantFrom(-0.001, -5, -10, -10, -30, -60, -600) },
  { weight: 1, arbitrary: fc.constantFrom(-900, -960, -2400, -86_400) },
  { weight: 1, arbitrary: fc.constantFrom(1, 10, 60, 31_536_000) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

const related: fc.Arbitrary<Sent['related']> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>[][]>(
      [{ id: 'o.1', role: 'order', kind: 'web' }],
      [{ id: 'o.2', role: 'order' }],
      [
        { id: 'o.2', 'prefect.resource.role': 'order' },
        { id: 'o.1', role: 'order', kind: 'shop' },
      ],
      [{ id: 'o.1', role: 'agent', kind: 'web' }],
    ),
  },
);

const rarely = <T>(weight: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const chains = fc.constantFrom([slotId(1)], [slotId(0), slotId(2)], Array(8).fill('x'), Array(9).fill('x'));
const follows = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Sent['follows'][]>(1, 2, 3, -1, -2) },
  { weight: 8, arbitrary: fc.constantFrom<Sent['follows'][]>('crowd') },
  { weight: 3, arbitrary: fc.constantFrom<Sent['follows'][]>(0, 'lost', 'lost') },
);

const sent: fc.Arbitrary<Sent> = fc.record({
  name: fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: fc.constantFrom('prefect.log.write', '', 'automation.triggered') },
  ),
  id: fc.oneof({ weight: 3, arbitrary: fc.constant('r1') }, { weight: 2, arbitrary: fc.constantFrom(...IDS) }),
  zone: fc.constantFrom(undefined, undefined, '', 'x', 'y'),
  related,
  skew: skews,
  follows: rarely(8, follows),
  chain: rarely(20, chains),
  longNames: fc.constantFrom(...Array<boolean>(9).fill(false), true),
  payload: payloads,
});

/**
 * A few events of one resource close together and out of order: what is expected overtakes what arms it, heartbeats and recoveries come late,
 * and some wait for a leader that never comes while their windows end.
 */
const part: fc.Arbitrary<Part> = fc.record({
  name: fc.constantFrom(...STORY_NAMES),
  skew: weighted([4, 0], [6, -5, -10, -20, -30], [3, -40, -60, -90], [1, -300, -600]),
  wait: weighted([5, 0, 1], [5, 5, 10, 20], [2, 30, 60], [1, 300]),
  lost: fc.constantFrom(...Array<boolean>(7).fill(false), true),
});
const stories = fc.array(part, { minLength: 3, maxLength: 7, size: 'max' });

function moves({ windows, waits }: Pace): fc.Arbitrary<Move> {
  const kind = <K extends Move['kind']>(value: K) => ({ wait: waits, kind: fc.constant(value) });
  const slot = fc.nat(SLOTS - 1);
  const document = fc.oneof(...Array.from({ length: SLOTS }, (_, index) => automations(windows, index)));
  const name = rarely(3, fc.constantFrom(...NAMES));
  const weight = (weight: number, arbitrary: fc.Arbitrary<Move>) => ({ weight, arbitrary });
  return fc.oneof(
    weight(120, fc.record({ ...kind('event'), sent })),
    weight(25, fc.record({ ...kind('story'), sent, told: stories })),
    weight(6, fc.record({ ...kind('again'), back: fc.nat(5), name })),
    weight(1, fc.record(kind('refused'))),
    weight(30, fc.record(kind('tick'))),
    weight(4, fc.record(kind('nothing'))),
    weight(4, fc.record({ ...kind('put'), document })),
    weight(14, fc.record({ ...kind('edit'), slot, edit: edits(windows) })),
    weight(2, fc.record({ ...kind('delete'), slot })),
    weight(5, fc.record({ ...kind('clear'), slot, at: fc.nat(3), id: fc.constantFrom('r1', ...IDS) })),
    weight(6, fc.record({ ...kind('resolve'), slot, at: fc.constant(0), id: fc.constantFrom('r1', ...IDS) })),
  );
}

const START = Date.parse('2026-03-02T09:00:00.000Z');
const iso = (ms: number): string => new Date(ms).toISOString();

type Draft = { automations: AutomationDocument[]; moves: Move[]; early: boolean; delay: number };

const MOST_STEPS = 60;

/** Bursts of one to three, cut off at the limit: most sequences are long, and each still shrinks to a single move. */
function sequences(move: fc.Arbitrary<Move>): fc.Arbitrary<Move[]> {
  const burst = fc.array(move, { minLength: 1, maxLength: 3 });
  // Without a size fast-check would stop at ten.
  const bursts = fc.array(burst, { minLength: 1, maxLength: MOST_STEPS, size: 'max' });
  return bursts.map((all) => all.flat().slice(0, MOST_STEPS));
}

function scenarios(pace: Pace): fc.Arbitrary<Scenario> {
  const slots = Array.from({ length: SLOTS }, (_, slot) => rarely(1, automations(pace.windows, slot)));
  return fc
    .record({
      automations: fc
        .tuple(automations(pace.windows, 2), ...slots)
        .map(([one, ...rest]) => [...rest.filter((item) => item !== undefined && item.id !== one.id), one]),
      moves: sequences(moves(pace)),
      early: fc.boolean(),
      // Seconds by which everything is late: the lag of a system that runs behind.
      delay: weighted([6, 0], [1, 5, 20], [1, 300], [1, 1200]),
    })
    .map((draft) => write(draft as Draft));
}

/** Gives the moves their times and ids, and edits what stands at that moment. */
function write({ automations, moves, early, delay }: Draft): Scenario {
  const standing = new Map(automations.map((document) => [document.id, document]));
  const timeline: Step[] = [];
  const events: Record<string, unknown>[] = [];
  let now = START + (early ? 60_000 : 0);
  for (const move of moves.flatMap(single).slice(0, MOST_STEPS)) {
    now += Math.round(move.wait * 1000);
    timeline.push({ at: iso(now), ...stepOf(move, now - delay * 1000, events, standing) });
  }
  const scenario = { name: 'random', ...(early ? { start: iso(START) } : {}), automations, timeline };
  // As it will read when saved: keys without a value are gone.
  return JSON.parse(JSON.stringify(scenario));
}

/** A story as the events it consists of. */
function single(move: Move): SingleMove[] {
  if (move.kind !== 'story') return [move];
  return move.told.map(({ name, skew, wait, lost }, i) => {
    const sent = { ...move.sent, name, skew, follows: lost ? ('lost' as const) : undefined };
    return { kind: 'event', wait: i === 0 ? move.wait : wait, sent };
  });
}

function stepOf(
  move: SingleMove,
  happened: number,
  events: Record<string, unknown>[],
  standing: Map<string, AutomationDocument>,
): Omit<Step, 'at'> {
  switch (move.kind) {
    case 'event': {
      const event = eventOf(move.sent, events.length, happened);
      events.push(event);
      return { event };
    }
    case 'again': {
      const earlier = events[events.length - 1 - move.back];
      return earlier === undefined ? {} : { event: { ...earlier, event: move.name ?? earlier.event } };
    }
    case 'refused':
      return { event: { id: '', event: 'a', resource: { id: 'r1' } } };
    case 'tick':
      return { tick: true };
    case 'nothing':
      return {};
    case 'put':
      standing.set(move.document.id, move.document);
      return { put: move.document };
    case 'edit': {
      const before = standing.get(slotId(move.slot)) ?? [...standing.values()][move.slot % Math.max(standing.size, 1)];
      if (before === undefined) return { tick: true };
      const document = applyEdit(before, move.edit);
      standing.set(document.id, document);
      return { put: document };
    }
    case 'clear':
    case 'resolve': {
      const document =
        standing.get(slotId(move.slot)) ?? [...standing.values()][move.slot % Math.max(standing.size, 1)];
      if (document === undefined) return { tick: true };
      const { trigger } = document;
      const below = 'triggers' in trigger ? [trigger, ...trigger.triggers] : [trigger];
      const names = below[move.at % below.length]?.for_each ?? [];
      // Most values are absent: of an id alone it is certain that it is met.
      const labels = Object.fromEntries(names.map((name) => [name, name === 'id' ? move.id : '']));
      return { [move.kind]: { automation: document.id, labels } };
    }
    case 'delete':
      standing.delete(slotId(move.slot));
      return { delete: slotId(move.slot) };
  }
}

function eventOf(sent: Sent, index: number, happened: number): Record<string, unknown> {
  const { name, id, zone, related, skew, follows, chain, longNames, payload } = sent;
  return {
    id: `e${index}`,
    event: name,
    resource: { [longNames ? 'prefect.resource.id' : 'id']: id, zone },
    related,
    occurred: skew === undefined ? undefined : iso(happened + skew * 1000),
    follows: leaderOf(follows, index),
    cause_chain: chain,
    payload,
  };
}

const CROWD = 5;

function leaderOf(follows: Sent['follows'], index: number): string | undefined {
  if (typeof follows === 'number') return `e${index + follows}`;
  return follows === 'crowd' ? `e${Math.ceil((index + 1) / CROWD) * CROWD}` : follows;
}

/** Random scenarios in the form of the recorded ones: valid documents, at most 60 steps, names left at `random`. */
export const scenarioArbitrary: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 4, arbitrary: scenarios(FAST) },
  { weight: 1, arbitrary: scenarios(SLOW) },
);
