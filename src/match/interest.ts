import type { EventTrigger } from '../model/trigger.ts';
import { compileCondition, compilePatterns, compileValue, type EventMatcher, type Question } from './conditions.ts';
import type { LabelPlace } from './label-index.ts';
import { covers, type Labelled } from './labels.ts';
import { compileNames, type NameMatcher } from './names.ts';
import type { TriggerNode } from './plan.ts';

/**
 * A trigger that wants an event, and for what (rules 6 and 17): what the event is to it. The optional parts are absent where they say
 * nothing, and of triggers that use nothing of rules 17.
 */
export type Interest = Readonly<{
  node: TriggerNode;
  /** It is counted. With `distinct` or `sum` only if its value is there. */
  expects: boolean;
  arms: boolean;
  resets?: true;
  resolves?: true;
  /** It empties its group of this composite. The only interest of a composite. */
  empties?: true;
  /** What it adds: with `sum` a number, with `distinct` a text of at most 129 characters, equal when the values are. */
  value?: string | number;
  /** It would be counted, but its value is not there. */
  noValue?: true;
}>;

/** A place in the index: the pattern for names, and where the trigger stands in the label index of that. */
export type Filed = { pattern: string; place: LabelPlace };

/** A trigger as the index keeps it: one for each of 100,000 automations, so without the document that it is from. */
export type Asked = PlainTrigger | ConditionalTrigger | EmptiedComposite;

/** A trigger whose patterns are all texts, and that has no condition. It is only asked about events whose name it wants. */
export class PlainTrigger {
  readonly node: TriggerNode;
  readonly seesItself: boolean;
  readonly filed: Filed[] = [];
  /** The last call of the index that looked at this; it may be found by way of several patterns. */
  seenIn = 0;
  readonly #expects: NameMatcher;
  readonly #arms: NameMatcher;
  readonly #covers: (event: Labelled) => boolean;

  constructor(node: TriggerNode, trigger: EventTrigger, seesItself: boolean) {
    this.node = node;
    this.seesItself = seesItself;
    // No pattern for expected events means any event.
    this.#expects = compileNames(trigger.expect.length === 0 ? ['*'] : trigger.expect.filter(isText));
    this.#arms = compileNames(trigger.after.filter(isText));
    this.#covers = covers(trigger);
  }

  interestIn({ event }: Question): Interest | null {
    if (!this.#covers(event)) return null;
    return { node: this.node, expects: this.#expects(event.event), arms: this.#arms(event.event) };
  }
}

const always: EventMatcher = () => true;

/** A trigger with conditions, a value, or events that reset or resolve it. */
export class ConditionalTrigger {
  readonly node: TriggerNode;
  readonly seesItself: boolean;
  readonly filed: Filed[] = [];
  seenIn = 0;
  readonly #covers: (event: Labelled) => boolean;
  readonly #where: EventMatcher;
  readonly #expects: EventMatcher;
  readonly #arms: EventMatcher;
  readonly #resets: EventMatcher;
  readonly #resolves: EventMatcher;
  readonly #value: ((question: Question) => string | number | undefined) | null;

  constructor(node: TriggerNode, trigger: EventTrigger, seesItself: boolean) {
    const { where, expect, after, reset = [], resolve, distinct, sum } = trigger;
    this.node = node;
    this.seesItself = seesItself;
    this.#covers = covers(trigger);
    this.#where = where === undefined ? always : compileCondition(where);
    this.#expects = expect.length === 0 ? always : compilePatterns(expect);
    this.#arms = compilePatterns(after);
    this.#resets = compilePatterns(reset);
    this.#resolves = compilePatterns(resolve?.on ?? []);
    const value = distinct === undefined ? sum : distinct;
    this.#value = value === undefined ? null : compileValue(value, distinct === undefined ? 'number' : 'value');
  }

  interestIn(question: Question): Interest | null {
    if (!this.#covers(question.event)) return null;
    question.of(this.node.automationId);
    const [meets, arms] = [this.#expects(question), this.#arms(question)];
    const [resets, resolves] = [this.#resets(question), this.#resolves(question)];
    if (!(meets || arms || resets || resolves) || !this.#where(question)) return null;
    const value = meets && this.#value !== null ? this.#value(question) : undefined;
    const lacks = meets && this.#value !== null && value === undefined;
    return {
      node: this.node,
      expects: meets && !lacks,
      arms,
      ...(resets && { resets }),
      ...(resolves && { resolves }),
      ...(value !== undefined && { value }),
      ...(lacks && { noValue: lacks }),
    };
  }
}

/** A composite whose groups are emptied by events (rules 17.9). */
export class EmptiedComposite {
  readonly node: TriggerNode;
  readonly seesItself: boolean;
  readonly filed: Filed[] = [];
  seenIn = 0;
  readonly #empties: EventMatcher;

  constructor(node: TriggerNode, unless: EventTrigger['expect'], seesItself: boolean) {
    this.node = node;
    this.seesItself = seesItself;
    this.#empties = compilePatterns(unless);
  }

  interestIn(question: Question): Interest | null {
    if (!this.#empties(question.of(this.node.automationId))) return null;
    return { node: this.node, expects: false, arms: false, empties: true };
  }
}

/** Whether a trigger uses anything of rules 17 that matching has to do with. */
export function isPlain({ where, distinct, sum, reset, resolve, expect, after }: EventTrigger): boolean {
  const more = where ?? distinct ?? sum ?? reset ?? resolve;
  return more === undefined && expect.every(isText) && after.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
