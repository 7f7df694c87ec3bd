import { forgetStored } from './composite.ts';
import { type Firing, makeFiring } from './firing.ts';
import { compareKey, compareText } from './keys.ts';
import { type EventNode, keyText, type Loaded, type Window } from './state.ts';
import { FORGET_MS } from './windows.ts';

/** Rules 8.1, with a time `s` (ms) not before the end of the window. */
export function settle(node: EventNode, window: Window, s: number): Firing | null {
  const text = keyText(window.key);
  if (window.keepUntil !== null && window.end > window.keepUntil) {
    node.windows.delete(text);
    return null;
  }
  const { threshold, repeat, after } = node.trigger;
  const fires = window.count < threshold && (repeat || !window.silent);
  const firing = fires ? absence(node, window) : null;
  if (after.length > 0) node.windows.delete(text);
  else roll(node, window, s);
  return firing;
}

function absence(node: EventNode, window: Window): Firing {
  const { key, start, end, due } = window;
  const missing = node.trigger.threshold - window.count;
  node.alerts.set(keyText(key), { key, start, missing, forgetAt: due + FORGET_MS });
  window.silent = true;
  return makeFiring(node, key, { event: window.last, time: end, cause: [start, end, window.opener] });
}

/** Windows lie end to end on one grid; those already over at `s` are one with the settled one. */
function roll(node: EventNode, window: Window, s: number): void {
  const { withinMs: within } = node.trigger;
  const start = window.end + Math.floor((s - window.end) / within) * within;
  const end = start + within;
  window.start = start;
  window.end = end;
  window.count = 0;
  window.due = Math.max(end, window.openedAsOf);
}

export type Due = { readonly loaded: Loaded; readonly node: EventNode; readonly window: Window };

/** The Proactive window to settle first among those with `end` ≤ `asOf` (rules 8.2). */
export function firstDue(enabled: Iterable<Loaded>, asOf: number): Due | null {
  let first: Due | null = null;
  for (const loaded of enabled) {
    for (const node of loaded.nodes) {
      if (node.kind !== 'event' || node.trigger.posture !== 'Proactive') continue;
      for (const window of node.windows.values()) {
        if (window.end > asOf) continue;
        const due = { loaded, node, window };
        if (first === null || compareDue(due, first) < 0) first = due;
      }
    }
  }
  return first;
}

function compareDue(a: Due, b: Due): number {
  return (
    a.window.end - b.window.end ||
    compareText(a.node.automationId, b.node.automationId) ||
    a.node.order - b.node.order ||
    compareKey(a.window.key, b.window.key)
  );
}

/** The second half of catching up: what is over is deleted without a word. */
export function forget(loaded: Loaded, asOf: number): void {
  for (const node of loaded.nodes) {
    if (node.kind === 'composite') {
      for (const [text, group] of node.groups) {
        forgetStored(group, asOf);
        if (group.stored.size === 0) node.groups.delete(text);
      }
      continue;
    }
    // Whatever is opened or told is kept beyond the as_of at which it is: there is nothing new to be forgotten at the same one.
    if (node.forgotAsOf === asOf) continue;
    node.forgotAsOf = asOf;
    for (const [text, window] of node.windows) {
      if (window.keepUntil !== null && window.keepUntil <= asOf) node.windows.delete(text);
    }
    for (const [text, alert] of node.alerts) if (alert.forgetAt <= asOf) node.alerts.delete(text);
  }
}
