import { type Firing, makeFiring } from './firing.ts';
import { marksOf, raiseFloor } from './marks.ts';
import { recentTime } from './recent.ts';
import { remindOf } from './reminders.ts';
import { type EventNode, keyText, type Raised } from './state.ts';
import { storyOfAlert } from './story.ts';
import { FORGET_MS, KEEP_MS, type Meeting, open } from './windows.ts';

/** What an event lets out at a Reactive trigger: a firing, and then the end of an alert. */
export type Outcome = { readonly fired: Firing | null; readonly ended: Firing | null };

export const NOTHING: Outcome = { fired: null, ended: null };

/** A firing gives the key an alert, unless a recovery from behind it came first (rules 17.6). */
export function raise(node: EventNode, key: readonly string[], meeting: Meeting, fired: Firing): Outcome {
  const { event, asOf } = meeting;
  if (node.trigger.resolve === undefined) return { fired, ended: null };
  const text = keyText(key);
  const recovered = recentTime(node, text, asOf);
  if (recovered !== null && recovered > event.t) {
    node.windows.delete(text);
    marksOf(node, text).list = [];
    raiseFloor(node, text, recovered, asOf);
    const story = storyOfAlert(event.t);
    const ended = {
      state: 'resolved' as const,
      event,
      time: recovered,
      cause: [fired.cause, recovered],
      story,
      shadow: fired.shadow,
    };
    return { fired, ended: makeFiring(node, key, ended) };
  }
  const reminding = remindOf(node, fired, asOf);
  node.raised.set(text, {
    key,
    last: event.t,
    event,
    firing: fired,
    reminding,
    forgetAt: forgetAt(node, event.t, asOf),
  });
  return { fired, ended: null };
}

function forgetAt({ trigger }: EventNode, last: number, asOf: number): number {
  return trigger.resolve?.afterMs == null ? Math.max(last, asOf) + FORGET_MS : Number.POSITIVE_INFINITY;
}

/** Rows L1 and L2. */
export function meetRaised(node: EventNode, raised: Raised, meeting: Meeting): Outcome {
  const { event, interest, asOf } = meeting;
  const { key } = raised;
  const text = keyText(key);
  if (interest.resolves && event.t >= raised.last) {
    drop(node, raised);
    raiseFloor(node, text, event.t, asOf);
    const story = storyOfAlert(raised.firing.time);
    const ended = {
      state: 'resolved' as const,
      event,
      time: event.t,
      cause: [event.id, event.t],
      story,
      shadow: raised.firing.shadow,
    };
    return { fired: null, ended: makeFiring(node, key, ended) };
  }
  if (interest.expects && event.t > raised.last) {
    raised.last = event.t;
    raised.event = event;
    raised.forgetAt = forgetAt(node, event.t, asOf);
  }
  if (interest.arms) armOnly(node, key, meeting);
  return NOTHING;
}

/** R1 of an event that is not counted: what is armed meanwhile is watched later. */
export function armOnly(node: EventNode, key: readonly string[], meeting: Meeting): void {
  const { event, asOf } = meeting;
  const text = keyText(key);
  const { withinMs: w } = node.trigger;
  const window = node.windows.get(text);
  if (event.t < (node.marks.get(text)?.floor ?? Number.NEGATIVE_INFINITY)) return;
  if (window === undefined || (w > 0 && event.t >= window.end)) {
    open(node, key, meeting, { start: event.t, end: event.t + w, count: 0, opener: event });
  } else if (w === 0) window.keepUntil = Math.max(event.t, asOf) + FORGET_MS;
}

/** When an alert ends by time. */
export function endOf({ trigger }: EventNode, { last }: Raised): number | null {
  const after = trigger.resolve?.afterMs;
  return after == null ? null : last + after;
}

/** The alert ends by time. */
export function endByTime(node: EventNode, raised: Raised, asOf: number): Firing {
  const { key, last, event, firing } = raised;
  const time = endOf(node, raised) ?? last;
  // The floor may be over at this very as_of.
  node.forgotAsOf = Number.NEGATIVE_INFINITY;
  drop(node, raised);
  raiseFloor(node, keyText(key), last, asOf, time + KEEP_MS);
  const story = storyOfAlert(firing.time, time);
  return makeFiring(node, key, {
    state: 'resolved',
    event,
    time,
    cause: [firing.cause, last],
    story,
    shadow: firing.shadow,
  });
}

/** Rules 13, resolve: as L1, at the as_of of the change, or at the newest event that is known where that is later. */
export function dropRaised(node: EventNode, raised: Raised, asOf: number): void {
  node.forgotAsOf = Number.NEGATIVE_INFINITY;
  drop(node, raised);
  raiseFloor(node, keyText(raised.key), Math.max(asOf, raised.last), asOf);
}

/** The alert and what was counted while it lasted; a window that a newer arming event opened stays. */
function drop(node: EventNode, { key, last }: Raised): void {
  const text = keyText(key);
  node.raised.delete(text);
  const window = node.windows.get(text);
  if (window !== undefined && !(node.trigger.after.length > 0 && window.start > last)) node.windows.delete(text);
  const marks = node.marks.get(text);
  if (marks !== undefined) marks.list = [];
}
