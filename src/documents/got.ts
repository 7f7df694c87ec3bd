/* Written by scripts/documents.ts from the schemas, which are what is checked at run time: do not edit. */

import type { FreeAction, RelatedResource, Resource } from './basics.ts';
import type { AutomationDocument, QueueAction } from './given.ts';
import type { TriggerDocument } from './triggers.ts';

/** A complete event. */
export type EventDocument = {
  /** Its id: the one of the sender, else entry-<stream entry id> */
  id: string;
  /** The name of what happened */
  event: string;
  /** The resource it happened to, with its labels */
  resource: Resource;
  /** Other resources, each with a role */
  related: readonly RelatedResource[];
  /** When it happened, ISO 8601 in UTC */
  occurred: string;
  /** Id of an event known to precede this one */
  follows: string | null;
  /** Anything the sender put there */
  payload: Readonly<Record<string, unknown>>;
  /** Automations that led to this event, oldest first */
  cause_chain: readonly string[];
  /** When it arrived, ISO 8601 in UTC */
  received: string;
  /** The span of a trace that it comes from, as W3C writes it */
  traceparent?: string;
};

/** What a firing was made of. */
export type StoryDocument = {
  /** tumbling, sliding: a Reactive window; count: one without `within`; absence, silence: a Proactive window, with `after` and standing; alert: the end of an alert; reminder; compound, sequence: child firings */
  kind: 'tumbling' | 'sliding' | 'count' | 'absence' | 'silence' | 'alert' | 'reminder' | 'compound' | 'sequence';
  /** Begin of the window; of an alert that of the window that fired; of a composite its first child firing */
  start?: string;
  /** End of the window; of a composite its last child firing */
  end?: string;
  /** When an absence had to be settled, where that is not the end of its window */
  due?: string;
  /** The earliest event of a sliding window */
  since?: string;
  /** Id of the event that opened the window of an absence: the arming one, with `after` */
  opener?: string;
  /** What `count` says, where it is not events: different values, or a sum */
  of?: 'distinct' | 'sum';
  /** How many events were counted; null: a sum beyond all numbers */
  count?: number | null;
  /** How many would have been enough, or were */
  threshold?: number;
  /** Id of the first event that was counted, where that is known */
  first?: string;
  /** Id of the last one, where that is known */
  last?: string;
};

/** A firing as handlers see it. */
export type FiringDocument = {
  /** Derived from the cause: the same firing has the same id wherever it is decided */
  id: string;
  /** The trigger that fired, as it was */
  trigger: TriggerDocument;
  /** Resolved: its alert ended */
  state: 'Triggered' | 'Resolved';
  /** When it fired, in event time */
  triggered: string;
  /** The key with its names; for a composite its group */
  triggering_labels: Readonly<Record<string, string>>;
  /** The event that it fired at; null where an absence came to its end */
  triggering_event: EventDocument | null;
  /** Number of the automation as it was */
  revision?: number;
  /** What it was made of: its window, and what was counted there */
  story?: StoryDocument;
  /** How much later it was decided than its event arrived, or than the deadline of an absence; it waits for the lag, too */
  late_ms?: number;
  /** The worker that decided it */
  worker?: string;
  /** Wall clock when it was decided */
  decided: string;
  /** Of a reminder: its number since the alert was set or renewed */
  reminder?: number;
  /** With `collect`: the last events that were counted into its window, in the order in which they were applied */
  triggering_events?: readonly EventDocument[];
  /** With `collect`: how many events were counted into its window */
  events_counted?: number;
  /** Child firings in declared order; none for event triggers */
  triggering_firings: readonly ChildFiringDocument[];
};

/** An event whose document stands elsewhere in the same job. */
export type EventReference = {
  /** Id of the event */
  id: string;
};

/** A firing as it stands in a job, where each event stands once. */
export type JobFiringDocument = {
  /** Derived from the cause: the same firing has the same id wherever it is decided */
  id: string;
  /** The trigger that fired, as it was */
  trigger: TriggerDocument;
  /** Resolved: its alert ended */
  state: 'Triggered' | 'Resolved';
  /** When it fired, in event time */
  triggered: string;
  /** The key with its names; for a composite its group */
  triggering_labels: Readonly<Record<string, string>>;
  /** The event that it fired at, by its id where it is that of the job; null where an absence came to its end */
  triggering_event: EventDocument | EventReference | null;
  /** Number of the automation as it was */
  revision?: number;
  /** What it was made of: its window, and what was counted there */
  story?: StoryDocument;
  /** How much later it was decided than its event arrived, or than the deadline of an absence; it waits for the lag, too */
  late_ms?: number;
  /** The worker that decided it */
  worker?: string;
  /** Wall clock when it was decided */
  decided: string;
  /** Of a reminder: its number since the alert was set or renewed */
  reminder?: number;
  /** With `collect`: the last events that were counted, by their ids where they stand elsewhere in the job */
  triggering_events?: readonly (EventDocument | EventReference)[];
  /** With `collect`: how many events were counted into its window */
  events_counted?: number;
  /** Child firings in declared order; none for event triggers */
  triggering_firings: readonly JobChildFiringDocument[];
};

/** Firings that go out together. */
export type JobGroupDocument = {
  /** Labels by which its firings are alike, with their values */
  labels: Readonly<Record<string, string>>;
  /** All of its firings, in the order in which they joined it */
  firings: readonly FiringDocument[];
};

/** A key of which firings were held back. */
export type HeldKeyDocument = {
  /** The key with its names */
  labels: Readonly<Record<string, string>>;
  /** How many firings of it were held back */
  firings: number;
};

/** What a budget held back while it was closed. */
export type BudgetSummaryDocument = {
  /** How many firings were held back */
  held: number;
  /** When the budget was used up */
  since: string;
  /** When it opened again */
  until: string;
  /** Of which keys, those with most firings in front */
  keys: readonly HeldKeyDocument[];
  /** How many firings of keys that are not named */
  others: number;
};

/** What every job holds. */
export type TriggeredFields = {
  /** f-<firing id>-<action_index>; the same for every attempt and every repeat */
  id: string;
  /** The automation as it was when it fired */
  automation: AutomationDocument;
  /** What happened; `wholeFiring` gives it with all of its events */
  firing: JobFiringDocument;
  /** When it fired, in event time */
  triggered: string;
  /** The key with its names; for a composite its group */
  triggering_labels: Readonly<Record<string, string>>;
  /** The firing's event, or the state-change event (rules 11) */
  triggering_event: EventDocument | null;
  /** Place in actions + actions_on_trigger + actions_on_resolve */
  action_index: number;
  /** Of a job for a group: all of its firings; the other fields are about the first one */
  group?: JobGroupDocument;
  /** Of a job that says what a budget held back; the other fields are about the first firing */
  summary?: BudgetSummaryDocument;
  /** Id of the state-change event */
  state_change_event: string;
  /** Give this to systems that recognise repeated requests */
  idempotencyKey: string;
};

/** A firing inside a composite's. */
export type ChildFiringDocument = Omit<
  FiringDocument,
  'decided' | 'reminder' | 'triggering_events' | 'events_counted'
> & {
  /** Wall clock when it was decided */
  decided?: string;
};

/** The same in a job. */
export type JobChildFiringDocument = Omit<ChildFiringDocument, 'triggering_event' | 'triggering_firings'> & {
  /** The event that it fired at, by its id where it stands elsewhere in the job; null where an absence came to its end */
  triggering_event: EventDocument | EventReference | null;
  /** Child firings in declared order */
  triggering_firings: readonly JobChildFiringDocument[];
};

/**
 * What a job holds: everything its handler needs, so that later edits of the automation change nothing. `data` tells the two kinds
 * apart: only the job of a queue action has it.
 */
export type TriggeredAction = TriggeredQueueAction | TriggeredFreeAction;

/** What the job of a queue action holds. */
export type TriggeredQueueAction = TriggeredFields & {
  /** The action as the automation has it */
  action: QueueAction;
  /** The data of the action */
  data: Readonly<Record<string, unknown>>;
};

/** What the job of any other action holds. */
export type TriggeredFreeAction = TriggeredFields & {
  /** The action as the automation has it */
  action: FreeAction;
  data?: never;
};
