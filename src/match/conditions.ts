import { createHash } from 'node:crypto';
import { type Answer, type CelEvent, compileExpression, type Expression, evaluate } from '../cel/expression.ts';
import type { Event } from '../model/event.ts';
import { namesOf } from '../model/pattern.ts';
import { fits } from '../model/text.ts';
import type { EventPattern } from '../model/trigger.ts';
import { decodeKey } from './key.ts';
import { covers } from './labels.ts';
import { compileNames, type NameMatcher } from './names.ts';

/** Hears of a condition that failed: the automation that it is from, and why. */
export type OnFailure = (automationId: string, reason: string) => void;

/** What triggers with conditions are asked: an event. One of these is used for all events, one after another. */
export class Question {
  #event: Event | undefined;
  #asExpressionsSeeIt: CelEvent | undefined;
  #automationId = '';
  #onFailure: OnFailure | undefined;

  get event(): Event {
    if (this.#event === undefined) throw new Error('no event is asked about');
    return this.#event;
  }

  ask(event: Event, onFailure: OnFailure | undefined): void {
    this.#event = event;
    this.#asExpressionsSeeIt = undefined;
    this.#onFailure = onFailure;
  }

  /** Says whose conditions are asked next. */
  of(automationId: string): this {
    this.#automationId = automationId;
    return this;
  }

  /** What an expression gives; undefined when it fails. */
  answer(expression: Expression): Answer | undefined {
    const { event } = this;
    this.#asExpressionsSeeIt ??= asExpressionsSee(event);
    const result = evaluate(expression, this.#asExpressionsSeeIt);
    if (result.ok) return result.value;
    if (expression.wants === 'boolean') this.#onFailure?.(this.#automationId, result.error);
    return undefined;
  }
}

/** An event as expressions see it. */
export function asExpressionsSee({ event, id, resource, related, payload, occurred, received }: Event): CelEvent {
  return { event, id, resource, related, payload, occurredMs: occurred, receivedMs: received };
}

/** Whether an event meets a condition, a pattern, or one of several. */
export type EventMatcher = (question: Question) => boolean;

/** A condition (rules 17.1). It is compiled when it is first asked: most of 100,000 never are, since names and labels come first. */
export function compileCondition(text: string): EventMatcher {
  let expression: Expression | undefined;
  return (question) => {
    expression ??= compileExpression(text, 'boolean');
    return question.answer(expression) === true;
  };
}

/** At least one of the patterns is met; of no patterns, none is. Name, labels and condition are asked in this order. */
export function compilePatterns(patterns: readonly EventPattern[]): EventMatcher {
  const isNamed = compileNames(patterns.filter((one) => typeof one === 'string'));
  const objects = patterns.flatMap((one) => (typeof one === 'string' ? [] : [compileObject(one)]));
  if (objects.length === 0) return ({ event }) => isNamed(event.event);
  return (question) => isNamed(question.event.event) || objects.some((meets) => meets(question));
}

function compileObject(pattern: Exclude<EventPattern, string>): EventMatcher {
  const isNamed: NameMatcher = compileNames(namesOf(pattern));
  const isCovered = covers(pattern);
  const condition = pattern.where === null ? null : compileCondition(pattern.where);
  return (question) =>
    isNamed(question.event.event) && isCovered(question.event) && (condition === null || condition(question));
}

/** Longest text that is compared as it is (rules 17.2), in characters. */
const VALUE_LIMIT = 128;

/** What an expected event adds (rules 17.2): for `sum` a number, for `distinct` a text that is equal when the values are; undefined for none. */
export function compileValue(
  text: string,
  wants: 'number' | 'value',
): (question: Question) => string | number | undefined {
  let expression: Expression | undefined;
  return (question) => {
    expression ??= compileExpression(text, wants);
    const answer = question.answer(expression);
    return wants === 'number' || answer === undefined ? (answer as number | undefined) : comparable(answer);
  };
}

/** With a letter for the type: all numbers are one type. A lone surrogate would be lost on the way to Redis, so such a text is digested too. */
function comparable(value: Answer): string {
  if (typeof value !== 'string') return `${typeof value === 'number' ? 'n' : 'b'}${value}`;
  if (fits(value, VALUE_LIMIT) && value.isWellFormed()) return `s${value}`;
  return `d${createHash('sha256').update(Buffer.from(value, 'utf16le')).digest('base64url').slice(0, 22)}`;
}

/** What people see of a value as it is kept, in the form of keys: a text as it is, of a long one the beginning of its digest. */
export function shownValue(kept: string): string {
  const [value = ''] = decodeKey(kept, 1);
  return value.startsWith('d') ? `sha256:${value.slice(1, 9)}` : value.slice(1);
}
