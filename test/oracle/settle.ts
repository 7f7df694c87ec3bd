import { forgetStored, takeBack } from './composite.ts';
import { earlyTimes } from './early.ts';
import { type Firing, makeFiring } from './firing.ts';
import { compareKey, compareText } from './keys.ts';
import { type Alert, type EventNode, keyText, type Loaded, type Window } from './state.ts';
import { FORGET_MS } from './windows.ts';

/** What a settlement lets out; `over` is the time (ms) at which the absence was made good already. */
export type Settled = { readonly firing: Firing; readonly rises: boolean; readonly over: number | null };

/** Rules 8.1, with a time `s` (ms) not before the end of the window; `asOf` is that of the settlement. */
export function settle(node: EventNode, window: Window, s: number, asOf: number): Settled | null {
  const text = keyText(window.key);
  if (window.keepUntil !== null && window.end > window.keepUntil) {
    node.windows.delete(text);
    return null;
  }
  const fires = window.count < node.trigger.threshold && (node.repeat || !window.silent);
  const settled = fires ? absence(node, window, asOf) : null;
  if (node.trigger.after.length > 0) node.windows.delete(text);
  else roll(node, window, s);
  return settled;
}

/** Sets or renews the alert; what makes it over already counts when the firing has gone up, which changes nothing of the alert. */
function absence(node: EventNode, window: Window, asOf: number): Settled {
  const { key, start, end, due, last: event } = window;
  const text = keyText(key);
  const firing = makeFiring(node, key, { event, time: end, cause: [start, end, window.opener] });
  const missing = node.trigger.threshold - window.count;
  const early = node.trigger.after.length > 0 ? earlyTimes(node, text, asOf, end) : [];
  const over = early[missing - 1] ?? null;
  const { parent } = node;
  const rises = over === null || parent?.trigger.type !== 'compound' || parent.trigger.needed === 1;
  const before = node.alerts.get(text);
  const known = before !== undefined && before.forgetAt > asOf ? before : null;
  const armed = newer(known?.armed ?? null, window.armed);
  const alert: Alert = {
    key,
    start,
    missing: missing - early.length,
    forgetAt: due + FORGET_MS,
    armed,
    event,
    firing: rises ? firing : (known?.firing ?? null),
  };
  node.alerts.set(text, alert);
  if (over !== null) {
    node.note('over already');
    node.alerts.delete(text);
    takeBack(node, alert);
  }
  window.silent = true;
  return { firing, rises, over };
}

function newer(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
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
      for (const [text, window] of node.windows) {
        if (window.end > asOf) continue;
        if (node.holds.has(text)) {
          node.note('held');
          continue;
        }
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
      if (window.keepUntil !== null && window.keepUntil <= asOf && !node.holds.has(text)) node.windows.delete(text);
    }
    for (const [text, alert] of node.alerts) if (alert.forgetAt <= asOf) node.alerts.delete(text);
    for (const [text, early] of node.early) if (early.until <= asOf) node.early.delete(text);
  }
}
