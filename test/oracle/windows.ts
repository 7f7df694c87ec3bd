import type { ModelEvent } from './event.ts';
import { type Firing, makeFiring } from './firing.ts';
import { type Interest, keyOf } from './keys.ts';
import { type EventNode, isStanding, keyText, type Window } from './state.ts';

export const REACH_BACK_MS = 15 * 60_000;
export const KEEP_MS = 60_000;
export const FORGET_MS = 30 * 86_400_000;

/** A running count this old shows what a rule of minutes or a day would have forgotten. */
const LONG_MS = 2 * 86_400_000;

/** An event as one trigger meets it: `asOf` is that of its log entry. */
export type Meeting = { readonly event: ModelEvent; readonly interest: Interest; readonly asOf: number };

type Opening = {
  start: number;
  end: number;
  count: number;
  last?: ModelEvent | null;
  /** The event that counts as the one that opened it, for the ids of its firings. */
  opener: ModelEvent | null;
  armed?: number;
};

/** Replaces whatever window the key had. */
export function open(node: EventNode, key: readonly string[], meeting: Meeting, opening: Opening): Window {
  const { start, end, count, last = null, opener, armed = null } = opening;
  const due = Math.max(end, meeting.asOf);
  const window: Window = {
    key,
    start,
    end,
    count,
    last,
    opener: isStanding(node.trigger) && node.trigger.forEach.length === 0 ? null : (opener?.id ?? null),
    openedAsOf: meeting.asOf,
    due,
    keepUntil: keptUntil(node, meeting, due),
    silent: false,
    armed,
  };
  node.windows.set(keyText(key), window);
  return window;
}

/** Rules 6, `keep_until` of a window that this event opened, armed or was counted into. */
export function keptUntil({ trigger }: EventNode, { event, asOf }: Meeting, due: number): number | null {
  const silence = Math.max(event.t, asOf) + FORGET_MS;
  if (trigger.posture === 'Reactive') return trigger.withinMs === 0 ? silence : due + KEEP_MS;
  return isStanding(trigger) && trigger.forEach.length > 0 ? silence : null;
}

/** Rules 7.2, rows R1 to R11 in order. */
export function applyReactive(node: EventNode, meeting: Meeting): Firing | null {
  const { event, interest } = meeting;
  const { threshold, withinMs: w, after, forEach } = node.trigger;
  const armed = after.length > 0;
  const key = keyOf(event, forEach);
  const forget = () => node.windows.delete(keyText(key));
  const { t } = event;
  const next = { start: t, end: t + w, count: 0, opener: event };
  let window = node.windows.get(keyText(key));

  if (interest.arms && (window === undefined || (w > 0 && t >= window.end))) {
    window = open(node, key, meeting, { ...next, count: interest.expects ? -1 : 0 });
  }
  if (!interest.expects) {
    if (window !== undefined) window.keepUntil = keptUntil(node, meeting, window.due);
    return null;
  }
  if (window === undefined && armed) return null;
  window ??= open(node, key, meeting, { ...next, start: t - REACH_BACK_MS });
  if (t < window.start) return null;
  if (w > 0 && t >= window.end) {
    if (armed) {
      forget();
      return null;
    }
    window = open(node, key, meeting, next);
  }
  if (w === 0 && t - window.start > LONG_MS) node.note('long silence');
  window.count += 1;
  window.keepUntil = keptUntil(node, meeting, window.due);
  if (window.count < threshold) return null;
  if (armed || w === 0) forget();
  else open(node, key, meeting, { ...next, start: window.end, end: window.end + w });
  return makeFiring(node, key, { event, time: t, cause: [event.id, t] });
}
