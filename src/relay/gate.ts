import type { ActionDocument, ActiveHoursDocument, GroupDocument } from '../documents/given.ts';
import { DELIVERIES } from '../model/action.ts';
import { activeFrom } from '../model/active-hours.ts';
import type { Automation } from '../model/automation.ts';
import { groupOf, isCarriedType } from '../model/carried-actions.ts';
import { parseDuration } from '../model/duration.ts';
import type { Firing } from '../model/firing.ts';
import type { GateMark } from '../model/gate-mark.ts';
import { type Silence, silenceOf } from '../model/silence.ts';
import type { GatePlan, GateShare } from '../redis/steps/pass-gate.ts';

/** Firings a minute whose actions are carried out, where the automation says nothing (rules 5.1). */
export const DEFAULT_BUDGET = 100;

/** How long a group waits for further firings, and in all, where it says nothing (rules 5.1). */
const GROUP_WAIT_MS = 30_000;
const GROUP_MAX_MS = 300_000;

/** An action of the firing, with its number and the queue of its job. */
export type GateAction = Readonly<{ index: number; action: ActionDocument; queue: string }>;

/** What is known beside the firing. `opening`: of an alert's end, the marks of the firing that began it, where nobody was told of that. */
export type GateSight = Readonly<{
  nowMs: number;
  silences: readonly Silence[];
  opening: Readonly<{ firing: string; marks: readonly GateMark[] }> | null;
}>;

/** One way that an action may go, before others are asked. */
type Way = Pick<GateShare, 'what' | 'mark' | 'group'>;

const SEND: Way = Object.freeze({ what: 'send' });

/**
 * What becomes of the actions of a firing, in this order: a silence, active hours, the budget, groups. What ends an alert goes the way of
 * what began it, so nobody hears of the end alone, nor waits for it; neither silence nor budget nor hours of the automation hold it back
 * otherwise. Pure: budget and group are asked for by the step that records it (lua/pass-gate.lua).
 */
export function planOf(
  firing: Firing,
  { document, actionsOnResolve }: Automation,
  actions: readonly GateAction[],
  sight: GateSight,
): GatePlan {
  const ends = firing.state === 'Resolved';
  const own = document.budget;
  const budget = own === 'none' ? undefined : (own ?? DEFAULT_BUDGET);
  const delivered = actions.some(({ queue }) => queue === DELIVERIES);
  const tells = ({ queue }: GateAction): boolean => !delivered || queue === DELIVERIES;
  const whole = ends ? followed(sight) : wholeWay(firing, document.active, sight);
  const shares = actions.map((one): GateShare => {
    const { index, action, queue } = one;
    const common = ends && !tells(one) ? null : whole;
    const way = common ?? hoursWay(activeOf(action), sight.nowMs, `action ${index}`) ?? groupWay(action, firing);
    const goes = way.what === 'send' || way.what === 'grouped';
    const counted = goes && !ends && budget !== undefined && (own !== undefined || queue === DELIVERIES);
    return { actions: [index], counted, ...way };
  });
  const mutes = ends || actionsOnResolve.length === 0 ? {} : { mutes: actions.filter(tells).map(({ index }) => index) };
  return { ...(budget === undefined ? {} : { budget }), ...mutes, shares: together(shares) };
}

/** Whether a plan says more than that all is sent. */
export function isMoreThanSending({ shares }: GatePlan): boolean {
  return shares.some(({ what, counted }) => what !== 'send' || counted);
}

function wholeWay(firing: Firing, active: ActiveHoursDocument | undefined, sight: GateSight): Way | null {
  const silence = silenceOf(sight.silences, firing, sight.nowMs);
  if (silence !== null) {
    return { what: 'silenced', mark: { silence: silence.id, by: silence.by, why: silence.reason } };
  }
  return hoursWay(active, sight.nowMs, 'the automation');
}

function hoursWay(active: ActiveHoursDocument | undefined, nowMs: number, whose: string): Way | null {
  if (active === undefined) return null;
  const till = activeFrom(active, nowMs);
  if (till <= nowMs) return null;
  const why = `outside the active hours of ${whose}`;
  return active.outside === 'drop' ? { what: 'dropped', mark: { why } } : { what: 'held', mark: { till, why } };
}

function groupWay(action: ActionDocument, { labels }: Firing): Way {
  const group = groupOf(action);
  if (group === undefined) return SEND;
  const values = Object.entries(groupLabels(group, labels));
  const wait_ms = parseDuration(group.wait)?.ms ?? GROUP_WAIT_MS;
  const max_ms = parseDuration(group.max)?.ms ?? Math.max(GROUP_MAX_MS, wait_ms);
  return { what: 'grouped', group: { by: JSON.stringify(values), wait_ms, max_ms } };
}

/** The end of an alert that nobody heard of; null when it was told, or is not known. */
function followed({ opening, nowMs }: GateSight): Way | null {
  const last = opening?.marks.findLast(({ what }) => what !== 'grouped');
  if (!opening || last === undefined || last.released !== undefined) return null;
  const { what, till = 0 } = last;
  const follows = { follows: opening.firing };
  if (what !== 'held') return { what, mark: { ...follows, why: 'nobody heard of the alert that it ends' } };
  return till > nowMs ? { what, mark: { ...follows, till, why: 'what began the alert is held as long' } } : null;
}

/** The labels by which firings of a group are alike. */
export function groupLabels({ by = [] }: GroupDocument, labels: Firing['labels']): Record<string, string> {
  return Object.fromEntries([...new Set(by)].sort().map((name) => [name, labels[name] ?? '']));
}

/** Free keys of an action of a program's own type mean what that program says. */
function activeOf(action: ActionDocument): ActiveHoursDocument | undefined {
  return isOwnForm(action) ? (action.active as ActiveHoursDocument | undefined) : undefined;
}

function isOwnForm({ type }: ActionDocument): boolean {
  return type === 'queue' || isCarriedType(type);
}

/** Actions that go the same way, at once. */
function together(shares: readonly GateShare[]): GateShare[] {
  const ways = Map.groupBy(shares, ({ actions: _, ...way }) => JSON.stringify(way));
  return [...ways.values()].flatMap((alike) => {
    const [first] = alike;
    return first ? [{ ...first, actions: alike.flatMap(({ actions }) => actions) }] : [];
  });
}
