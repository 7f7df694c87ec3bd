import { z } from 'zod';
import type { TriggerDocument } from '../documents/given.ts';
import { InvalidDocument } from '../errors.ts';
import { checkClosed, closed, each, joinPath, together } from './issue.ts';
import { isRecord } from './record.ts';
import { FOR_EACH_LIMIT, LIST_LIMIT, PATTERN_LIMIT, type Spec, specAt, specsAt, textsAt } from './spec.ts';
import { fits } from './text.ts';
import { withinAt } from './within.ts';

export type { Spec } from './spec.ts';

/** An event trigger in normal form (rules 5.2): lists sorted and without repeats, empty specs dropped from `matchRelated`. */
export type EventTrigger = {
  type: 'event';
  posture: 'Reactive' | 'Proactive';
  match: Spec;
  matchRelated: readonly Spec[];
  after: readonly string[];
  expect: readonly string[];
  forEach: readonly string[];
  threshold: number;
  withinMs: number;
  repeat: boolean;
};

/** A composite in normal form (rules 5.3). `needed` children must fire; `withinMs` null is no limit. */
export type CompositeTrigger = {
  type: 'compound' | 'sequence';
  triggers: readonly Trigger[];
  require: 'any' | 'all' | number;
  needed: number;
  withinMs: number | null;
  forEach: readonly string[];
};

export type Trigger = EventTrigger | CompositeTrigger;

/** Shortest window of a Proactive trigger, and what a missing one or 0 becomes (rules 1 and 5.2). */
export const SHORTEST_PROACTIVE_MS = 1_000;
export const DEFAULT_PROACTIVE_MS = 10_000;

/** Deepest nesting of composites: far beyond what anybody can read, and shallow enough for every recursion over the tree. */
export const TRIGGER_DEPTH_LIMIT = 32;

/** Most triggers of an automation, composites included: far more than anybody can read (rules 5.5). */
export const TRIGGERS_LIMIT = 1_000;

const pattern = z
  .string()
  .refine((text) => fits(text, PATTERN_LIMIT))
  .meta({ maxLength: PATTERN_LIMIT });
const patterns = z.union([pattern, z.array(pattern).max(LIST_LIMIT)]);
const spec = z.record(z.string(), patterns);
const strings = z.array(pattern).max(LIST_LIMIT);
const names = z.array(pattern).max(FOR_EACH_LIMIT);
export const duration = z.union([z.number(), z.string()]);
const wholeNumber = 'must be a whole number, 0 or more';

/*
 * One level of a trigger tree. What has reasons or places of its own (lists, specs, durations, children) is described here for those who
 * read the published form, and read by functions; the rest of a level is read by its schema.
 */
export const eventLevel = closed({
  type: z
    .literal('event')
    .optional()
    .describe('A trigger of events; without it the other keys tell which kind is meant'),
  id: z.unknown().optional().describe('Accepted, no effect'),
  posture: z
    .enum(['Reactive', 'Proactive'], 'must be "Reactive" or "Proactive"')
    .default('Reactive')
    .describe('Reactive: fires when events come. Proactive: fires when they do not come in time'),
  match: spec.default({}).describe('Labels of the primary resource: label -> pattern or list of patterns'),
  match_related: z
    .union([spec, z.array(spec).max(LIST_LIMIT)])
    .default({})
    .describe('The same for related resources; each map of a list must find its resource'),
  after: strings.default([]).describe('Patterns of the names of arming events'),
  expect: strings.default([]).describe('Patterns of the names of expected events; none means any event'),
  for_each: names.default([]).describe('Labels whose values make up the key: each key has its own window'),
  threshold: z.int(wholeNumber).min(0, wholeNumber).default(1).describe('How many expected events are needed'),
  within: duration
    .default(0)
    .describe('Length of the window: seconds, or text such as 30s, 1h30m, 10 minutes, PT1H, 0:05:00'),
  repeat: z
    .boolean('must be true or false')
    .default(true)
    .describe('false: alert only once in a silence (Proactive without "after")'),
});

const CHILDREN = 'The triggers that are combined, its children';

const compositeShape = {
  id: eventLevel.shape.id,
  triggers: z.array(z.unknown()).min(1).describe(CHILDREN),
  within: duration.nullable().default(null).describe('How far apart the child firings may lie; null is no limit'),
  for_each: names.default([]).describe('Labels whose values the child firings must share: each group fires on its own'),
};

const requireDocument = z.union([z.enum(['any', 'all']), z.int().min(1)]).describe('How many children must fire');

const compoundLevel = closed({
  ...compositeShape,
  type: z.literal('compound').optional().describe('Children in any order'),
  require: requireDocument,
});
const sequenceLevel = closed({
  ...compositeShape,
  type: z.literal('sequence').optional().describe('Children one after another, in their order'),
});

/** What of a level is read by its schema. */
const eventRest = eventLevel.omit({
  match: true,
  match_related: true,
  after: true,
  expect: true,
  for_each: true,
  within: true,
});
const compoundRest = compoundLevel.omit({ triggers: true, within: true, for_each: true, require: true });
const sequenceRest = sequenceLevel.omit({ triggers: true, within: true, for_each: true });

const children: z.ZodType<readonly TriggerDocument[], readonly TriggerDocument[]> = z
  .lazy(() => z.array(triggerDocument).min(1).max(TRIGGERS_LIMIT))
  .describe(CHILDREN);

export const compoundDocument = compoundLevel.extend({ triggers: children });
export const sequenceDocument = sequenceLevel.extend({ triggers: children });

/** Published form of a trigger with everything below it (rules 5.2 and 5.3). */
export const triggerDocument = z
  .union([eventLevel, compoundDocument, sequenceDocument])
  .meta({ id: 'Trigger' }) as unknown as z.ZodType<TriggerDocument, TriggerDocument>;

/** Reads the trigger of an automation into its normal form, frozen. Throws InvalidDocument (rules 5.5) that knows all problems. */
export function parseTrigger(document: unknown, path: string): Trigger {
  if (hasTooMany(document)) {
    throw new InvalidDocument(joinPath(path, 'triggers'), `must have at most ${TRIGGERS_LIMIT} triggers`);
  }
  return triggerAt(document, path, 0);
}

/** Counts no further than it has to. */
function hasTooMany(root: unknown): boolean {
  let count = 0;
  const open = [root];
  while (open.length > 0 && count <= TRIGGERS_LIMIT) {
    const trigger = open.pop();
    count += 1;
    const below: unknown = isRecord(trigger) ? trigger.triggers : undefined;
    if (Array.isArray(below)) open.push(...below.slice(0, TRIGGERS_LIMIT + 1));
  }
  return count > TRIGGERS_LIMIT;
}

function triggerAt(document: unknown, path: string, depth: number): Trigger {
  if (!isRecord(document)) throw new InvalidDocument(path, 'must be an object', document);
  if (depth >= TRIGGER_DEPTH_LIMIT) {
    throw new InvalidDocument(path, `must not be nested deeper than ${TRIGGER_DEPTH_LIMIT} levels`);
  }
  const type = document.type === undefined ? typeOfShape(document) : document.type;
  switch (type) {
    case 'event':
      return eventTriggerAt(document, path);
    case 'compound':
      return compositeAt('compound', document, path, depth);
    case 'sequence':
      return compositeAt('sequence', document, path, depth);
    case 'metric':
      throw new InvalidDocument(joinPath(path, 'type'), 'metric triggers are not supported', type);
    default:
      throw new InvalidDocument(joinPath(path, 'type'), 'must be "event", "compound" or "sequence"', type);
  }
}

function typeOfShape(document: Record<string, unknown>): Trigger['type'] {
  if (document.triggers === undefined) return 'event';
  return document.require === undefined ? 'sequence' : 'compound';
}

function eventTriggerAt(document: Record<string, unknown>, path: string): EventTrigger {
  const { match, match_related, after, expect, for_each, within = 0, ...rest } = document;
  const at = (key: string): string => joinPath(path, key);
  const posture = rest.posture === 'Proactive' ? 'Proactive' : 'Reactive';
  const [level, ownSpec, related, arming, expected, forEach, withinMs] = together(
    () => checkClosed(eventRest, rest, path),
    () => specAt(match, at('match')),
    () => specsAt(match_related, at('match_related')),
    () => textsAt(after, at('after')),
    () => textsAt(expect, at('expect')),
    () => textsAt(for_each, at('for_each'), FOR_EACH_LIMIT, 'names'),
    () => eventWindowMs(within, posture, at('within')),
    () => refuseRepeat(document, at('repeat')),
  );
  return Object.freeze({
    type: 'event',
    posture: level.posture,
    match: ownSpec,
    matchRelated: related,
    after: arming,
    expect: expected,
    forEach,
    // Adding 0 turns the -0 of a document into 0.
    threshold: level.threshold + 0,
    withinMs,
    repeat: level.repeat,
  });
}

/** Only a standing window comes again and again. A posture or list that is wrong is a problem of its own. */
function refuseRepeat({ repeat, posture, after }: Record<string, unknown>, path: string): void {
  const reactive = posture === undefined || posture === 'Reactive';
  if (repeat !== false || !(reactive || (Array.isArray(after) && after.length > 0))) return;
  throw new InvalidDocument(path, 'applies only to Proactive triggers without "after"', repeat);
}

function eventWindowMs(value: unknown, posture: EventTrigger['posture'], path: string): number {
  const within = withinAt(value, path);
  if (posture === 'Reactive') return within.ms;
  if (within.sign === 0) return DEFAULT_PROACTIVE_MS;
  if (within.floorMs < SHORTEST_PROACTIVE_MS) {
    throw new InvalidDocument(path, 'must be at least 1 second for a Proactive trigger', value);
  }
  return within.ms;
}

function compositeAt(
  type: CompositeTrigger['type'],
  document: Record<string, unknown>,
  path: string,
  depth: number,
): CompositeTrigger {
  const { triggers: list, within, for_each, ...others } = document;
  const { require: needs, ...rest } = others;
  const at = (key: string): string => joinPath(path, key);
  const [triggers, require, forEach, withinMs] = together<
    [Trigger[], CompositeTrigger['require'], readonly string[], number | null, object]
  >(
    () => childrenAt(list, at('triggers'), depth),
    () => (type === 'sequence' ? 'all' : requirement(needs, Array.isArray(list) ? list.length : 0, at('require'))),
    () => textsAt(for_each, at('for_each'), FOR_EACH_LIMIT, 'names'),
    () => (within === undefined || within === null ? null : withinAt(within, at('within')).ms),
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
  });
}

function childrenAt(list: unknown, path: string, depth: number): Trigger[] {
  if (!Array.isArray(list)) throw new InvalidDocument(path, 'must be a list of triggers', list);
  if (list.length === 0) throw new InvalidDocument(path, 'needs at least one trigger', list);
  return each(list, (child: unknown, i) => triggerAt(child, joinPath(path, i), depth + 1));
}

function requirement(value: unknown, children: number, path: string): CompositeTrigger['require'] {
  if (value === 'any' || value === 'all') return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= children) return value;
  // Without children there is no number to name, and that there are none is said already.
  if (children === 0 && value !== undefined) return 'all';
  const reason = value === undefined ? 'is required' : `must be "any", "all" or a whole number from 1 to ${children}`;
  throw new InvalidDocument(path, reason, value);
}
