import { z } from 'zod';
import { InvalidDocument } from '../errors.ts';
import { duration, eventLevel, names } from './event-level.ts';
import { checkClosed, closed, each, joinPath, together } from './issue.ts';
import type { Level } from './level.ts';
import { type EventPattern, patternList, patternsAt } from './pattern.ts';
import { FOR_EACH_LIMIT, textsAt } from './spec.ts';
import type { Trigger } from './trigger.ts';
import { withinAt } from './within.ts';

/** A composite in normal form (rules 5.3 and 17). `needed` children must fire; `withinMs` null is no limit. */
export type CompositeTrigger = {
  type: 'compound' | 'sequence';
  triggers: readonly Trigger[];
  require: 'any' | 'all' | number;
  needed: number;
  withinMs: number | null;
  forEach: readonly string[];
  /** Not empty; absent in most composites. */
  unless?: readonly EventPattern[];
};

export const CHILDREN = 'The triggers that are combined, its children';

const shape = {
  id: eventLevel.shape.id,
  triggers: z.array(z.unknown()).min(1).describe(CHILDREN),
  within: duration.nullable().default(null).describe('How far apart the child firings may lie; null is no limit'),
  for_each: names
    .default([])
    .describe('Labels, or payload.<path>, whose values the child firings must share: each group fires on its own'),
  unless: patternList
    .default([])
    .describe('Events after which their group begins anew: patterns of their names, or objects that say more'),
};

const requireDocument = z.union([z.enum(['any', 'all']), z.int().min(1)]).describe('How many children must fire');

export const compoundLevel = closed({
  ...shape,
  type: z.literal('compound').optional().describe('Children in any order'),
  require: requireDocument,
});
export const sequenceLevel = closed({
  ...shape,
  type: z.literal('sequence').optional().describe('Children one after another, in their order'),
});

/** What of a level is read by its schema. */
const compoundRest = compoundLevel.omit({ triggers: true, within: true, for_each: true, unless: true, require: true });
const sequenceRest = sequenceLevel.omit({ triggers: true, within: true, for_each: true, unless: true });

/** Reads a composite; `childAt` reads a trigger one level below. Throws InvalidDocument. */
export function compositeAt(
  type: CompositeTrigger['type'],
  { document, path, depth }: Level,
  childAt: (document: unknown, path: string, depth: number) => Trigger,
): CompositeTrigger {
  const { triggers: list, within, for_each, unless, ...others } = document;
  const { require: needs, ...rest } = others;
  const at = (key: string): string => joinPath(path, key);
  const [triggers, require, forEach, withinMs, emptying] = together<
    [Trigger[], CompositeTrigger['require'], readonly string[], number | null, readonly EventPattern[], object]
  >(
    () => childrenAt(list, at('triggers'), (child, place) => childAt(child, place, depth + 1)),
    () => (type === 'sequence' ? 'all' : requirement(needs, Array.isArray(list) ? list.length : 0, at('require'))),
    () => textsAt(for_each, at('for_each'), FOR_EACH_LIMIT, 'names'),
    () => (within === undefined || within === null ? null : withinAt(within, at('within')).ms),
    () => patternsAt(unless, at('unless')),
    () => (type === 'sequence' ? checkClosed(sequenceRest, others, path) : checkClosed(compoundRest, rest, path)),
  );
  const needed = { any: 1, all: triggers.length };
  return Object.freeze({
    type,
    triggers: Object.freeze(triggers),
    require,
    needed: typeof require === 'number' ? require : needed[require],
    withinMs,
    forEach,
    ...(emptying.length > 0 && { unless: emptying }),
  });
}

function childrenAt(list: unknown, path: string, childAt: (child: unknown, path: string) => Trigger): Trigger[] {
  if (!Array.isArray(list)) throw new InvalidDocument(path, 'must be a list of triggers', list);
  if (list.length === 0) throw new InvalidDocument(path, 'needs at least one trigger', list);
  return each(list, (child: unknown, i) => childAt(child, joinPath(path, i)));
}

function requirement(value: unknown, children: number, path: string): CompositeTrigger['require'] {
  if (value === 'any' || value === 'all') return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= children) return value;
  // Without children there is no number to name, and that there are none is said already.
  if (children === 0 && value !== undefined) return 'all';
  const reason = value === undefined ? 'is required' : `must be "any", "all" or a whole number from 1 to ${children}`;
  throw new InvalidDocument(path, reason, value);
}
