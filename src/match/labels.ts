import { type Event, type Labels, resourceRole } from '../model/event.ts';
import { isRawNumber } from '../model/exact.ts';
import type { Spec } from '../model/trigger.ts';
import { compileGlob, type GlobMatcher } from './glob.ts';

/** The part of an event that labels are looked up in. */
export type Labelled = Pick<Event, 'resource' | 'related'>;

/** The part of an event that keys are looked up in. Numbers of a payload that a double would change are there as their source text. */
export type Keyed = Labelled & Pick<Event, 'payload'>;

/** Finds the value of one name in an event; absent is undefined. */
export type Lookup = (event: Keyed) => string | undefined;

/** The value of a label the resource itself carries: `toString` and the like are no labels unless the sender set them. */
export function ownLabel(labels: Labels, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

const PAYLOAD = 'payload.';

/** Digits without leading zeros: a place in a list. */
const INDEX = /^(?:0|[1-9]\d*)$/;

/** Compiles the lookup of a name: a plain label, `related:<role>:<label>` (rules 3.2), or `payload.<path>` where no label has it (rules 17). */
export function compileLookup(name: string): Lookup {
  if (name.startsWith(PAYLOAD)) {
    const path = name.slice(PAYLOAD.length).split('.');
    return (event) => ownLabel(event.resource, name) ?? textAt(event.payload, path);
  }
  const first = name.indexOf(':');
  if (first === -1 || name.slice(0, first) !== 'related') return (event) => ownLabel(event.resource, name);
  const last = name.lastIndexOf(':');
  // With only one colon there is nothing between the first and the last, and the role is empty.
  const role = name.slice(first + 1, last);
  const label = name.slice(last + 1);
  return (event) => {
    for (const labels of event.related) {
      if (resourceRole(labels) === role) return ownLabel(labels, label);
    }
    return ownLabel(event.resource, name);
  };
}

/** Looks one name up in an event (rules 3.2). */
export function lookup(event: Keyed, name: string): string | undefined {
  return compileLookup(name)(event);
}

/** A text, number or boolean inside a payload, as text. */
function textAt(payload: unknown, path: readonly string[]): string | undefined {
  let value = payload;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || isRawNumber(value)) return undefined;
    if (Array.isArray(value) ? !INDEX.test(key) : !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return isRawNumber(value) ? value.rawJSON : undefined;
}

/** Compiles a specification: does one resource satisfy every label of it (rules 3.3)? */
export function compileSpec(spec: Spec): (labels: Labels) => boolean {
  const wanted = [...spec].map(([label, patterns]) => ({ label, matches: anyOf(patterns) }));
  return (labels) => wanted.every(({ label, matches }) => matches(ownLabel(labels, label)));
}

/** Compiles the question whether a trigger covers an event: `match` and every `match_related` (rules 3.3). */
export function covers(
  trigger: Readonly<{ match: Spec; matchRelated: readonly Spec[] }>,
): (event: Labelled) => boolean {
  const matchesResource = compileSpec(trigger.match);
  // An empty specification is met even when there are no related resources at all.
  const related = trigger.matchRelated.filter((spec) => spec.size > 0).map(compileSpec);
  if (related.length === 0) return (event) => matchesResource(event.resource);
  return (event) => matchesResource(event.resource) && related.every((matches) => event.related.some(matches));
}

/** At least one of the patterns matches; of no patterns, none does. */
function anyOf(patterns: readonly string[]): GlobMatcher {
  const [only] = patterns;
  if (only !== undefined && patterns.length === 1) return compileGlob(only);
  const matchers = patterns.map(compileGlob);
  return (value) => matchers.some((matches) => matches(value));
}
