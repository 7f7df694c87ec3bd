import fc from 'fast-check';
import { emptying, type PatternKeys, patterned } from './arbitrary-patterns.ts';

/** Documents as people write them; keys left out stay out. */
export type SpecDocument = Readonly<Record<string, string | readonly string[]>>;

export type EventDocument = PatternKeys & {
  posture: 'Reactive' | 'Proactive';
  match?: SpecDocument;
  match_related?: SpecDocument | readonly SpecDocument[] | undefined;
  after?: readonly string[];
  expect?: readonly string[];
  for_each?: readonly string[];
  threshold?: number | undefined;
  within?: number | string;
  repeat?: boolean | undefined;
};

export type CompositeDocument = {
  type: 'compound' | 'sequence';
  triggers: readonly TriggerDocument[];
  require?: 'any' | 'all' | number;
  within?: number | string | null | undefined;
  for_each?: readonly string[];
  unless?: readonly string[] | undefined;
};

export type TriggerDocument = EventDocument | CompositeDocument;

export type AutomationDocument = {
  id: string;
  name: string;
  enabled?: boolean | undefined;
  mode?: 'live' | 'shadow' | undefined;
  allow_self_trigger?: boolean | undefined;
  trigger: TriggerDocument;
};

/** Lengths of windows in seconds; they must fit the jumps of time, or one jump over a short window floods the answer. */
export type Windows = {
  reactive: number[];
  armed: number[];
  standing: number[];
  composite: (number | null)[];
};

// Few names and few keys, so that random events meet the same windows again and again.
export const NAMES = ['a', 'b', 'c', 'd', 'up', 'down'];

/** What the triggers of stories listen to: one arms, one ends, one is neither or both. */
export const STORY_NAMES = ['down', 'down', 'up', 'up', 'a'];

// The last two come in another order by UTF-16 unit than by code point.
export const IDS = ['r1', 'r\uff5e', 'r\u{1f525}'];

const names = fc.constantFrom(...NAMES);
const keys = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<string[][]>([], ['id']) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<string[][]>(
      ['zone'],
      ['zone', 'id', 'id'],
      ['related:order:id'],
      ['related:order:kind', 'related:nobody:x'],
    ),
  },
);

const names1to2 = fc.array(names, { minLength: 1, maxLength: 2 });
const patterns: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 8, arbitrary: names1to2 },
  {
    weight: 2,
    arbitrary: fc.constantFrom<string[][]>(
      [],
      ['[ab]'],
      ['?'],
      ['[!a-c]'],
      ['u*', 'a'],
      ['!a'],
      ['*'],
      ['d', 'd', 'c'],
    ),
  },
);

const matches: fc.Arbitrary<SpecDocument> = fc.oneof(
  { weight: 10, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<SpecDocument[]>({ id: 'r1' }, { id: ['r1', 'r\uff5e'] }, { zone: '!x' }, { zone: 'x' }),
  },
);

const matchesRelated = fc.oneof(
  { weight: 15, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<(SpecDocument | SpecDocument[])[]>(
      { role: 'order' },
      [],
      [{ kind: '!web' }],
      [{ role: 'order' }, { id: 'o.1' }],
    ),
  },
);

const thresholds = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(undefined, 1) },
  { weight: 3, arbitrary: fc.constant(2) },
  { weight: 1, arbitrary: fc.constantFrom(0, 3, 4) },
);

const asText = (seconds: number): string => (seconds % 60 === 0 ? `${seconds / 60}m` : `PT${seconds}S`);

function lengths(seconds: readonly number[]): fc.Arbitrary<number | string> {
  const number = fc.constantFrom(...seconds);
  return fc.oneof({ weight: 5, arbitrary: number }, { weight: 1, arbitrary: number.map(asText) });
}

const common = { match: matches, match_related: matchesRelated, for_each: keys, threshold: thresholds };

function reactive(windows: Windows): fc.Arbitrary<EventDocument> {
  const within = fc.oneof(fc.constant(0), lengths(windows.reactive));
  const plain = fc.record({ ...common, posture: fc.constant('Reactive' as const), expect: patterns, within });
  const armed = fc.record({
    ...common,
    posture: fc.constant('Reactive' as const),
    after: names1to2,
    expect: patterns,
    within,
  });
  return fc.oneof({ weight: 5, arbitrary: plain }, { weight: 2, arbitrary: armed });
}

function proactive(windows: Windows): fc.Arbitrary<EventDocument> {
  const posture = fc.constant('Proactive' as const);
  const armed = fc.record({ ...common, posture, after: names1to2, expect: patterns, within: lengths(windows.armed) });
  const heartbeat = fc
    .record({
      ...common,
      posture,
      after: names1to2,
      within: lengths(windows.armed),
      also: fc.array(names, { maxLength: 1 }),
    })
    .map(({ also, ...trigger }) => ({ ...trigger, expect: [...also, ...trigger.after] }));
  const repeat = fc.constantFrom(undefined, undefined, true, false);
  const standing = fc.record({ ...common, posture, expect: patterns, within: lengths(windows.standing), repeat });
  return fc.oneof(
    { weight: 3, arbitrary: armed },
    { weight: 4, arbitrary: recoveries(windows) },
    { weight: 2, arbitrary: heartbeat },
    { weight: 3, arbitrary: standing },
  );
}

/** Absences that the stories of random scenarios are about. */
function recoveries(windows: Windows): fc.Arbitrary<EventDocument> {
  return fc.record({
    posture: fc.constant('Proactive' as const),
    after: fc.constantFrom<string[][]>(['down'], ['down'], ['down', 'a']),
    expect: fc.constantFrom<string[][]>(['up'], ['up'], ['up', 'down'], ['down']),
    for_each: fc.constantFrom<string[][]>(['id'], ['id'], []),
    within: lengths(windows.armed),
    threshold: thresholds,
  });
}

/**
 * Firings raise events of their own. Triggers that take any name are confined to the resources of senders here, and only
 * automations made to listen are not: several that hear each other and themselves would answer one event with thousands.
 */
function deaf(trigger: EventDocument): EventDocument {
  const wide = (trigger.expect ?? []).length === 0 || trigger.expect?.some((pattern) => /^[!*[]/.test(pattern));
  return wide ? { ...trigger, match: { ...trigger.match, id: 'r*' } } : trigger;
}

const ownNames = fc.constantFrom<string[][]>(
  ['automation.triggered'],
  ['automation.resolved'],
  ['automation.*'],
  ['a', 'automation.triggered'],
  [],
  ['*'],
);

function listening(windows: Windows): fc.Arbitrary<EventDocument> {
  const hears = fc.tuple(fc.oneof(reactive(windows), proactive(windows)), ownNames);
  const takesAny = hears.map(([trigger, expect]) => ({ ...trigger, expect, match: {} }));
  const recovery = fc
    .record({ within: lengths(windows.armed), for_each: fc.constantFrom<string[][]>([], ['id'], ['name']) })
    .map(
      (fields): EventDocument => ({
        ...fields,
        posture: 'Proactive',
        after: ['automation.triggered'],
        expect: ['automation.resolved'],
      }),
    );
  return fc.oneof({ weight: 4, arbitrary: takesAny }, { weight: 1, arbitrary: recovery });
}

export function leaves(windows: Windows): fc.Arbitrary<EventDocument> {
  return fc.oneof(reactive(windows), proactive(windows)).map(deaf);
}

type Wish = 'any' | 'all' | number;

/** Children are quick to fire more often than not: else hardly any composite is ever complete. */
function children(windows: Windows): fc.Arbitrary<EventDocument> {
  const quick = fc
    .record({ expect: fc.array(names, { minLength: 1, maxLength: 3 }), for_each: keys })
    .map((fields): EventDocument => ({ ...fields, posture: 'Reactive', threshold: 1, within: 0 }));
  return fc.oneof(
    { weight: 3, arbitrary: quick },
    { weight: 2, arbitrary: patterned(leaves(windows), windows, false) },
    { weight: 3, arbitrary: recoveries(windows) },
  );
}

export function composites(
  windows: Windows,
  leaf: fc.Arbitrary<EventDocument> = children(windows),
  depth = 2,
): fc.Arbitrary<CompositeDocument> {
  const nested = depth > 0 ? composites(windows, leaf, depth - 1) : leaf;
  const different = fc.array(
    fc.oneof<fc.WeightedArbitrary<TriggerDocument>[]>({ weight: 5, arbitrary: leaf }, { weight: 1, arbitrary: nested }),
    { minLength: 1, maxLength: 3 },
  );
  // Twins meet the same events and fall due at the same moment.
  const twins = different.map((list) => [...list, ...list.slice(0, 1)]);
  const triggers = fc.oneof({ weight: 4, arbitrary: different }, { weight: 1, arbitrary: twins });
  const within = fc.oneof(
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 3, arbitrary: fc.constantFrom(...windows.composite) },
  );
  const fields = { triggers, within, for_each: keys, unless: emptying };
  const sequence = fc.record({ ...fields, type: fc.constant('sequence' as const) });
  const compound = fc
    .record({
      ...fields,
      type: fc.constant('compound' as const),
      wish: fc.constantFrom<Wish[]>('any', 'all', 'all', 2, 2, 3),
    })
    .map(({ wish, ...trigger }): CompositeDocument => {
      return { ...trigger, require: typeof wish === 'number' ? Math.min(wish, trigger.triggers.length) : wish };
    });
  return fc.oneof<fc.Arbitrary<CompositeDocument>[]>(sequence, compound);
}

/** What stands at one of the few places of a scenario; only the first automation may hear itself. */
export function automations(windows: Windows, slot: number): fc.Arbitrary<AutomationDocument> {
  const own = listening(windows);
  const weight = (weight: number, arbitrary: fc.Arbitrary<TriggerDocument>) => ({ weight, arbitrary });
  const trigger = fc.oneof(
    weight(6, patterned(leaves(windows), windows, true)),
    weight(3, patterned(proactive(windows).map(deaf), windows, true)),
    weight(9, composites(windows)),
    ...(slot < 2 ? [weight(12, own), weight(2, composites(windows, fc.oneof(own, leaves(windows)), 0))] : []),
  );
  const mode = fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant('shadow' as const) },
  );
  const enabled = fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.boolean() });
  const allow_self_trigger = slot === 0 ? fc.constantFrom(undefined, true) : fc.constant(undefined);
  return fc
    .record({ trigger, enabled, mode, allow_self_trigger })
    .map((fields) => ({ id: slotId(slot), name: `rule ${slot}`, ...fields }));
}

export const SLOTS = 4;
export const slotId = (slot: number): string => `auto-${slot}`;
