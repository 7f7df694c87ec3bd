import { takeBack } from './composite.ts';
import { countIn, countsValues, isEnough, openingCount } from './counting.ts';
import { earlyTimes, remember } from './early.ts';
import type { ModelEvent } from './event.ts';
import { keyOf } from './keys.ts';
import { recentTime, rememberRecent } from './recent.ts';
import { type Alert, type EventNode, keyText, type Window } from './state.ts';
import { keptUntil, type Meeting, open } from './windows.ts';

/** One event at one key of one Proactive trigger. */
type Visit = {
  readonly node: EventNode;
  readonly meeting: Meeting;
  readonly key: readonly string[];
  readonly text: string;
  /** The alert of the key before the event. */
  readonly alert: Alert | undefined;
};

/** Rules 7.3, rows P0 to P11 in order. True when an alert was resolved. */
export function applyProactive(node: EventNode, meeting: Meeting): boolean {
  const { interest, event } = meeting;
  const key = keyOf(event, node.trigger.forEach);
  const text = keyText(key);
  const visit: Visit = { node, meeting, key, text, alert: node.alerts.get(text) };
  const armed = node.trigger.after.length > 0;
  let resolved = false;

  if (interest.resets) resolved = reset(visit);
  const present = node.windows.has(text);
  if (interest.arms) {
    const arming = arm(visit);
    resolved = [recover(visit), arming.resolved, resolved].includes(true);
    if (arming.stops) return resolved;
  }
  if (!interest.expects) return resolved;
  if (!armed && !node.windows.has(text)) {
    open(node, key, meeting, { ...interval(visit), count: 0 });
  }
  if (armed && !interest.arms && !countsValues(node.trigger)) remember(node, text, event.t, meeting.asOf);
  const window = node.windows.get(text);
  if (window === undefined) return (makeUp(visit) && rearmAlert(visit)) || resolved;
  if (event.t < window.start) return (armed && makeUp(visit)) || resolved;
  return count(visit, window, interest.arms && !present) || resolved;
}

/** Rules 17.5. */
function reset(visit: Visit): boolean {
  const { node, text, key, meeting, alert } = visit;
  const { t } = meeting.event;
  const { withinMs: w, after } = node.trigger;
  const window = node.windows.get(text);
  if (after.length === 0) {
    if (window === undefined || t < window.start) return false;
    const { keepUntil } = window;
    open(node, key, meeting, { ...interval(visit), count: 0 }).keepUntil = keepUntil;
    return false;
  }
  rememberRecent(node, text, t, meeting.asOf);
  if (window !== undefined && t >= window.start) {
    node.windows.delete(text);
    armAgain(visit, window, []);
  }
  if (alert === undefined || t < alert.start || t >= alert.start + w) return false;
  end(visit);
  if (!node.windows.has(text)) armAgain(visit, { armed: alert.armed, last: alert.event }, []);
  return true;
}

/** Rows P0 to P2. */
function arm(visit: Visit): { stops: boolean; resolved: boolean } {
  const { node, text, key, meeting, alert } = visit;
  const { event, interest } = meeting;
  const { t } = event;
  const goesOn = { stops: false, resolved: false };
  const present = node.windows.get(text);
  if (present !== undefined) {
    if (t >= present.start) {
      present.last = event;
      present.armed = Math.max(present.armed ?? t, t);
    }
    return goesOn;
  }
  if (isLate(visit)) {
    node.note('comes late');
    return { stops: true, resolved: false };
  }
  const recent = recentTime(node, text, meeting.asOf);
  if (!interest.resets && recent !== null && recent >= t && recent < t + node.trigger.withinMs) {
    return { stops: true, resolved: false };
  }
  const early = timesOf(visit, t, t + node.trigger.withinMs);
  if (early.length > 0 && early.length >= node.trigger.threshold) {
    node.note('satisfied early');
    const newest = early.at(-1) ?? t;
    return { stops: true, resolved: alert !== undefined && newest >= alert.start && end(visit) };
  }
  open(node, key, meeting, { ...interval(visit), count: early.length + openingCount(node.trigger, meeting), armed: t });
  return goesOn;
}

/** Row P0: what the arming event could tell is over. */
function isLate(visit: Visit): boolean {
  const { node, meeting, alert } = visit;
  const { t } = meeting.event;
  if (alert !== undefined && t < alert.start) return true;
  // "Behind t" is newer than t.
  const behind = timesOf(visit, t + 1).length;
  return meeting.interest.expects && behind >= Math.max(node.trigger.threshold, 1);
}

/** Row P3: a heartbeat ends the alert, unless the key is silent still. */
function recover(visit: Visit): boolean {
  const { node, meeting, alert } = visit;
  const { t } = meeting.event;
  if (!meeting.interest.expects || alert === undefined || t < alert.start) return false;
  return t + node.trigger.withinMs > meeting.asOf && end(visit);
}

/** Rows P6 and P7: an expected event makes up for one that was missing. */
function makeUp(visit: Visit): boolean {
  const { alert, meeting, node, text } = visit;
  if (alert === undefined || meeting.event.t < alert.start || !node.alerts.has(text)) return false;
  alert.missing -= countsValues(node.trigger) ? alert.missing : 1;
  return alert.missing <= 0 && end(visit);
}

/** The end of row P6, after the alert was resolved. */
function rearmAlert(visit: Visit): true {
  const { alert } = visit;
  if (alert !== undefined) armAgain(visit, { armed: alert.armed, last: alert.event }, timesOf(visit, alert.start));
  return true;
}

/** Rows P8 to P11. */
function count(visit: Visit, window: Window, opened: boolean): boolean {
  const { node, text, key, meeting } = visit;
  const { event, interest } = meeting;
  const { withinMs: w, after } = node.trigger;
  const { t } = event;
  const before = window.last;
  countIn(node.trigger, window, meeting, opened);
  window.last = event;
  window.silent = false;
  window.keepUntil = keptUntil(node, meeting, window.due);
  if (!isEnough(node.trigger, window.count)) return false;
  if (after.length > 0 && !interest.arms) {
    node.windows.delete(text);
    armAgain(visit, { armed: window.armed, last: before }, timesOf(visit, window.start, window.end));
    return end(visit);
  }
  const early = timesOf(visit, t, t + w).length;
  if (after.length > 0 && isEnough(node.trigger, early)) node.windows.delete(text);
  else open(node, key, meeting, { ...interval(visit), count: early, ...(interest.arms ? { armed: t } : {}) });
  return end(visit);
}

/** Rules 7.3, armed again: an arming event lies behind all that satisfied. */
function armAgain(visit: Visit, from: { armed: number | null; last: ModelEvent | null }, satisfied: number[]): void {
  const { node, key, meeting } = visit;
  const { armed, last } = from;
  if (armed === null || [meeting.event.t, ...satisfied].some((time) => armed <= time)) return;
  const to = armed + node.trigger.withinMs;
  const early = timesOf(visit, armed, to).length;
  if (isEnough(node.trigger, early)) return;
  const recent = recentTime(node, visit.text, meeting.asOf);
  if (recent !== null && recent >= armed && recent < to) return;
  node.note('armed again');
  open(node, key, meeting, { start: armed, end: to, count: early, last, opener: last, armed });
}

/** The alert of the key ends. False when there is none (any more). */
function end({ node, text, alert }: Visit): boolean {
  if (alert === undefined || !node.alerts.delete(text)) return false;
  takeBack(node, alert);
  return true;
}

function interval({ node, meeting: { event } }: Visit) {
  return { start: event.t, end: event.t + node.trigger.withinMs, last: event, opener: event };
}

function timesOf({ node, text, meeting }: Visit, from: number, to?: number): number[] {
  return earlyTimes(node, text, meeting.asOf, from, to);
}
