import type { Wants } from '../cel/expression.ts';
import { InvalidDocument } from '../errors.ts';
import { type AlertKeys, alertKeysAt } from './alert-keys.ts';
import { expressionAt } from './condition.ts';
import { parseDuration } from './duration.ts';
import { COLLECT_LIMIT, eventLevel } from './event-level.ts';
import { checkClosed, joinPath, together } from './issue.ts';
import { isNotEmptyList, type Level, refuseBelowRoot, refuseProactive } from './level.ts';
import { type EventPattern, patternsAt } from './pattern.ts';
import { FOR_EACH_LIMIT, type Spec, specAt, specsAt, textsAt } from './spec.ts';
import { withinAt } from './within.ts';

/**
 * An event trigger in normal form (rules 5.2 and 17): lists sorted and without repeats, empty specs dropped from `matchRelated`. What is
 * optional here is absent where it says no more than its default, as in most of the triggers, of which a worker keeps 100,000.
 */
export type EventTrigger = AlertKeys & {
  type: 'event';
  posture: 'Reactive' | 'Proactive';
  match: Spec;
  matchRelated: readonly Spec[];
  after: readonly EventPattern[];
  expect: readonly EventPattern[];
  forEach: readonly string[];
  threshold: number;
  withinMs: number;
  /** true wherever it says nothing: of a Reactive trigger, and with `after`. */
  repeat: boolean;
  /** CEL, as it was written. */
  where?: string;
  distinct?: string;
  sum?: string;
  sliding?: true;
  /** Above 0. */
  cooldownMs?: number;
  /** Not empty. */
  reset?: readonly EventPattern[];
  /** Above 0. */
  collect?: number;
};

/** Shortest window of a Proactive trigger, and what a missing one or 0 becomes (rules 1 and 5.2). */
export const SHORTEST_PROACTIVE_MS = 1_000;
export const DEFAULT_PROACTIVE_MS = 10_000;

/** Most different values that can be needed, and most events in a sliding window (rules 17): a record holds all of them. */
const DISTINCT_LIMIT = 10_000;
const SLIDING_LIMIT = 1_000;

/** What of the level is read by its schema; the other keys have reasons that no schema can give. */
const BY_SCHEMA = { type: true, id: true, posture: true, repeat: true } as const;
const BY_FUNCTION: ReadonlySet<string> = new Set(Object.keys(eventLevel.shape).filter((key) => !(key in BY_SCHEMA)));
const levelRest = eventLevel.pick(BY_SCHEMA);

/** Reads an event trigger. Throws InvalidDocument. */
export function eventTriggerAt(level: Level): EventTrigger {
  const { document, path } = level;
  const rest = Object.fromEntries(Object.entries(document).filter(([key]) => !BY_FUNCTION.has(key)));
  const posture = document.posture === 'Proactive' ? 'Proactive' : 'Reactive';
  const [{ repeat }, counted, matched, lists, forEach, withinMs, sliding, cooldownMs, alert, collect] = together(
    () => checkClosed(levelRest, rest, path),
    () => countedAt(level),
    () => matchedAt(level),
    () => listsAt(level),
    () => textsAt(document.for_each, joinPath(path, 'for_each'), FOR_EACH_LIMIT, 'names'),
    () => eventWindowMs(document.within, posture, joinPath(path, 'within')),
    () => slidingAt(level),
    () => cooldownAt(level),
    () => alertKeysAt(level),
    () => collectAt(level),
    () => refuseRepeat(document, joinPath(path, 'repeat')),
  );
  const { reset, ...patterns } = lists;
  const isStanding = posture === 'Proactive' && patterns.after.length === 0;
  // A sliding window without an alert would fire at each further event: it is quiet for its own length.
  const quietMs = cooldownMs ?? (sliding && alert.resolve === undefined ? withinMs : 0);
  return Object.freeze({
    type: 'event',
    posture,
    ...matched,
    ...patterns,
    forEach,
    withinMs,
    ...counted,
    repeat: isStanding ? (repeat ?? forEach.length === 0) : true,
    ...(sliding && { sliding }),
    ...(quietMs > 0 && { cooldownMs: quietMs }),
    ...(reset.length > 0 && { reset }),
    ...alert,
    ...(collect > 0 && { collect }),
  });
}

function matchedAt({ document, path }: Level): Pick<EventTrigger, 'match' | 'matchRelated' | 'where'> {
  const [match, matchRelated, where] = together(
    () => specAt(document.match, joinPath(path, 'match')),
    () => specsAt(document.match_related, joinPath(path, 'match_related')),
    () => optionalExpression(document.where, joinPath(path, 'where'), 'boolean'),
  );
  return { match, matchRelated, ...(where !== undefined && { where }) };
}

function listsAt({ document, path }: Level): Record<'after' | 'expect' | 'reset', readonly EventPattern[]> {
  const [after, expect, reset] = together(
    () => patternsAt(document.after, joinPath(path, 'after')),
    () => patternsAt(document.expect, joinPath(path, 'expect')),
    () => patternsAt(document.reset, joinPath(path, 'reset')),
  );
  return { after, expect, reset };
}

function countedAt({ document, path }: Level): Pick<EventTrigger, 'threshold' | 'distinct' | 'sum'> {
  const [threshold, distinct, sum] = together(
    () => thresholdAt(document, joinPath(path, 'threshold')),
    () => optionalExpression(document.distinct, joinPath(path, 'distinct'), 'value'),
    () => optionalExpression(document.sum, joinPath(path, 'sum'), 'number'),
    () => {
      if (document.distinct === undefined || document.sum === undefined) return;
      throw new InvalidDocument(joinPath(path, 'sum'), 'cannot be combined with "distinct"', document.sum);
    },
  );
  // Adding 0 turns the -0 of a document into 0.
  return { threshold: threshold + 0, ...(distinct !== undefined && { distinct }), ...(sum !== undefined && { sum }) };
}

function optionalExpression(value: unknown, path: string, wants: Wants): string | undefined {
  return value === undefined ? undefined : expressionAt(value, path, wants);
}

function thresholdAt({ threshold = 1, sum, distinct, window }: Level['document'], path: string): number {
  const refuse = (reason: string): InvalidDocument => new InvalidDocument(path, reason, threshold);
  if (sum !== undefined) {
    if (typeof threshold !== 'number' || !(threshold > 0 && threshold < Number.POSITIVE_INFINITY)) {
      throw refuse('must be a number above 0');
    }
    return threshold;
  }
  if (typeof threshold !== 'number' || !Number.isSafeInteger(threshold) || threshold < 0) {
    throw refuse('must be a whole number, 0 or more');
  }
  const limit = window === 'sliding' ? SLIDING_LIMIT : distinct === undefined ? threshold : DISTINCT_LIMIT;
  if (threshold > limit) throw refuse(`must be at most ${limit}`);
  return threshold;
}

function slidingAt({ document, path }: Level): boolean {
  const { window = 'tumbling', posture, after, sum, within = 0 } = document;
  if (window === 'tumbling') return false;
  const place = joinPath(path, 'window');
  if (window !== 'sliding') throw new InvalidDocument(place, 'must be "tumbling" or "sliding"', window);
  // A duration or a posture that cannot be read is a problem of its own.
  const isZero = parseDuration(within)?.sign === 0;
  if (posture === 'Proactive' || isNotEmptyList(after) || sum !== undefined || isZero) {
    const reason = 'sliding windows need a Reactive trigger with "within" and without "after" or "sum"';
    throw new InvalidDocument(place, reason, window);
  }
  return true;
}

function cooldownAt(level: Level): number | null {
  const { cooldown } = level.document;
  if (cooldown === undefined) return null;
  refuseProactive(level, 'cooldown');
  return withinAt(cooldown, joinPath(level.path, 'cooldown')).ms;
}

function collectAt(level: Level): number {
  const { collect = 0 } = level.document;
  if (typeof collect !== 'number' || !Number.isInteger(collect) || collect < 0 || collect > COLLECT_LIMIT) {
    const reason = `must be a whole number from 0 to ${COLLECT_LIMIT}`;
    throw new InvalidDocument(joinPath(level.path, 'collect'), reason, collect);
  }
  refuseBelowRoot(level, 'collect');
  return collect;
}

/** Only a standing window comes again and again. A posture or list that is wrong is a problem of its own. */
function refuseRepeat({ repeat, posture, after }: Level['document'], path: string): void {
  const reactive = posture === undefined || posture === 'Reactive';
  if (repeat !== false || !(reactive || isNotEmptyList(after))) return;
  throw new InvalidDocument(path, 'applies only to Proactive triggers without "after"', repeat);
}

function eventWindowMs(value: unknown, posture: EventTrigger['posture'], path: string): number {
  const within = withinAt(value === undefined ? 0 : value, path);
  if (posture === 'Reactive') return within.ms;
  if (within.sign === 0) return DEFAULT_PROACTIVE_MS;
  if (within.floorMs < SHORTEST_PROACTIVE_MS) {
    throw new InvalidDocument(path, 'must be at least 1 second for a Proactive trigger', value);
  }
  return within.ms;
}
