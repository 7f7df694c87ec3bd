import type { Event } from '../model/event.ts';
import { filingsOf } from './asks.ts';
import { type OnFailure, Question } from './conditions.ts';
import { type Asked, ConditionalTrigger, EmptiedComposite, type Interest, isPlain, PlainTrigger } from './interest.ts';
import { compareText } from './key.ts';
import { LabelIndex } from './label-index.ts';
import { PatternIndex } from './names.ts';
import type { Plan, TriggerNode } from './plan.ts';

export type { Interest } from './interest.ts';

/** An event with a longer chain of causes is evaluated by no automation: the brake on automations that feed each other. */
export const LONGEST_CAUSE_CHAIN = 8;

/** Shared by all events that no trigger wants, which are most of them. */
const NOBODY: readonly Interest[] = Object.freeze([]);

/**
 * All automations of one generation, asked which of their event triggers are interested in an event (rules 6, 14).
 *
 * The cost of an event does not grow with the automations that ignore it. Triggers are filed on one label index for each
 * pattern for event names, and on a large label index by the patterns of one label they ask for; what is found so is asked in
 * full. What asks for no label is asked for every event of its label index.
 */
export class TriggerIndex {
  readonly #entries = new Map<string, readonly Asked[]>();
  readonly #labelIndexes = new PatternIndex<LabelIndex<Asked>>();
  #calls = 0;
  // Reused from call to call, so that an event that no trigger wants leaves no garbage.
  readonly #openIndexes: LabelIndex<Asked>[] = [];
  readonly #candidates: ReadonlySet<Asked>[] = [];
  readonly #found: Interest[] = [];
  readonly #question = new Question();

  /** How many automations are held, disabled ones included. */
  get size(): number {
    return this.#entries.size;
  }

  /** Adds an automation, in the place of an earlier one with the same id. */
  put(plan: Plan): void {
    this.delete(plan.automation.id);
    const entries: Asked[] = [];
    this.#entries.set(plan.automation.id, entries);
    if (!plan.automation.enabled) return;
    for (const node of plan.nodes) {
      const entry = askedOf(node, plan.automation.allowSelfTrigger);
      if (entry === null) continue;
      entries.push(entry);
      this.#file(entry);
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
   * The interested triggers of all enabled automations that the event's cause chain does not exclude, each once, by automation id
   * in code point order and then depth first as declared: a composite that the event empties before its children.
   * @param onFailure hears of each condition that could not be answered; it counts as not met
   */
  interested(event: Event, onFailure?: OnFailure): readonly Interest[] {
    if (event.causeChain.length > LONGEST_CAUSE_CHAIN) return NOBODY;
    this.#find(event, onFailure);
    if (this.#found.length === 0) return NOBODY;
    if (this.#found.length > 1) this.#sort();
    return this.#found.slice();
  }

  #sort(): void {
    this.#found.sort((a, b) => compareText(a.node.automationId, b.node.automationId) || a.node.order - b.node.order);
  }

  #find(event: Event, onFailure: OnFailure | undefined): void {
    this.#openIndexes.length = 0;
    this.#candidates.length = 0;
    this.#found.length = 0;
    this.#calls += 1;
    this.#question.ask(event, onFailure);
    this.#labelIndexes.collect(event.event, this.#openIndexes);
    for (const labelIndex of this.#openIndexes) labelIndex.collect(event, this.#candidates);
    for (const entries of this.#candidates) {
      for (const entry of entries) {
        if (entry.seenIn === this.#calls) continue;
        entry.seenIn = this.#calls;
        if (isExcluded(entry, event)) continue;
        const interest = entry.interestIn(this.#question);
        if (interest !== null) this.#found.push(interest);
      }
    }
  }

  #file(entry: Asked): void {
    for (const [pattern, asks] of filingsOf(entry.node.trigger)) {
      const labelIndex = this.#labelIndexes.open(pattern, () => new LabelIndex<Asked>());
      entry.filed.push({ pattern, place: labelIndex.add(entry, asks) });
    }
  }
}

/** A trigger as it is asked; null for a composite that no event concerns. */
function askedOf(node: TriggerNode, seesItself: boolean): Asked | null {
  const { trigger } = node;
  if (trigger.type !== 'event') {
    return trigger.unless === undefined ? null : new EmptiedComposite(node, trigger.unless, seesItself);
  }
  return isPlain(trigger)
    ? new PlainTrigger(node, trigger, seesItself)
    : new ConditionalTrigger(node, trigger, seesItself);
}

function isExcluded({ node, seesItself }: Asked, event: Event): boolean {
  return !seesItself && event.causeChain.includes(node.automationId);
}
