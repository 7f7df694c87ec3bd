import type { Automation } from '../../src/model/automation.ts';
import { plainPattern } from '../../src/model/pattern.ts';
import { isRecord } from '../../src/model/record.ts';
import type { CompositeTrigger, EventTrigger, Spec, Trigger } from '../../src/model/trigger.ts';
import type { ModelEvent } from './event.ts';
import type { Firing } from './firing.ts';

/** Rules 6. All times in ms. */
export type Window = {
  readonly key: readonly string[];
  start: number;
  end: number;
  count: number;
  last: ModelEvent | null;
  /** Id of the event that opened it; a rolled or restarted window has that of its predecessor. */
  opener: string | null;
  /** as_of when opened; a rolled window has that of its predecessor. */
  openedAsOf: number;
  due: number;
  keepUntil: number | null;
  silent: boolean;
  /** The newest t of its arming events; null in a standing window. */
  armed: number | null;
  /** With `distinct`. */
  values: Set<string>;
  collected: Collected;
};

/** Rules 17.8: the last events counted, with their bytes, in order of application, and how many were counted. */
export type Collected = { events: { readonly event: ModelEvent; readonly bytes: number }[]; counted: number };

/** Rules 17.7, of an alert: the firing that set or last renewed it, and how many reminders came or are used up. */
export type Reminding = { readonly firing: Firing; readonly everyMs: number; readonly limit: number; used: number };

/** The alert of a Reactive trigger (rules 17.6). */
export type Raised = {
  readonly key: readonly string[];
  last: number;
  event: ModelEvent;
  readonly firing: Firing;
  readonly reminding: Reminding | null;
  /** Infinite where it ends by time. */
  forgetAt: number;
};

/** An event in the list of a sliding window; `value` with `distinct`. */
export type Listed = {
  readonly t: number;
  readonly value: string | null;
  readonly event: ModelEvent;
  readonly order: number;
};

/** What a Reactive key keeps beside its window: each is forgotten at its own as_of. */
export type Marks = {
  quiet: number;
  quietUntil: number;
  floor: number;
  floorUntil: number;
  list: Listed[];
  listUntil: number;
  applied: number;
};

export type Alert = {
  readonly key: readonly string[];
  start: number;
  missing: number;
  forgetAt: number;
  armed: number | null;
  /** That of the firing that set or last renewed it. */
  event: ModelEvent | null;
  /** The firing that set or last renewed it and went up (rules 9, taken back). */
  firing: Firing | null;
  reminding: Reminding | null;
  /** Whether the firing that set or last renewed it came out in shadow. */
  readonly shadow: boolean;
};

/** Times of expected events, sorted, and until which as_of they are remembered (rules 6, `early`). */
export type Early = { readonly times: readonly number[]; readonly until: number };

/** A child firing kept by a composite; `application` orders those with equal times. */
export type Stored = { readonly firing: Firing; readonly application: number; readonly keepUntil: number };

export type Group = { readonly key: readonly string[]; readonly stored: Map<number, Stored>; applications: number };

/** What rarely happens: whether random scenarios meet it often enough is tested. */
export type Rare =
  | 'comes late'
  | 'satisfied early'
  | 'armed again'
  | 'over already'
  | 'taken back'
  | 'held'
  | 'resolved by hand'
  | 'cleared'
  | 'long silence';

/** A trigger at its place in the tree of one automation, with all that it remembers. */
type Place = {
  readonly automationId: string;
  /** Child indices joined by dots, '' for the root. */
  readonly path: string;
  /** 0-based position in the tree, depth first. */
  readonly order: number;
  /** Index among the children of `parent`. */
  readonly index: number;
  readonly parent: CompositeNode | null;
  readonly note: (what: Rare) => void;
  /** Whether its automation is in shadow. */
  readonly shadow: boolean;
  /** What must be the same for the state to be kept (rules 13), as text. */
  readonly definition: string;
};

export type EventNode = Place & {
  readonly kind: 'event';
  readonly trigger: EventTrigger;
  /** Rules 5.2: its default depends on `for_each`. */
  readonly repeat: boolean;
  windows: Map<string, Window>;
  alerts: Map<string, Alert>;
  early: Map<string, Early>;
  raised: Map<string, Raised>;
  marks: Map<string, Marks>;
  /** The newest t of events that meet `reset` (Proactive) or `resolve.on` (Reactive), and until which as_of it is remembered. */
  recent: Map<string, { readonly t: number; readonly until: number }>;
  /** Ids of the parked events that each key waits for. */
  holds: Map<string, Set<string>>;
  /** as_of when what is over was last forgotten. */
  forgotAsOf: number;
};

export type CompositeNode = Place & {
  readonly kind: 'composite';
  readonly trigger: CompositeTrigger;
  readonly children: Node[];
  groups: Map<string, Group>;
};

export type Node = EventNode | CompositeNode;

export type Loaded = { readonly automation: Automation; readonly root: Node; readonly nodes: readonly Node[] };

export const keyText = (key: readonly string[]): string => JSON.stringify(key);

export const isStanding = (trigger: EventTrigger): boolean =>
  trigger.posture === 'Proactive' && trigger.after.length === 0;

/** The automation with nothing remembered yet. `document` is what it was parsed from. */
export function load(automation: Automation, document: unknown, note: (what: Rare) => void): Loaded {
  const nodes: Node[] = [];
  const add = (trigger: Trigger, given: unknown, path: string, index: number, parent: CompositeNode | null): Node => {
    const shadow = automation.mode === 'shadow';
    const place = { automationId: automation.id, path, order: nodes.length, index, parent, note, shadow };
    const definition = definitionOf(trigger);
    if (trigger.type === 'event') {
      const said = keyIn(given, 'repeat');
      const repeat = typeof said === 'boolean' ? said : !isStanding(trigger) || trigger.forEach.length === 0;
      const alertMaps = { alerts: new Map(), raised: new Map(), recent: new Map() };
      const memory = { windows: new Map(), early: new Map(), holds: new Map(), marks: new Map(), ...alertMaps };
      const node: EventNode = {
        ...place,
        definition,
        kind: 'event',
        trigger,
        repeat,
        ...memory,
        forgotAsOf: Number.NEGATIVE_INFINITY,
      };
      nodes.push(node);
      return node;
    }
    const node: CompositeNode = { ...place, definition, kind: 'composite', trigger, children: [], groups: new Map() };
    nodes.push(node);
    for (const [at, child] of trigger.triggers.entries()) {
      const below = keyIn(keyIn(given, 'triggers'), at);
      node.children.push(add(child, below, path === '' ? `${at}` : `${path}.${at}`, at, node));
    }
    return node;
  };
  return { automation, root: add(automation.trigger, keyIn(document, 'trigger'), '', 0, null), nodes };
}

function keyIn(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isRecord(value) ? value[key] : undefined;
}

/**
 * Reading: "unchanged in meaning" is said of event triggers, whose normal form is compared. Of a composite the text says
 * that `require` is unchanged: "all" of two and the number 2 differ, and so do "any" and 1.
 */
function definitionOf(trigger: Trigger): string {
  if (trigger.type !== 'event') {
    return JSON.stringify([trigger.type, trigger.require, trigger.withinMs, trigger.forEach]);
  }
  const { type, posture, threshold, withinMs, forEach, where, distinct, sum, sliding, resolve } = trigger;
  const specs = [trigger.match, ...trigger.matchRelated].map((spec: Spec) => [...spec]);
  const lists = [trigger.after, trigger.expect, trigger.reset ?? [], resolve?.on ?? []].map((list) =>
    list.map(plainPattern),
  );
  const counted = [where, distinct, sum, sliding, resolve?.afterMs];
  return JSON.stringify([type, posture, threshold, withinMs, specs, lists, forEach, counted]);
}

/** The definition of a trigger together with everything below it. */
export function wholeDefinition(node: Node): string {
  if (node.kind === 'event') return node.definition;
  return `${node.definition}(${node.children.map(wholeDefinition).join()})`;
}
