import { compileExpression, type Expression, evaluate } from '../cel/expression.ts';
import { mostSimilar } from '../findings/similar.ts';
import { asExpressionsSee } from '../match/conditions.ts';
import { compileSpec } from '../match/labels.ts';
import { compileNames } from '../match/names.ts';
import type { TriggerNode } from '../match/plan.ts';
import { LONGEST_CAUSE_CHAIN } from '../match/trigger-index.ts';
import type { Automation } from '../model/automation.ts';
import type { Event, Labels } from '../model/event.ts';
import { namesOf } from '../model/pattern.ts';
import { isRecord } from '../model/record.ts';
import type { EventPattern, EventTrigger, Spec, Trigger } from '../model/trigger.ts';

/**
 * What a condition says of an event. `condition`: where it stands in the document, such as `expect` or `match.tier`. `said`: a sentence with
 * the values that decided. `far`: the name of the event is like none that is expected.
 */
export type ConditionVerdict = Readonly<{ condition: string; met: boolean; said: string; far?: true }>;

/** Most patterns and values that one sentence names. */
const NAMED = 3;

/** Most characters of a value in a sentence: what decided is at its beginning, and a document can have a megabyte. */
const VALUE_CHARACTERS = 120;

const quote = (text: string): string => JSON.stringify(text);

/** Of an automation that was not interested, the condition that came nearest: of the trigger that misses the fewest; null where none is missed. */
export function nearestMiss(triggers: readonly (readonly ConditionVerdict[])[]): ConditionVerdict | null {
  const missing = triggers
    .filter((verdicts) => verdicts.length > 0)
    .map((verdicts) => verdicts.filter(({ met }) => !met))
    .sort((a, b) => a.length - b.length);
  return missing[0]?.[0] ?? null;
}

/** All conditions of a trigger, in the order in which they are asked. Each is answered by the functions that decide (src/match). */
export function verdictsOf(automation: Automation, { trigger }: TriggerNode, event: Event): ConditionVerdict[] {
  const own = [...enabledOf(automation), ...chainOf(automation, event)];
  if (trigger.type !== 'event') {
    const { unless } = trigger;
    return unless === undefined ? [] : [...own, anyOf([listOf('unless', unless, event)], event)];
  }
  return [
    ...own,
    anyOf(listsOf(trigger, event), event),
    ...labelsOf('match', trigger.match, event.resource),
    ...trigger.matchRelated
      .filter((spec) => spec.size > 0)
      .map((spec, i) => relatedOf(`match_related[${i}]`, spec, event)),
    ...(trigger.where === undefined ? [] : [whereOf('where', trigger.where, event)]),
    ...addedBy(trigger, event),
  ];
}

function enabledOf({ enabled }: Automation): ConditionVerdict[] {
  return enabled ? [] : [{ condition: 'enabled', met: false, said: 'the automation is disabled' }];
}

/** Rules 14. */
function chainOf({ id, allowSelfTrigger }: Automation, { causeChain }: Event): ConditionVerdict[] {
  if (causeChain.length > LONGEST_CAUSE_CHAIN) {
    const said = `cause_chain has ${causeChain.length} automations, at most ${LONGEST_CAUSE_CHAIN} may`;
    return [{ condition: 'cause_chain', met: false, said }];
  }
  if (allowSelfTrigger || !causeChain.includes(id)) return [];
  const said = 'cause_chain has this automation, which has no allow_self_trigger';
  return [{ condition: 'cause_chain', met: false, said }];
}

/** A list of patterns with what each says; `names`: all that it names. */
type PatternsAsked = Readonly<{ condition: string; found: readonly ConditionVerdict[]; names: readonly string[] }>;

function listsOf({ expect, after, reset, resolve }: EventTrigger, event: Event): PatternsAsked[] {
  const lists: PatternsAsked[] = [listOf('expect', expect, event)];
  if (after.length > 0) lists.push(listOf('after', after, event));
  if (reset) lists.push(listOf('reset', reset, event));
  if (resolve && resolve.on.length > 0) lists.push(listOf('resolve.on', resolve.on, event));
  return lists;
}

function listOf(condition: string, patterns: readonly EventPattern[], event: Event): PatternsAsked {
  const found = patterns.map((pattern): ConditionVerdict => patternOf(condition, pattern, event));
  const any: ConditionVerdict[] = [{ condition, met: true, said: `event is ${quote(event.event)}, any is expected` }];
  const empty = patterns.length === 0 && condition === 'expect';
  return { condition, found: empty ? any : found, names: patterns.flatMap(namesOf) };
}

/** A pattern is met, or the first of its parts that is not: name, labels, condition. */
function patternOf(condition: string, pattern: EventPattern, event: Event): ConditionVerdict {
  const names = namesOf(pattern);
  const named = compileNames(names)(event.event);
  const name = { condition, met: named, said: nameSaid(event.event, names) };
  if (!named || typeof pattern === 'string') return name;
  const parts = [
    ...labelsOf(`${condition}.match`, pattern.match, event.resource),
    ...pattern.matchRelated
      .filter((spec) => spec.size > 0)
      .map((spec) => relatedOf(`${condition}.match_related`, spec, event)),
    ...(pattern.where === null ? [] : [whereOf(`${condition}.where`, pattern.where, event)]),
  ];
  return parts.find(({ met }) => !met) ?? name;
}

function nameSaid(name: string, names: readonly string[]): string {
  return `event is ${quote(name)}, expected ${oneOf(names)}`;
}

/** One of the lists is enough: those that are met, or the pattern that is nearest to it. */
function anyOf(lists: readonly PatternsAsked[], event: Event): ConditionVerdict {
  const met = lists.filter(({ found }) => found.some((one) => one.met));
  if (met.length > 0) {
    const [first] = met[0]?.found.filter((one) => one.met) ?? [];
    return { condition: met.map(({ condition }) => condition).join(', '), met: true, said: first?.said ?? '' };
  }
  // One whose name fits is nearer than any other.
  const half = lists.flatMap(({ found, condition }) => found.filter((one) => one.condition !== condition));
  if (half[0] !== undefined) return half[0];
  const names = [...new Set(lists.flatMap((list) => list.names))];
  const near = mostSimilar(event.event, names);
  const list = lists.find((one) => near !== null && one.names.includes(near)) ?? lists[0];
  return {
    condition: near === null ? lists.map(({ condition }) => condition).join(', ') : (list?.condition ?? 'expect'),
    met: false,
    said: nameSaid(event.event, near === null ? names : [near]),
    ...(near === null && { far: true as const }),
  };
}

function labelsOf(condition: string, spec: Spec, labels: Labels): ConditionVerdict[] {
  return [...spec].map(([label, patterns]): ConditionVerdict => {
    const met = compileSpec(new Map([[label, patterns]]))(labels);
    const value = Object.hasOwn(labels, label) ? `is ${quote(labels[label] ?? '')}` : 'is missing';
    return { condition: `${condition}.${label}`, met, said: `${label} ${value}, expected ${oneOf(patterns)}` };
  });
}

/** Of related resources one has to fit as a whole: the sentence names the one that comes nearest. */
function relatedOf(condition: string, spec: Spec, { related }: Event): ConditionVerdict {
  const fits = compileSpec(spec);
  const met = related.some(fits);
  const wanted = [...spec].map(([label, patterns]) => `${label} ${oneOf(patterns)}`).join(' and ');
  if (met) return { condition, met, said: `a related resource has ${wanted}` };
  if (related.length === 0) return { condition, met, said: `no resource is related, expected one with ${wanted}` };
  const failing = related
    .map((labels) => labelsOf('', spec, labels).filter((one) => !one.met))
    .sort((a, b) => a.length - b.length);
  const near = failing[0]?.map(({ said }) => said).join(', ') ?? '';
  return { condition, met, said: `of the related resources none fits: of the nearest ${near}` };
}

function whereOf(condition: string, text: string, event: Event): ConditionVerdict {
  const result = evaluate(compileExpression(text, 'boolean'), asExpressionsSee(event));
  const met = result.ok && result.value === true;
  const gave = result.ok ? String(result.value) : `not to be answered: ${result.error}`;
  return { condition, met, said: `${text} is ${gave}${valuesIn(text, event)}` };
}

/**
 * The condition of these triggers that failed about an event with `error` (rules 17.1), in a sentence with the values that it asks for; null
 * where none did.
 */
export function unansweredBy(nodes: readonly TriggerNode[], event: Event, error: string): ConditionVerdict | null {
  for (const [condition, text] of nodes.flatMap(({ trigger }) => wheresIn(trigger))) {
    const result = evaluate(compileExpression(text, 'boolean'), asExpressionsSee(event));
    if (!result.ok && result.error === error) return whereOf(condition, text, event);
  }
  return null;
}

/** The conditions of a trigger, each with its place. */
function wheresIn(trigger: Trigger): (readonly [place: string, text: string])[] {
  const inside = (place: string, patterns: readonly EventPattern[] = []): (readonly [string, string])[] =>
    patterns.flatMap((one) => (typeof one === 'string' || one.where === null ? [] : [[`${place}.where`, one.where]]));
  if (trigger.type !== 'event') return inside('unless', trigger.unless);
  const { where, expect, after, reset, resolve } = trigger;
  return [
    ...(where === undefined ? [] : [['where', where] as const]),
    ...inside('expect', expect),
    ...inside('after', after),
    ...inside('reset', reset),
    ...inside('resolve.on', resolve?.on),
  ];
}

/** Rules 17.2: what an expected event adds. */
function addedBy({ distinct, sum }: EventTrigger, event: Event): ConditionVerdict[] {
  const [condition, text, wants] = distinct === undefined ? ['sum', sum, 'number'] : ['distinct', distinct, 'value'];
  if (text === undefined) return [];
  const expression: Expression = compileExpression(text, wants as 'number' | 'value');
  const result = evaluate(expression, asExpressionsSee(event));
  const said = result.ok ? `${text} is ${JSON.stringify(result.value)}` : `${text} is not there: ${result.error}`;
  // Without a value it is not counted; the trigger has to do with it all the same.
  return [{ condition: condition ?? '', met: true, said }];
}

const PATH = /\b(?:payload|resource)(?:\.[A-Za-z_]\w*)+/g;

/** The values of what a condition names, as JSON: `"1000"` is no number. */
function valuesIn(text: string, event: Event): string {
  const paths = [...new Set(text.match(PATH) ?? [])].slice(0, NAMED);
  const values = paths.map((path) => {
    const json = jsonAt(event, path.split('.'));
    return json === undefined ? `${path} is missing` : `${path} is ${shortened(json)}`;
  });
  return values.length === 0 ? '' : ` (${values.join(', ')})`;
}

function jsonAt({ resource, payload }: Event, path: readonly string[]): string | undefined {
  let value: unknown = { resource, payload };
  for (const key of path) value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return JSON.stringify(value);
}

const shortened = (json: string): string =>
  json.length > VALUE_CHARACTERS ? `${json.slice(0, VALUE_CHARACTERS)}…` : json;

function oneOf(texts: readonly string[]): string {
  if (texts.length === 0) return 'nothing';
  const named = texts.slice(0, NAMED).map(quote);
  const more = texts.length > NAMED ? ` or ${texts.length - NAMED} others` : '';
  return `${named.join(' or ')}${more}`;
}
