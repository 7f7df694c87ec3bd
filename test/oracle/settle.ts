import { forgetStored, takeBack } from './composite.ts';
import { broughtBy, isEnough } from './counting.ts';
import { earlyTimes } from './early.ts';
import { type Firing, makeFiring } from './firing.ts';
import { compareKey, compareText } from './keys.ts';
import { forgetMarks } from './marks.ts';
import { endOf } from './raised.ts';
import { nextReminder, remindOf } from './reminders.ts';
import { type Alert, type EventNode, keyText, type Loaded, type Raised, type Reminding, type Window } from './state.ts';
import { storyOfAbsence } from './story.ts';
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
  const fires = !isEnough(node.trigger, window.count) && (node.repeat || !window.silent);
  const settled = fires ? absence(node, window, asOf) : null;
  if (node.trigger.after.length > 0) node.windows.delete(text);
  else roll(node, window, s);
  return settled;
}

/** Sets or renews the alert; what makes it over already counts when the firing has gone up, which changes nothing of the alert. */
function absence(node: EventNode, window: Window, asOf: number): Settled {
  const { key, start, end, due, last: event } = window;
  const text = keyText(key);
  const collected = broughtBy(node.trigger, window.collected);
  const story = storyOfAbsence(node.trigger, window);
  const firing = makeFiring(node, key, { event, time: end, cause: [start, end, window.opener], collected, story });
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
    reminding: remindOf(node, firing, asOf),
    shadow: firing.shadow,
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
  window.values = new Set();
  window.collected = { events: [], counted: 0 };
  window.due = Math.max(end, window.openedAsOf);
}

/** What is due: the end of a Proactive window, of an alert (rules 17.6), or a reminder (17.7); `time` in ms. */
export type Due = { readonly node: EventNode; readonly key: readonly string[]; readonly time: number } & (
  | { readonly kind: 'window'; readonly window: Window }
  | { readonly kind: 'alert'; readonly raised: Raised }
  | { readonly kind: 'reminder'; readonly reminding: Reminding; readonly start: number }
);

const KINDS: readonly Due['kind'][] = ['window', 'alert', 'reminder'];

/** What a key waits for, held windows included. */
export function* duesOf(node: EventNode, text: string): Generator<Due> {
  const window = node.windows.get(text);
  if (window !== undefined && node.trigger.posture === 'Proactive') {
    yield { node, key: window.key, time: window.end, kind: 'window', window };
  }
  const raised = node.raised.get(text);
  const end = raised === undefined ? null : endOf(node, raised);
  if (raised !== undefined && end !== null) yield { node, key: raised.key, time: end, kind: 'alert', raised };
  const alert = raised ?? node.alerts.get(text);
  const time = alert === undefined ? null : nextReminder(alert.reminding, alert.forgetAt);
  if (alert?.reminding == null || time === null) return;
  const start = raised?.firing.time ?? node.alerts.get(text)?.start ?? time;
  yield { node, key: alert.key, time, kind: 'reminder', reminding: alert.reminding, start };
}

/** What to settle first among what is due by `asOf` (rules 8.2). */
export function firstDue(enabled: Iterable<Loaded>, asOf: number): { loaded: Loaded; due: Due } | null {
  let first: { loaded: Loaded; due: Due } | null = null;
  for (const loaded of enabled) {
    for (const node of loaded.nodes) {
      if (node.kind !== 'event') continue;
      for (const text of waiting(node, asOf)) {
        for (const due of duesOf(node, text)) {
          if (due.time > asOf || isHeld(due, text)) continue;
          if (first === null || compareDue(due, first.due) < 0) first = { loaded, due };
        }
      }
    }
  }
  return first;
}

/** The keys that may have something due by `asOf`: most have not, and a log of thousands of keys has to be gone through for each entry. */
function* waiting(node: EventNode, asOf: number): Generator<string> {
  if (node.trigger.posture === 'Proactive') for (const [text, { end }] of node.windows) if (end <= asOf) yield text;
  yield* node.raised.keys();
  for (const [text, { reminding, forgetAt }] of node.alerts) {
    if (reminding !== null && nextReminder(reminding, forgetAt) !== null) yield text;
  }
}

function isHeld({ node, kind }: Due, text: string): boolean {
  if (kind !== 'window' || !node.holds.has(text)) return false;
  node.note('held');
  return true;
}

export function compareDue(a: Due, b: Due): number {
  return (
    a.time - b.time ||
    compareText(a.node.automationId, b.node.automationId) ||
    a.node.order - b.node.order ||
    compareKey(a.key, b.key) ||
    KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)
  );
}

/** The end of the window that ends first and is not held. */
export function nextEnd(enabled: readonly Loaded[]): number | null {
  const ends = enabled.flatMap(({ nodes }) =>
    nodes.flatMap((node) => {
      if (node.kind !== 'event' || node.trigger.posture !== 'Proactive') return [];
      return [...node.windows].flatMap(([text, { end }]) => (node.holds.has(text) ? [] : [end]));
    }),
  );
  return ends.length === 0 ? null : Math.min(...ends);
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
    for (const [text, raised] of node.raised) if (raised.forgetAt <= asOf) node.raised.delete(text);
    for (const memory of [node.early, node.recent]) {
      for (const [text, { until }] of memory) if (until <= asOf) memory.delete(text);
    }
    forgetMarks(node, asOf);
  }
}
