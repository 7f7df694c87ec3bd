import { type Answer, compileExpression, evaluate, type Wants } from '../../src/cel/expression.ts';
import type { Labels } from '../../src/model/event.ts';
import { isRawNumber } from '../../src/model/exact.ts';
import { isRecord } from '../../src/model/record.ts';
import type { EventPattern, EventTrigger, Spec } from '../../src/model/trigger.ts';
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
  return label(event.resource, name) ?? (name.startsWith('payload.') ? inPayload(event.payload, name) : undefined);
}

/** Rules 17, the third step of a lookup. */
function inPayload(payload: unknown, name: string): string | undefined {
  let value = payload;
  for (const step of name.split('.').slice(1)) {
    if (Array.isArray(value)) value = /^(?:0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined;
    else value = isRecord(value) && !isRawNumber(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  if (isRawNumber(value)) return value.rawJSON;
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
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

/** Rules 17: one of the patterns is met; none meets no event. */
export function meets(patterns: readonly EventPattern[] | undefined, event: ModelEvent): boolean {
  return (patterns ?? []).some((pattern) => {
    if (typeof pattern === 'string') return matchesOne([pattern], event.event);
    const { events, match, matchRelated, where } = pattern;
    return matchesOne(events, event.event) && fits(match, matchRelated, where ?? undefined, event);
  });
}

function fits(match: Spec, related: readonly Spec[], where: string | undefined, event: ModelEvent): boolean {
  const covered = includes(match, [event.resource]) && related.every((spec) => includes(spec, event.related));
  return covered && (where === undefined || ask(where, 'boolean', event) === true);
}

/** Conditions are evaluated by the engine's own CEL: that one is proved by the cases of cel-spec. Undefined where it gives nothing. */
function ask(text: string, wants: Wants, event: ModelEvent): Answer | undefined {
  const { occurred, received, ...rest } = event;
  const result = evaluate(compileExpression(text, wants), { ...rest, occurredMs: occurred, receivedMs: received });
  return result.ok ? result.value : undefined;
}

/** What an event is to a trigger; `value` is that of `distinct` or `sum`. */
export type Interest = {
  readonly expects: boolean;
  readonly arms: boolean;
  readonly resets: boolean;
  readonly resolves: boolean;
  readonly value: Answer | undefined;
};

/** Rules 6, 17 and 17.2; null when the trigger is not interested in the event. */
export function interest(trigger: EventTrigger, event: ModelEvent): Interest | null {
  const expected = trigger.expect.length === 0 || meets(trigger.expect, event);
  const arms = meets(trigger.after, event);
  const resets = meets(trigger.reset, event);
  const resolves = meets(trigger.resolve?.on, event);
  if (!(expected || arms || resets || resolves)) return null;
  if (!fits(trigger.match, trigger.matchRelated, trigger.where, event)) return null;
  const { distinct, sum } = trigger;
  if (distinct === undefined && sum === undefined)
    return { expects: expected, arms, resets, resolves, value: undefined };
  const value = sum === undefined ? ask(distinct ?? '', 'value', event) : ask(sum, 'number', event);
  return { expects: expected && value !== undefined, arms, resets, resolves, value };
}
