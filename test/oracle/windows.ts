import type { ModelEvent } from './event.ts';
import { type Firing, makeFiring } from './firing.ts';
import { type Interest, keyOf } from './keys.ts';
import { type EventNode, isStanding, keyText, type Window } from './state.ts';

export const REACH_BACK_MS = 15 * 60_000;
export const KEEP_MS = 60_000;
export const FORGET_MS = 30 * 86_400_000;

/** An event as one trigger meets it: `asOf` is that of its log entry. */
export type Meeting = { readonly event: ModelEvent; readonly interest: Interest; readonly asOf: number };

type Opening = { start: number; end: number; count: number; last?: ModelEvent };

function open(node: EventNode, key: readonly string[], meeting: Meeting, opening: Opening): Window {
  const due = Math.max(opening.end, meeting.asOf);
  const window: Window = {
    key,
    start: opening.start,
    end: opening.end,
    count: opening.count,
    last: opening.last ?? null,
    opener: isStanding(node.trigger) && node.trigger.forEach.length === 0 ? null : meeting.event.id,
    openedAsOf: meeting.asOf,
    due,
    keepUntil: node.trigger.posture === 'Reactive' ? due + KEEP_MS : keptUntil(node, meeting),
    silent: false,
  };
  node.windows.set(keyText(key), window);
  return window;
}

/** Only keyed standing windows are ever over; they count from the last expected event of the key. */
function keptUntil(node: EventNode, { event, asOf }: Meeting): number | null {
  const keyed = isStanding(node.trigger) && node.trigger.forEach.length > 0;
  return keyed ? Math.max(event.t, asOf) + FORGET_MS : null;
}

/** Rules 7.2, rows R1 to R11 in order. */
export function applyReactive(node: EventNode, meeting: Meeting): Firing | null {
  const { event, interest } = meeting;
  const { threshold, withinMs: w, after, forEach } = node.trigger;
  const armed = after.length > 0;
  const key = keyOf(event, forEach);
  const forget = () => node.windows.delete(keyText(key));
  const { t } = event;
  let window = node.windows.get(keyText(key));

  if (interest.arms && (window === undefined || t >= window.end)) {
    window = open(node, key, meeting, { start: t, end: t + w, count: interest.expects ? -1 : 0 });
  }
  if (!interest.expects) return null;
  if (window === undefined && armed) return null;
  window ??= open(node, key, meeting, { start: t - REACH_BACK_MS, end: t + w, count: 0 });
  if (t < window.start) return null;
  if (w > 0 && t >= window.end) {
    if (armed) {
      forget();
      return null;
    }
    window = open(node, key, meeting, { start: t, end: t + w, count: 0 });
  }
  window.count += 1;
  if (window.count < threshold) {
    if (w === 0 && armed) forget();
    return null;
  }
  if (armed || w === 0) forget();
  else open(node, key, meeting, { start: window.end, end: window.end + w, count: 0 });
  return makeFiring(node, key, { event, time: t, cause: [event.id, t] });
}

/**
 * Rules 7.3, rows P1 to P11 in order. True when an alert was resolved.
 * Reading: "expected event of the key" for the 30 days of a keyed standing window is one that was counted: a late one
 * leaves no trace (P7).
 */
export function applyProactive(node: EventNode, meeting: Meeting): boolean {
  const { event, interest } = meeting;
  const { threshold, withinMs: w, after, forEach } = node.trigger;
  const armed = after.length > 0;
  const key = keyOf(event, forEach);
  const text = keyText(key);
  const { t } = event;
  const interval = { start: t, end: t + w, last: event };
  const resolve = () => node.alerts.delete(text);
  let window = node.windows.get(text);
  let resolved = false;

  if (interest.arms) {
    if (window === undefined) window = open(node, key, meeting, { ...interval, count: interest.expects ? -1 : 0 });
    else if (t >= window.start) window.last = event;
  }
  const alert = node.alerts.get(text);
  if (interest.arms && interest.expects && alert !== undefined && t >= alert.start) resolved = resolve();
  if (!interest.expects) return resolved;
  if (window === undefined && !armed) window = open(node, key, meeting, { ...interval, count: 0 });
  if (window === undefined) {
    if (alert === undefined || t < alert.start) return false;
    alert.missing -= 1;
    return alert.missing <= 0 && resolve();
  }
  if (t < window.start) return resolved;
  window.count += 1;
  window.last = event;
  window.silent = false;
  window.keepUntil = keptUntil(node, meeting);
  if (window.count < threshold) return resolved;
  if (armed && !interest.arms) node.windows.delete(text);
  else open(node, key, meeting, { ...interval, count: 0 });
  return resolve() || resolved;
}
