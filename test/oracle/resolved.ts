import type { Labels } from '../../src/model/event.ts';
import type { ModelEvent } from './event.ts';
import { type Firing, makeFiring } from './firing.ts';
import { keyOf } from './keys.ts';
import { dropRaised } from './raised.ts';
import { type Alert, keyText, type Node } from './state.ts';
import { storyOfAlert } from './story.ts';

/** Rules 8.1, over already: resolved by the firing's own event, at the time that made it good. */
export function overFiring(node: Node, firing: Firing, over: number): Firing {
  const key = node.trigger.forEach.map((name) => firing.labels[name] ?? '');
  const story = storyOfAlert(firing.story.start ?? 0);
  return makeFiring(node, key, {
    state: 'resolved',
    event: firing.event,
    time: over,
    cause: [firing.cause, over],
    story,
    shadow: firing.shadow,
  });
}

export function resolvedFiring(node: Node, event: ModelEvent, alert: Alert | undefined): Firing {
  const key = keyOf(event, node.trigger.forEach);
  return makeFiring(node, key, {
    state: 'resolved',
    event,
    time: event.t,
    cause: [event.id, event.t],
    story: storyOfAlert(alert?.start ?? 0),
    shadow: alert?.shadow === true,
  });
}

/** Rules 13, resolve: the alert of a root's key ends; null without one. */
export function resolvedByHand(node: Node, labels: Labels, asOf: number, at: number): Firing | null {
  if (node.kind !== 'event') return null;
  const key = node.trigger.forEach.map((name) => labels[name] ?? '');
  const text = keyText(key);
  const ended = { state: 'resolved' as const, time: asOf };
  const raised = node.raised.get(text);
  if (raised !== undefined) {
    const { event, firing } = raised;
    dropRaised(node, raised, asOf);
    const start = firing.time;
    return makeFiring(node, key, {
      ...ended,
      event,
      cause: [start, at],
      story: storyOfAlert(start),
      shadow: firing.shadow,
    });
  }
  const alert = node.alerts.get(text);
  if (alert === undefined) return null;
  node.alerts.delete(text);
  const { start, event, reminding, shadow } = alert;
  // Only what reminders name is kept of an absence.
  return makeFiring(node, key, {
    ...ended,
    event: reminding === null ? null : event,
    cause: [start, at],
    story: storyOfAlert(start),
    shadow,
  });
}
