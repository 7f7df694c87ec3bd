import type { ModelEvent } from './event.ts';
import type { Interest } from './keys.ts';
import { type EventNode, isStanding, keyText, type Window } from './state.ts';

export const REACH_BACK_MS = 15 * 60_000;
export const KEEP_MS = 60_000;
export const FORGET_MS = 30 * 86_400_000;

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
    values: new Set(),
    collected: { events: [], counted: 0 },
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
