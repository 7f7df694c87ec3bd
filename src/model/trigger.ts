import { z } from 'zod';
import { InvalidDocument } from '../errors.ts';
import { parseDuration } from './duration.ts';
import { check, joinPath, required } from './issue.ts';
import { isRecord } from './record.ts';
import { compareText, sortedSet } from './text.ts';

/** Label -> patterns, one of which must match (rules 3.3). Labels and patterns in code point order, each once. */
export type Spec = ReadonlyMap<string, readonly string[]>;

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

/** Shortest window of a Proactive trigger, and its default (rules 1 and 5.2). */
export const SHORTEST_PROACTIVE_MS = 10_000;

/**
 * Longest `within`: a thousand years. Times in Redis go through Lua, which writes numbers of more than 14 digits inexactly; the end of
 * two such windows in a row still has 14.
 */
export const LONGEST_WITHIN_MS = 365_000 * 86_400_000;

/** Deepest nesting of composites: far beyond what anybody can read, and shallow enough for every recursion over the tree. */
export const TRIGGER_DEPTH_LIMIT = 32;

const patterns = z.union([z.string(), z.array(z.string())], 'must be a string or a list of strings');
const spec = z.record(z.string(), patterns, 'must be an object');
const strings = z.array(z.string('must be a list of strings'), 'must be a list of strings');
const duration = z.union([z.number(), z.string()], 'must be a duration');
const wholeNumber = 'must be a whole number, 0 or more';

/** One level of a trigger tree; the children of composites are checked on their own, each with its path. */
const eventLevel = z.strictObject(
  {
    type: z.literal('event').optional(),
    id: z.unknown().optional().describe('Accepted, no effect'),
    posture: z
      .enum(['Reactive', 'Proactive'], required('must be "Reactive" or "Proactive"'))
      .describe('Reactive: fires when events come. Proactive: fires when they do not come in time'),
    match: spec.default({}).describe('Labels of the primary resource: label -> pattern or list of patterns'),
    match_related: z
      .union([spec, z.array(spec)])
      .default({})
      .describe('The same for related resources; each map of a list must find its resource'),
    after: strings.default([]).describe('Patterns of the names of arming events'),
    expect: strings.default([]).describe('Patterns of the names of expected events; none means any event'),
    for_each: strings.default([]).describe('Labels whose values make up the key: each key has its own window'),
    threshold: z.int(wholeNumber).min(0, wholeNumber).default(1).describe('How many expected events are needed'),
    within: duration.default(0).describe('Length of the window: seconds, or text such as 30s, 5m, PT1H, 0:05:00'),
    repeat: z
      .boolean('must be true or false')
      .default(true)
      .describe('false: alert only once in a silence (Proactive without "after")'),
  },
  'must be an object',
);

const compositeShape = {
  id: eventLevel.shape.id,
  triggers: z.array(z.unknown(), 'must be a list of triggers').min(1, 'needs at least one trigger'),
  within: duration.nullable().default(null).describe('How far apart the child firings may lie; null is no limit'),
  for_each: eventLevel.shape.for_each,
};

const requireDocument = z.union([z.enum(['any', 'all']), z.int().min(1)]).describe('How many children must fire');

const compoundLevel = z.strictObject(
  // Read as it is, since its reason names the number of children.
  { ...compositeShape, type: z.literal('compound').optional(), require: z.unknown().optional() },
  'must be an object',
);
const sequenceLevel = z.strictObject(
  { ...compositeShape, type: z.literal('sequence').optional() },
  'must be an object',
);

export type EventTriggerDocument = z.input<typeof eventLevel>;
type Nested = { triggers: TriggerDocument[] };
export type CompoundDocument = Omit<z.input<typeof compoundLevel>, 'triggers' | 'require'> &
  Nested & { require: z.input<typeof requireDocument> };
export type SequenceDocument = Omit<z.input<typeof sequenceLevel>, 'triggers'> & Nested;

/** A trigger as people write it (rules 5.2 and 5.3). */
export type TriggerDocument = EventTriggerDocument | CompoundDocument | SequenceDocument;

const children: z.ZodType<TriggerDocument[], TriggerDocument[]> = z.lazy(() => z.array(triggerDocument).min(1));

/** Published form of a trigger with everything below it. */
export const triggerDocument = z
  .union([
    eventLevel,
    compoundLevel.extend({ triggers: children, require: requireDocument }),
    sequenceLevel.extend({ triggers: children }),
  ])
  .meta({ id: 'Trigger' });

/** Reads the trigger at `path` into its normal form, frozen. Throws InvalidDocument (rules 5.5). */
export function parseTrigger(document: unknown, path: string, depth = 0): Trigger {
  if (!isRecord(document)) throw new InvalidDocument(path, 'must be an object', document);
  if (depth >= TRIGGER_DEPTH_LIMIT) {
    throw new InvalidDocument(path, `must not be nested deeper than ${TRIGGER_DEPTH_LIMIT} levels`);
  }
  const type = document.type === undefined ? typeOfShape(document) : document.type;
  switch (type) {
    case 'event':
      return parseEventTrigger(document, path);
    case 'compound': {
      const { require, ...level } = check(compoundLevel, document, path);
      return composite('compound', level, requirement(require, level.triggers.length, path), path, depth);
    }
    case 'sequence':
      return composite('sequence', check(sequenceLevel, document, path), 'all', path, depth);
    default:
      throw new InvalidDocument(joinPath(path, 'type'), 'must be "event", "compound" or "sequence"', type);
  }
}

function typeOfShape(document: Record<string, unknown>): Trigger['type'] {
  if (document.triggers === undefined) return 'event';
  return document.require === undefined ? 'sequence' : 'compound';
}

function parseEventTrigger(document: Record<string, unknown>, path: string): EventTrigger {
  checkRelated(document.match_related, path);
  const level = check(eventLevel, document, path);
  if (!level.repeat && (level.posture === 'Reactive' || level.after.length > 0)) {
    throw new InvalidDocument(joinPath(path, 'repeat'), 'applies only to Proactive triggers without "after"', false);
  }
  const related = document.match_related ?? [];
  return Object.freeze({
    type: 'event',
    posture: level.posture,
    match: parseSpec(document.match ?? {}, joinPath(path, 'match')),
    matchRelated: parseRelated(related, joinPath(path, 'match_related')),
    after: Object.freeze(sortedSet(level.after)),
    expect: Object.freeze(sortedSet(level.expect)),
    forEach: Object.freeze(sortedSet(level.for_each)),
    // Adding 0 turns the -0 of a document into 0.
    threshold: level.threshold + 0,
    withinMs: eventWindowMs(level.within, level.posture, joinPath(path, 'within')),
    repeat: level.repeat,
  });
}

function eventWindowMs(value: string | number, posture: EventTrigger['posture'], path: string): number {
  const within = parseWithin(value, path);
  if (posture === 'Reactive') return within.ms;
  if (within.sign === 0) return SHORTEST_PROACTIVE_MS;
  if (within.floorMs < SHORTEST_PROACTIVE_MS) {
    throw new InvalidDocument(path, 'must be at least 10 seconds for a Proactive trigger', value);
  }
  return within.ms;
}

function parseWithin(value: string | number, path: string): { sign: number; floorMs: number; ms: number } {
  const within = parseDuration(value);
  if (within === undefined) throw new InvalidDocument(path, 'must be a duration', value);
  if (within.sign < 0) throw new InvalidDocument(path, 'must not be negative', value);
  if (within.ms > LONGEST_WITHIN_MS) throw new InvalidDocument(path, 'must not be longer than 365000 days', value);
  return within;
}

function composite(
  type: CompositeTrigger['type'],
  level: z.output<typeof sequenceLevel> | Omit<z.output<typeof compoundLevel>, 'require'>,
  require: CompositeTrigger['require'],
  path: string,
  depth: number,
): CompositeTrigger {
  const place = joinPath(path, 'triggers');
  const triggers = level.triggers.map((child, i) => parseTrigger(child, joinPath(place, i), depth + 1));
  const needed = { any: 1, all: triggers.length };
  return Object.freeze({
    type,
    triggers: Object.freeze(triggers),
    require,
    needed: typeof require === 'number' ? require : needed[require],
    withinMs: level.within === null ? null : parseWithin(level.within, joinPath(path, 'within')).ms,
    forEach: Object.freeze(sortedSet(level.for_each)),
  });
}

function requirement(value: unknown, children: number, path: string): CompositeTrigger['require'] {
  if (value === 'any' || value === 'all') return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= children) return value;
  const reason = value === undefined ? 'is required' : `must be "any", "all" or a whole number from 1 to ${children}`;
  throw new InvalidDocument(joinPath(path, 'require'), reason, value);
}

/** Which of the two forms of `match_related` is meant decides where an error stands; a zod union would report neither. */
function checkRelated(value: unknown, path: string): void {
  if (value === undefined) return;
  const place = joinPath(path, 'match_related');
  const listed = Array.isArray(value);
  for (const [i, one] of (listed ? value : [value]).entries()) check(spec, one, listed ? joinPath(place, i) : place);
}

/** From the document itself: zod leaves out a label named `__proto__`, and with it a condition. */
function parseSpec(document: object, path: string): Spec {
  const entries = Object.entries(document).map(([label, value]): [string, readonly string[]] => {
    const texts = check(patterns, value, joinPath(path, label));
    return [label, Object.freeze(sortedSet(typeof texts === 'string' ? [texts] : texts))];
  });
  return new Map(entries.sort(([a], [b]) => compareText(a, b)));
}

function parseRelated(document: object, path: string): readonly Spec[] {
  const specs = Array.isArray(document)
    ? document.map((one: object, i) => parseSpec(one, joinPath(path, i)))
    : [parseSpec(document, path)];
  const bySignature = new Map(specs.filter(({ size }) => size > 0).map((one) => [JSON.stringify([...one]), one]));
  const sorted = [...bySignature].sort(([a], [b]) => compareText(a, b));
  return Object.freeze(sorted.map(([, one]) => one));
}
