import { createHash } from 'node:crypto';
import type { Automation } from '../../src/model/automation.ts';
import { type EventDocument, eventDocument, type Labels } from '../../src/model/event.ts';
import { isRecord } from '../../src/model/record.ts';
import { compareText } from '../../src/model/text.ts';
import { type ModelEvent, modelEvent } from './event.ts';
import { labelsOf } from './keys.ts';
import { type Collected, type Node, wholeDefinition } from './state.ts';
import type { Story } from './story.ts';

export type Firing = {
  /** 32 hex digits of content alone. The text fixes what goes in, not the hash: compare ids only within the model. */
  readonly id: string;
  readonly automation: string;
  readonly path: string;
  readonly state: 'triggered' | 'resolved';
  readonly labels: Labels;
  readonly event: ModelEvent | null;
  /** The `time` of rules 9, in ms; for resolved t of the resolving event. */
  readonly time: number;
  /** In declared order. */
  readonly children: readonly Firing[];
  readonly cause: string;
  /** Rules 17.7; 0 when it is none. */
  readonly reminder: number;
  /** Rules 17.8; null for what brings none. */
  readonly collected: Collected | null;
  readonly story: Story;
  /** It makes no jobs and no state-change event. */
  readonly shadow: boolean;
};

type Happening = {
  readonly state?: Firing['state'];
  readonly event: ModelEvent | null;
  readonly time: number;
  readonly children?: readonly Firing[];
  readonly reminder?: number;
  readonly collected?: Collected | null;
  readonly story: Story;
  /** Of what an alert brings: whether its firing came out in shadow. */
  readonly shadow?: boolean;
  /** Rules 10, one row of the second table. */
  readonly cause: readonly (string | number | null)[];
};

export function makeFiring(node: Node, key: readonly string[], happening: Happening): Firing {
  const {
    state = 'triggered',
    event,
    time,
    children = [],
    cause,
    reminder = 0,
    collected = null,
    story,
    shadow = false,
  } = happening;
  // Reading: the definition of a trigger, for its firing ids, is what rules 13 compares, of it and of all below.
  const content = JSON.stringify([node.automationId, node.path, wholeDefinition(node), key, state, cause]);
  return {
    id: createHash('sha256').update(content).digest('hex').slice(0, 32),
    automation: node.automationId,
    path: node.path,
    state,
    labels: labelsOf(node.trigger.forEach, key),
    event,
    time,
    children,
    cause: cause.map((part) => part ?? '-').join(' '),
    reminder,
    collected,
    story,
    shadow: node.shadow || shadow,
  };
}

/** The engine's own event for a firing of a root (rules 10). */
export function stateChangeEvent(firing: Firing, root: Node, automation: Automation, received: number): ModelEvent {
  const { event } = firing;
  const names = Object.keys(firing.labels).sort(compareText);
  const values = names.map((name) => firing.labels[name] ?? '');
  const told = names.flatMap((name, i): [string, string][] => (values[i] ? [[`label.${name}`, values[i]]] : []));
  const named: Labels = {
    id: `automation.${automation.id}`,
    name: automation.name,
    key: JSON.stringify(values),
    ...Object.fromEntries(told),
  };
  const change = {
    id: `s-${firing.id}`,
    event: `automation.${firing.state}`,
    resource: root.kind === 'event' ? { ...named, posture: root.trigger.posture } : named,
    related: event === null ? [] : [{ id: `event.${event.id}`, role: 'triggering-event' }],
    occurred: firing.time,
    received,
    follows: null,
    payload: {
      triggering_labels: firing.labels,
      triggering_event: event === null ? null : trimmed(event),
      ...(firing.reminder > 0 && { reminder: firing.reminder }),
    },
    causeChain: [...(event?.causeChain ?? []), automation.id],
  };
  return modelEvent(change, true);
}

function trimmed(event: ModelEvent): EventDocument {
  const document = eventDocument(event);
  const nested = event.payload.triggering_event;
  if (!isRecord(nested)) return document;
  return { ...document, payload: { ...event.payload, triggering_event: { id: nested.id } } };
}
