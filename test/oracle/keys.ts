import type { Labels } from '../../src/model/event.ts';
import type { EventTrigger, Spec } from '../../src/model/trigger.ts';
import { label, type ModelEvent, roleLabel } from './event.ts';
import { matchesOne } from './glob.ts';

/** Order by code point; JavaScript's own order is by UTF-16 unit. */
export function compareText(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (const [index, character] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (character !== other) return (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  }
  return left.length - right.length;
}

/** Value by value. */
export function compareKey(a: readonly string[], b: readonly string[]): number {
  for (const [index, value] of a.entries()) {
    const order = compareText(value, b[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** Rules 3.2; undefined is an absent label. */
export function lookup(event: ModelEvent, name: string): string | undefined {
  const first = name.indexOf(':');
  if (first >= 0 && name.slice(0, first) === 'related') {
    const last = name.lastIndexOf(':');
    const role = name.slice(first + 1, Math.max(first + 1, last));
    const holder = event.related.find((resource) => roleLabel(resource) === role);
    if (holder !== undefined) return label(holder, name.slice(last + 1));
  }
  return label(event.resource, name);
}

/** `forEach` is sorted by code point when it is parsed. No event: every value is empty (rules 9). */
export function keyOf(event: ModelEvent | null, forEach: readonly string[]): string[] {
  return forEach.map((name) => (event === null ? '' : (lookup(event, name) ?? '')));
}

export function labelsOf(forEach: readonly string[], key: readonly string[]): Labels {
  return Object.fromEntries(forEach.map((name, index) => [name, key[index] ?? '']));
}

function matchesSpec(spec: Spec, resource: Labels): boolean {
  return [...spec].every(([name, patterns]) => matchesOne(patterns, label(resource, name)));
}

/** Rules 3.3: an empty spec includes every list, even an empty one. */
function includes(spec: Spec, resources: readonly Labels[]): boolean {
  return spec.size === 0 || resources.some((resource) => matchesSpec(spec, resource));
}

function covers(trigger: EventTrigger, event: ModelEvent): boolean {
  return (
    includes(trigger.match, [event.resource]) && trigger.matchRelated.every((spec) => includes(spec, event.related))
  );
}

export type Interest = { readonly expects: boolean; readonly arms: boolean };

/** Rules 6; null when the trigger is not interested in the event. */
export function interest(trigger: EventTrigger, event: ModelEvent): Interest | null {
  const expects = trigger.expect.length === 0 || matchesOne(trigger.expect as readonly string[], event.event);
  const arms = matchesOne(trigger.after as readonly string[], event.event);
  return (expects || arms) && covers(trigger, event) ? { expects, arms } : null;
}
