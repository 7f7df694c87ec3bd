import { type Event, type Labels, resourceRole } from '../model/event.ts';
import type { EventTrigger, Spec } from '../model/trigger.ts';
import { compileGlob, type GlobMatcher } from './glob.ts';

/** The part of an event that labels are looked up in. */
export type Labelled = Pick<Event, 'resource' | 'related'>;

/** Finds the value of one label name in an event; absent is undefined. */
export type Lookup = (event: Labelled) => string | undefined;

/** The value of a label the resource itself carries: `toString` and the like are no labels unless the sender set them. */
export function ownLabel(labels: Labels, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

/** Compiles the lookup of a label name: plain, or `related:<role>:<label>` (rules 3.2). */
export function compileLookup(name: string): Lookup {
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

/** Looks one label name up in an event (rules 3.2). */
export function lookup(event: Labelled, name: string): string | undefined {
  return compileLookup(name)(event);
}

/** Compiles a specification: does one resource satisfy every label of it (rules 3.3)? */
export function compileSpec(spec: Spec): (labels: Labels) => boolean {
  const wanted = [...spec].map(([label, patterns]) => ({ label, matches: anyOf(patterns) }));
  return (labels) => wanted.every(({ label, matches }) => matches(ownLabel(labels, label)));
}

/** Compiles the question whether a trigger covers an event: `match` and every `match_related` (rules 3.3). */
export function covers(trigger: EventTrigger): (event: Labelled) => boolean {
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
