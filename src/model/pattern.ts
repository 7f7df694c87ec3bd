import { z } from 'zod';
import { InvalidDocument } from '../errors.ts';
import { conditionText, expressionAt } from './condition.ts';
import { checkClosed, closed, each, joinPath, together } from './issue.ts';
import { isRecord } from './record.ts';
import {
  boundedSet,
  globs,
  LIST_LIMIT,
  matchDocument,
  matchRelatedDocument,
  pattern,
  refuseMore,
  type Spec,
  specAt,
  specsAt,
  textsOf,
} from './spec.ts';
import { compareText } from './text.ts';

/**
 * What an event of a list (`after`, `expect`, `reset`, `resolve.on`, `unless`) must be like, in normal form (rules 17): a glob for
 * its name, or more than that. An object that asks for no more than one glob is that glob.
 */
export type EventPattern = string | PatternObject;

/** All of it must hold. The event's name must match one of `events`; of none, none does. `where` is CEL, or null. */
export type PatternObject = Readonly<{
  events: readonly string[];
  match: Spec;
  matchRelated: readonly Spec[];
  where: string | null;
}>;

const ANY_NAME = '*';

const NO_PATTERNS: readonly EventPattern[] = Object.freeze([]);

/** Published form of a pattern that is an object. */
export const patternObject = closed({
  event: globs.optional().describe('Pattern of its name, or a list of patterns; without it: any name'),
  match: matchDocument.optional().describe('Labels of its primary resource, as in a trigger'),
  match_related: matchRelatedDocument.optional().describe('Labels of its related resources, as in a trigger'),
  where: conditionText.optional().describe('A condition on it alone, in CEL, as in a trigger'),
}).meta({ id: 'Pattern' });

const rest = patternObject.omit({ event: true, match: true, match_related: true, where: true });

/** Published form of a list of patterns. */
export const patternList = z.array(z.union([pattern, patternObject])).max(LIST_LIMIT);

/** The globs for names of which an event must match one to meet the pattern. */
export function namesOf(one: EventPattern): readonly string[] {
  return isName(one) ? [one] : one.events;
}

/** A pattern as a value of JSON, equal for patterns of the same meaning (rules 17.11). */
export function plainPattern(one: EventPattern): unknown {
  if (isName(one)) return one;
  return [one.events, [...one.match], one.matchRelated.map((spec) => [...spec]), one.where];
}

/** Reads a list of patterns, missing is empty, as a set: texts in code point order, then objects. Throws InvalidDocument. */
export function patternsAt(value: unknown, path: string): readonly EventPattern[] {
  if (value === undefined) return NO_PATTERNS;
  if (!Array.isArray(value)) throw new InvalidDocument(path, 'must be a list of strings', value);
  refuseMore(value, path, LIST_LIMIT, 'entries');
  const patterns = each(value, (one: unknown, i) => patternAt(one, joinPath(path, i)));
  const texts = boundedSet(patterns.filter(isName), path);
  const objects = patterns.filter((one) => !isName(one));
  if (objects.length === 0) return texts;
  const bySignature = new Map(objects.map((one) => [JSON.stringify(plainPattern(one)), one]));
  const sorted = [...bySignature].sort(([a], [b]) => compareText(a, b)).map(([, one]) => one);
  return Object.freeze([...texts, ...sorted]);
}

function isName(one: EventPattern): one is string {
  return typeof one === 'string';
}

function patternAt(document: unknown, path: string): EventPattern {
  if (typeof document === 'string') return document;
  if (!isRecord(document)) throw new InvalidDocument(path, 'must be a string or an object', document);
  const { event = ANY_NAME, match, match_related, where, ...others } = document;
  const at = (key: string): string => joinPath(path, key);
  const [events, own, related, condition] = together(
    () => textsOf(event, at('event')),
    () => specAt(match, at('match')),
    () => specsAt(match_related, at('match_related')),
    () => (where === undefined ? null : expressionAt(where, at('where'), 'boolean')),
    () => checkClosed(rest, others, path),
  );
  const [name] = events;
  const onlyName = own.size === 0 && related.length === 0 && condition === null && events.length === 1;
  if (onlyName && name !== undefined) return name;
  return Object.freeze({ events, match: own, matchRelated: related, where: condition });
}
