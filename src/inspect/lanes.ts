import type { Redis } from 'ioredis';
import { encodeKey, keyOf, labelsOfKey } from '../match/key.ts';
import { planOf } from '../match/plan.ts';
import { type Interest, TriggerIndex } from '../match/trigger-index.ts';
import type { Event, Labels } from '../model/event.ts';
import { effectiveTime } from '../model/event.ts';
import { decode } from '../model/intake.ts';
import { readStored } from '../redis/definitions.ts';
import { newestBefore } from '../redis/log.ts';
import type { Store } from '../redis/store.ts';
import { lastFirings, type Recorded } from './firings.ts';
import { idIn, type PartAnswer } from './parts.ts';
import { openWindows, type Window } from './windows.ts';

/** Entries of the log that are looked at for the events of one picture, and firings of it: some tens of ms of Redis. */
const PAGE = 500;
const LOOK_LIMIT = 5_000;
const FIRINGS_LIMIT = 500;

/** Keys that are looked at for how many of them have a window and how many an alert: some 25 ms of Node and Redis. */
const KEYS_LIMIT = 1_000;

/** Events drawn of one lane: more would be one bar. */
const TICKS_LIMIT = 500;

/** What an event was to a trigger. */
export type TickRole = 'arms' | 'expected' | 'resets' | 'resolves' | 'empties';

/** An event of the log that a trigger wants. `at`: its own time, in ms. */
export type Tick = Readonly<{ at: number; entry: string; id: string; event: string; role: TickRole }>;

/** What there is to draw of one key of one trigger. */
export type Lane = Readonly<{
  path: string;
  labels: Labels;
  window: Window | null;
  ticks: readonly Tick[];
  firings: readonly Recorded[];
}>;

/**
 * The keys of an automation on an axis of time: those that are looked at soonest first, then those of which something was heard last.
 * `total`: how many keys hold state; of the `counted` that are looked at soonest, `windows` have a window and `alerts` an alert, and a key may
 * have both or, while it is quiet, none. `looked`: how many entries of the log were read for ticks; `sinceMs`: the oldest of them, null where
 * the log holds no older ones.
 */
export type Lanes = Readonly<{
  lanes: readonly Lane[];
  total: number;
  counted: number;
  windows: number;
  alerts: number;
  looked: number;
  sinceMs: number | null;
}>;

/** `sinceMs`: nothing older is wanted. `limit`: most lanes. */
export type LaneQuery = Readonly<{ limit: number; sinceMs: number }>;

type OpenLane = { path: string; labels: Labels; window: Window | null; ticks: Tick[]; firings: Recorded[] };

/** @returns null where there is no such automation */
export async function lanesOf(redis: Redis, store: Store, id: string, query: LaneQuery): Promise<Lanes | null> {
  const definition = await readStored(redis, store, id);
  if (definition === null) return null;
  const { automation, plan: stored } = definition;
  const index = new TriggerIndex();
  index.put(planOf({ ...automation, enabled: true }, stored.revision, stored));
  const drafts = new Map<string, OpenLane>();
  const limit = Math.max(KEYS_LIMIT, query.limit);
  const { windows: keys, total } = await openWindows(redis, store, { limit, automation: id });
  for (const window of keys.slice(0, query.limit)) laneIn(drafts, window.path, window.labels).window = window;
  const { firings } = await lastFirings(redis, store, {
    limit: FIRINGS_LIMIT,
    sinceMs: query.sinceMs,
    automation: id,
  });
  for (const one of firings.toReversed()) laneIn(drafts, one.firing.path, one.firing.labels).firings.push(one);
  const { looked, sinceMs } = await lookForTicks({ redis, store, index, since: query.sinceMs }, drafts);
  const lanes = [...drafts.values()].sort(byInterest).slice(0, query.limit);
  const windows = keys.filter(hasWindow).length;
  const alerts = keys.filter((one) => one.kind === 'event' && one.alert !== null).length;
  return { lanes, total, counted: keys.length, windows, alerts, looked, sinceMs };
}

/** Whether something is counted or awaited there: a key may hold no more than its alert, or how long it is quiet. */
function hasWindow(one: Window): boolean {
  return one.kind === 'composite' ? one.children.length > 0 : one.window !== null || one.awaits > 0;
}

/** Open windows keep the order in which they come; the others follow, those of the newest events first. */
function byInterest(a: OpenLane, b: OpenLane): number {
  if (a.window !== null && b.window !== null) return 0;
  if (a.window !== null || b.window !== null) return a.window === null ? 1 : -1;
  return lastHeard(b) - lastHeard(a);
}

function lastHeard({ ticks, firings }: OpenLane): number {
  return Math.max(ticks[0]?.at ?? 0, firings[0]?.firing.triggered ?? 0);
}

function laneIn(drafts: Map<string, OpenLane>, path: string, labels: Labels): OpenLane {
  const name = JSON.stringify([path, Object.entries(labels).sort()]);
  const known = drafts.get(name);
  if (known !== undefined) return known;
  const draft: OpenLane = { path, labels, window: null, ticks: [], firings: [] };
  drafts.set(name, draft);
  return draft;
}

type TickSearch = Readonly<{ redis: Redis; store: Store; index: TriggerIndex; since: number }>;

async function lookForTicks(
  { redis, store, index, since }: TickSearch,
  drafts: Map<string, OpenLane>,
): Promise<{ looked: number; sinceMs: number | null }> {
  let looked = 0;
  for (let end = '+'; ; ) {
    const page = await newestBefore(redis, store, end, PAGE);
    for (const entry of page) {
      if (Number.parseInt(entry.id, 10) < since) return { looked, sinceMs: since };
      looked += 1;
      const decoded = decode(entry);
      if (decoded.kind !== 'event') continue;
      for (const interest of index.interested(decoded.event)) tickOf(entry.id, decoded.event, interest, drafts);
    }
    const last = page.at(-1)?.id;
    if (last === undefined || page.length < PAGE) return { looked, sinceMs: null };
    if (looked >= LOOK_LIMIT) return { looked, sinceMs: Number.parseInt(last, 10) };
    end = `(${last}`;
  }
}

function tickOf(entry: string, event: Event, interest: Interest, drafts: Map<string, OpenLane>): void {
  const { forEach } = interest.node.trigger;
  const labels = labelsOfKey(forEach, encodeKey(keyOf(event, forEach)));
  const { ticks } = laneIn(drafts, interest.node.path, labels);
  if (ticks.length >= TICKS_LIMIT) return;
  ticks.push({ at: effectiveTime(event), entry, id: event.id, event: event.event, role: roleOf(interest) });
}

function roleOf({ expects, arms, resets, resolves }: Interest): TickRole {
  if (resolves) return 'resolves';
  if (resets) return 'resets';
  if (arms) return 'arms';
  return expects ? 'expected' : 'empties';
}

/** What partitions answer, as one answer; null where none knows the automation. */
export function mergedLanes(answers: readonly PartAnswer<Lanes | null>[], limit: number): Lanes | null {
  const known = answers.flatMap(({ part, found }) => (found === null ? [] : [{ part, found }]));
  const [first] = known;
  if (first === undefined || first.part === '') return first?.found ?? null;
  const lanes = known.flatMap(({ part, found }) =>
    found.lanes.map((lane) => ({
      ...lane,
      ticks: lane.ticks.map((tick) => ({ ...tick, entry: idIn(part, tick.entry) })),
      firings: lane.firings.map(({ entry, firing }) => ({ entry: idIn(part, entry), firing })),
    })),
  );
  const sum = (of: (found: Lanes) => number): number => known.reduce((all, { found }) => all + of(found), 0);
  const since = known.flatMap(({ found }) => found.sinceMs ?? []);
  return {
    lanes: lanes.sort((a, b) => Number(a.window === null) - Number(b.window === null)).slice(0, limit),
    total: sum(({ total }) => total),
    counted: sum(({ counted }) => counted),
    windows: sum(({ windows }) => windows),
    alerts: sum(({ alerts }) => alerts),
    looked: sum(({ looked }) => looked),
    sinceMs: since.length === 0 ? null : Math.max(...since),
  };
}
