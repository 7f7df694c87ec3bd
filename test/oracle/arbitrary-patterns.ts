import fc from 'fast-check';
import type { EventDocument, Windows } from './arbitrary-automation.ts';

/** The keys of rules 17 that an event trigger may have; those of a root only there. */
export type PatternKeys = {
  where?: string | undefined;
  distinct?: string | undefined;
  sum?: string | undefined;
  window?: 'sliding' | undefined;
  cooldown?: number | undefined;
  reset?: readonly string[] | undefined;
  resolve?: { on?: readonly string[] | undefined; after?: number | undefined } | undefined;
  remind?: number | undefined;
  remind_limit?: number | undefined;
  collect?: number | undefined;
};

/** What the payloads of events are like: small numbers and texts, so that values meet each other again, and none at all. */
export const payloads = fc.constantFrom<({ v: unknown } | undefined)[]>(
  { v: 1 },
  { v: 1 },
  { v: 2 },
  { v: 0.1 },
  { v: 'x' },
  { v: true },
  { v: null },
  undefined,
);

const mostly = <T>(weight: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

function wishes(windows: Windows) {
  const names = fc.constantFrom<string[][]>(['c'], ['up'], ['a', 'd']);
  const seconds = fc.constantFrom(...windows.reactive);
  return fc.record({
    where: mostly(8, fc.constantFrom('payload.v > 1', 'event != "a" || has(payload.v)', 'resource.id == "r1"')),
    counts: fc.constantFrom('events', 'events', 'events', 'distinct', 'sum'),
    sliding: fc.constantFrom(false, false, true),
    cooldown: mostly(3, fc.oneof(fc.constant(0), seconds)),
    reset: mostly(2, names),
    on: mostly(1, names),
    after: mostly(1, seconds),
    remind: mostly(2, fc.constantFrom(...windows.standing)),
    remind_limit: mostly(1, fc.constantFrom(1, 2, 3)),
    collect: mostly(1, fc.constantFrom(1, 2, 5)),
  });
}

/** Triggers with keys of rules 17, as many as fit the rest of each. */
export function patterned(
  triggers: fc.Arbitrary<EventDocument>,
  windows: Windows,
  isRoot: boolean,
): fc.Arbitrary<EventDocument> {
  const more = fc.tuple(triggers, wishes(windows)).map(([trigger, wish]): EventDocument => {
    const reactive = trigger.posture === 'Reactive';
    const armed = (trigger.after ?? []).length > 0;
    const sliding = reactive && !armed && wish.sliding && wish.counts !== 'sum' && trigger.within !== 0;
    const { on, after, remind, remind_limit, collect } = wish;
    const resolves = reactive && isRoot && (on !== undefined || after !== undefined);
    const reminds = isRoot && remind !== undefined && (reactive ? resolves : armed);
    return {
      ...trigger,
      where: wish.where,
      distinct: wish.counts === 'distinct' ? 'payload.v' : undefined,
      sum: wish.counts === 'sum' ? 'payload.v' : undefined,
      // A sum needs a threshold above 0.
      threshold: wish.counts === 'sum' ? trigger.threshold || 1 : trigger.threshold,
      window: sliding ? 'sliding' : undefined,
      cooldown: reactive ? wish.cooldown : undefined,
      reset: wish.reset,
      resolve: resolves ? { on, after } : undefined,
      remind: reminds ? remind : undefined,
      remind_limit: reminds ? remind_limit : undefined,
      collect: isRoot ? collect : undefined,
    };
  });
  return fc.oneof({ weight: 2, arbitrary: triggers }, { weight: 3, arbitrary: more });
}

/** `unless` of a composite. */
export const emptying = mostly(3, fc.constantFrom<string[][]>(['c'], ['d', 'up']));
