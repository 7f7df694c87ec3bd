import type { Event, Labels } from '../../../src/model/event.ts';
import type { EventTrigger, Spec } from '../../../src/model/trigger.ts';

// The matching rules of rules 3 and 6, written for reading instead of speed and sharing no code with the source.

/** Rules 3.1, by way of a regular expression. Exponential in the worst case, so only for short texts. */
export function naiveGlob(pattern: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  const body = pattern.startsWith('!') ? pattern.slice(1) : pattern;
  const token = /\[(?:!(.[^\]]*)|(?!!)(.[^\]]*))\]|./gsu;
  const source = body.replace(token, (text: string, excluded?: string, included?: string) => {
    if (excluded !== undefined) return naiveSet(excluded) === '' ? '.' : `[^${naiveSet(excluded)}]`;
    if (included !== undefined) return naiveSet(included) === '' ? '(?!)' : `[${naiveSet(included)}]`;
    if (text === '*') return '.*';
    return text === '?' ? '.' : hex(text);
  });
  return new RegExp(`^(?:${source})$`, 'su').test(value) !== pattern.startsWith('!');
}

function naiveSet(members: string): string {
  return members.replace(/(.)-(.)|./gsu, (member: string, low?: string, high?: string) => {
    if (low === undefined || high === undefined) return hex(member);
    return low.codePointAt(0)! <= high.codePointAt(0)! ? `${hex(low)}-${hex(high)}` : '';
  });
}

function hex(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** Rules 3.2. */
export function naiveLookup(event: Pick<Event, 'resource' | 'related'>, name: string): string | undefined {
  const parts = name.split(':');
  if (parts.length > 1 && parts[0] === 'related') {
    const role = parts.slice(1, -1).join(':');
    const resource = event.related.find((labels) => new Map(Object.entries(labels)).get('role') === role);
    if (resource !== undefined) return new Map(Object.entries(resource)).get(parts.at(-1)!);
  }
  return new Map(Object.entries(event.resource)).get(name);
}

/** Rules 3.3. */
export function naiveCovers(trigger: EventTrigger, event: Pick<Event, 'resource' | 'related'>): boolean {
  return (
    naiveIncludes(trigger.match, [event.resource]) &&
    trigger.matchRelated.every((spec) => naiveIncludes(spec, event.related))
  );
}

function naiveIncludes(spec: Spec, resources: readonly Labels[]): boolean {
  if (spec.size === 0) return true;
  for (const labels of resources) {
    const values = new Map(Object.entries(labels));
    let all = true;
    for (const [label, patterns] of spec) {
      if (!patterns.some((pattern) => naiveGlob(pattern, values.get(label)))) all = false;
    }
    if (all) return true;
  }
  return false;
}

/** Rules 6. */
export function naiveExpects(trigger: EventTrigger, name: string): boolean {
  return (
    trigger.expect.length === 0 ||
    trigger.expect.some((pattern) => typeof pattern === 'string' && naiveGlob(pattern, name))
  );
}

/** Rules 6. */
export function naiveArms(trigger: EventTrigger, name: string): boolean {
  return trigger.after.some((pattern) => typeof pattern === 'string' && naiveGlob(pattern, name));
}
