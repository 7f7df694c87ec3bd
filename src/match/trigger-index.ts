import type { Event } from '../model/event.ts';
import { namesOf } from '../model/pattern.ts';
import type { EventTrigger } from '../model/trigger.ts';
import { compareText } from './key.ts';
import { LabelIndex, type LabelPlace } from './label-index.ts';
import { covers, type Labelled } from './labels.ts';
import { compileNames, type NameMatcher, PatternIndex } from './names.ts';
import type { Plan, TriggerNode } from './plan.ts';

/** An event trigger that wants an event, and for what: it counts it, it is armed by it, or both. */
export type Interest = { readonly node: TriggerNode; readonly expects: boolean; readonly arms: boolean };

/** An event with a longer chain of causes is evaluated by no automation: the brake on automations that feed each other. */
const LONGEST_CAUSE_CHAIN = 8;

/** Shared by all events that no trigger wants, which are most of them. */
const NOBODY: readonly Interest[] = Object.freeze([]);

/** Without the document that the trigger is from: a worker keeps one of these for each of 100,000 automations. */
type FiledTrigger = {
  readonly node: TriggerNode;
  readonly seesItself: boolean;
  readonly expects: NameMatcher;
  readonly arms: NameMatcher;
  readonly covers: (event: Labelled) => boolean;
  readonly filed: { pattern: string; place: LabelPlace }[];
  /** The last call of `interested` that looked at this entry; it may be found by way of several patterns. */
  seenIn: number;
};

/**
 * All automations of one generation, asked which of their event triggers are interested in an event (rules 6, 14).
 *
 * The cost of an event does not grow with the automations that ignore it. Triggers are filed on one label index for each
 * pattern for event names, and on a large label index by the patterns of one label they ask for; what is found so is asked in
 * full. What asks for no label is asked for every event of its label index.
 */
export class TriggerIndex {
  readonly #entries = new Map<string, readonly FiledTrigger[]>();
  readonly #labelIndexes = new PatternIndex<LabelIndex<FiledTrigger>>();
  #calls = 0;
  // Reused from call to call, so that an event that no trigger wants leaves no garbage.
  readonly #openIndexes: LabelIndex<FiledTrigger>[] = [];
  readonly #candidates: ReadonlySet<FiledTrigger>[] = [];
  readonly #found: FiledTrigger[] = [];

  /** How many automations are held, disabled ones included. */
  get size(): number {
    return this.#entries.size;
  }

  /** Adds an automation, in the place of an earlier one with the same id. */
  put(plan: Plan): void {
    this.delete(plan.automation.id);
    const entries: FiledTrigger[] = [];
    this.#entries.set(plan.automation.id, entries);
    if (!plan.automation.enabled) return;
    for (const node of plan.nodes) {
      if (node.trigger.type === 'event') entries.push(this.#file(node, node.trigger, plan.automation.allowSelfTrigger));
    }
  }

  /** Takes an automation out; an unknown id changes nothing. */
  delete(automationId: string): void {
    for (const entry of this.#entries.get(automationId) ?? []) {
      for (const { pattern, place } of entry.filed) {
        const labelIndex = this.#labelIndexes.find(pattern);
        labelIndex?.remove(entry, place);
        if (labelIndex?.isEmpty) this.#labelIndexes.delete(pattern);
      }
    }
    this.#entries.delete(automationId);
  }

  /**
   * The interested event triggers of all enabled automations that the event's cause chain does not exclude, each once,
   * by automation id in code point order and then depth first as declared.
   */
  interested(event: Event): readonly Interest[] {
    if (event.causeChain.length > LONGEST_CAUSE_CHAIN) return NOBODY;
    this.#find(event);
    if (this.#found.length === 0) return NOBODY;
    this.#found.sort((a, b) => compareText(a.node.automationId, b.node.automationId) || a.node.order - b.node.order);
    return this.#found.map(({ node, expects, arms }) => ({
      node,
      expects: expects(event.event),
      arms: arms(event.event),
    }));
  }

  #find(event: Event): void {
    this.#openIndexes.length = 0;
    this.#candidates.length = 0;
    this.#found.length = 0;
    this.#calls += 1;
    this.#labelIndexes.collect(event.event, this.#openIndexes);
    for (const labelIndex of this.#openIndexes) labelIndex.collect(event, this.#candidates);
    for (const entries of this.#candidates) {
      for (const entry of entries) {
        if (entry.seenIn === this.#calls) continue;
        entry.seenIn = this.#calls;
        if (entry.covers(event) && !isExcluded(entry, event)) this.#found.push(entry);
      }
    }
  }

  #file(node: TriggerNode, trigger: EventTrigger, seesItself: boolean): FiledTrigger {
    // No pattern for expected events means any event; which events arm then makes no difference to who is asked.
    const [expect, after] = [trigger.expect.flatMap(namesOf), trigger.after.flatMap(namesOf)];
    const patterns = trigger.expect.length === 0 ? ['*'] : new Set([...expect, ...after]);
    const entry: FiledTrigger = {
      node,
      seesItself,
      expects: compileNames(trigger.expect.length === 0 ? ['*'] : expect),
      arms: compileNames(after),
      covers: covers(trigger),
      filed: [],
      seenIn: 0,
    };
    for (const pattern of patterns) {
      const labelIndex = this.#labelIndexes.open(pattern, () => new LabelIndex<FiledTrigger>());
      entry.filed.push({ pattern, place: labelIndex.add(entry, trigger) });
    }
    return entry;
  }
}

function isExcluded({ node, seesItself }: FiledTrigger, event: Event): boolean {
  return !seesItself && event.causeChain.includes(node.automationId);
}
