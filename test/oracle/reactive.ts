import { broughtBy, collect, countIn, isEnough, openingCount, valueText } from './counting.ts';
import { type Firing, makeFiring } from './firing.ts';
import { keyOf } from './keys.ts';
import { marksOf, quieten, touch } from './marks.ts';
import { armOnly, meetRaised, NOTHING, type Outcome, raise } from './raised.ts';
import { rememberRecent } from './recent.ts';
import { type Collected, type EventNode, keyText, type Listed, type Window } from './state.ts';
import { type Story, storyOfList, storyOfWindow } from './story.ts';
import { KEEP_MS, keptUntil, type Meeting, open, REACH_BACK_MS } from './windows.ts';

/** A running count this old shows what a rule of minutes or a day would have forgotten. */
const LONG_MS = 2 * 86_400_000;

/** Rules 7.2 and 17.3 to 17.6. */
export function applyReactive(node: EventNode, meeting: Meeting): Outcome {
  const { event, interest, asOf } = meeting;
  const key = keyOf(event, node.trigger.forEach);
  const text = keyText(key);
  if (interest.resolves) rememberRecent(node, text, event.t, asOf);
  if (interest.resets) reset(node, key, meeting);
  const raised = node.raised.get(text);
  if (raised !== undefined) return meetRaised(node, raised, meeting);
  if (!interest.expects && !interest.arms) return NOTHING;
  const { quiet, floor } = marksOf(node, text);
  if (event.t < quiet) {
    if (interest.arms) armOnly(node, key, meeting);
    return NOTHING;
  }
  if (event.t < floor) return NOTHING;
  const fired = node.trigger.sliding === true ? slide(node, key, meeting) : tumble(node, key, meeting);
  return fired === null ? NOTHING : raise(node, key, meeting, fired);
}

/** Rules 17.5. */
function reset(node: EventNode, key: readonly string[], meeting: Meeting): void {
  const { event, asOf } = meeting;
  const { sliding, after, withinMs } = node.trigger;
  const text = keyText(key);
  if (sliding === true) {
    const marks = marksOf(node, text);
    if (marks.list.length === 0 || event.t < Math.min(...marks.list.map(({ t }) => t))) return;
    marks.list = [];
    marks.floor = event.t;
    touch(node, marks, asOf);
    return;
  }
  const window = node.windows.get(text);
  if (window === undefined || event.t < window.start) return;
  if (after.length > 0) {
    node.windows.delete(text);
    return;
  }
  const run = open(node, key, meeting, { start: event.t, end: event.t + withinMs, count: 0, opener: event });
  run.keepUntil = run.due + KEEP_MS;
}

/** Rows R1 to R11 in order. */
function tumble(node: EventNode, key: readonly string[], meeting: Meeting): Firing | null {
  const { event, interest } = meeting;
  const { withinMs: w, after, reset: resets } = node.trigger;
  const armed = after.length > 0;
  const { t } = event;
  const next = { start: t, end: t + w, count: 0, opener: event };
  let window = node.windows.get(keyText(key));
  const opened = interest.arms && (window === undefined || (w > 0 && t >= window.end));

  if (opened) window = open(node, key, meeting, { ...next, count: openingCount(node.trigger, meeting) });
  if (!interest.expects) {
    if (window !== undefined) window.keepUntil = keptUntil(node, meeting, window.due);
    return null;
  }
  if (window === undefined && armed) return null;
  window ??= open(node, key, meeting, resets === undefined ? { ...next, start: t - REACH_BACK_MS } : next);
  if (t < window.start) return null;
  if (w > 0 && t >= window.end) {
    if (armed) {
      node.windows.delete(keyText(key));
      return null;
    }
    window = open(node, key, meeting, next);
  }
  if (w === 0 && t - window.start > LONG_MS) node.note('long silence');
  countIn(node.trigger, window, meeting, opened);
  window.keepUntil = keptUntil(node, meeting, window.due);
  return isEnough(node.trigger, window.count) ? fire(node, key, meeting, window) : null;
}

/** Row R11. */
function fire(node: EventNode, key: readonly string[], meeting: Meeting, window: Window): Firing {
  const { event, asOf } = meeting;
  const { withinMs: w, after, reset: resets } = node.trigger;
  const start = resets === undefined ? window.end : event.t;
  if (after.length > 0 || w === 0) node.windows.delete(keyText(key));
  else open(node, key, meeting, { start, end: start + w, count: 0, opener: event });
  quieten(node, keyText(key), event.t, asOf);
  return firingOf(node, key, meeting, window.collected, storyOfWindow(node.trigger, window));
}

/** Rows S3 to S5. */
function slide(node: EventNode, key: readonly string[], meeting: Meeting): Firing | null {
  const { event, asOf } = meeting;
  const { trigger } = node;
  const marks = marksOf(node, keyText(key));
  const value = trigger.distinct === undefined ? null : valueText(meeting);
  const before = value === null ? undefined : marks.list.find((one) => one.value === value);
  marks.applied += 1;
  const put: Listed = { t: event.t, value, event, order: marks.applied };
  // Of equal times of a value the earlier applied stays.
  const list =
    before !== undefined && before.t >= event.t ? marks.list : [...marks.list.filter((one) => one !== before), put];
  const newest = Math.max(...list.map(({ t }) => t));
  if (event.t <= newest - trigger.withinMs) return null;
  marks.list = list.filter(({ t }) => t > newest - trigger.withinMs);
  touch(node, marks, asOf);
  if (marks.list.length < trigger.threshold) return null;
  const story = storyOfList(trigger, marks.list);
  const collected: Collected = { events: [], counted: 0 };
  for (const one of marks.list.sort((a, b) => a.order - b.order)) collect(collected, one.event, trigger.collect ?? 0);
  marks.list = [];
  marks.floor = newest;
  quieten(node, keyText(key), newest, asOf);
  touch(node, marks, asOf);
  return firingOf(node, key, meeting, collected, story);
}

function firingOf(
  node: EventNode,
  key: readonly string[],
  { event }: Meeting,
  collected: Collected,
  story: Story,
): Firing {
  const brought = broughtBy(node.trigger, collected);
  return makeFiring(node, key, { event, time: event.t, cause: [event.id, event.t], collected: brought, story });
}
