import type { Redis } from 'ioredis';
import { shownValue } from '../match/conditions.ts';
import { labelsOfKey } from '../match/key.ts';
import { planOf, type TriggerNode } from '../match/plan.ts';
import type { Automation } from '../model/automation.ts';
import type { Labels } from '../model/event.ts';
import { isRecord } from '../model/record.ts';
import type { CompositeTrigger, EventTrigger } from '../model/trigger.ts';
import { changesSince } from '../redis/definition-changes.ts';
import type { Store } from '../redis/store.ts';
import { shownJson, textIn } from '../redis/stored.ts';
import { type KeptText, type NextReminder, parseKeptText, parseWindowText } from '../redis/window-text.ts';
import { deadlinesOf, storedWindows } from '../redis/windows.ts';

/** Triggers asked in one round trip. */
const ROUND = 500;

/** Which trigger it is: automation, its name, whether it is enabled, and the place in its tree (`''` for the root). */
type Place = { automation: string; name: string; enabled: boolean; path: string; labels: Labels };

/**
 * `reachesBack`: it is the first one of a Reactive key, and begins so much before its first event. `rests`: the one before it has fired, and
 * nothing was counted since: before its start the key counts nothing. `bounded`: false where `within` is 0, so that there is no window and
 * events are counted until `keepUntil`; its other times say nothing then. Times in ms.
 */
export type Interval = {
  start: number;
  end: number;
  due: number;
  count: number;
  keepUntil: number | null;
  reachesBack: number;
  rests: boolean;
  bounded: boolean;
};

/**
 * An alert. `missing`: of an absence, how many events came too few. `until`: when it ends, or is forgotten, if nothing comes; `ends`: it is
 * the first. `last`: the newest event of a Reactive one. Times in ms.
 */
export type WindowAlert = {
  since: number;
  missing: number;
  until: number;
  ends: boolean;
  last: number | null;
  reminder: NextReminder | null;
};

/** What a key keeps beside its window (rules 17). Times in ms; null: nothing. */
export type Kept = {
  /** After a firing nothing is counted that happened before. */
  quietUntil: number | null;
  /** What happened before is late: an alert ended then, or a sliding window fired or was reset. */
  lateBefore: number | null;
  /** The newest event that ends alerts, or resets, kept for those that it should have met and that come late. */
  recovered: number | null;
  cancelled: number | null;
  /** The different values that were counted, of `distinct`. */
  values: string[] | null;
  /** How many events the firing would bring so far, of `collect`. */
  collected: number | null;
};

/** The window of an event trigger and key (rules 6): an open interval, an alert, parked events that it waits for, or several of these. Times in ms. */
export type EventWindow = Place & {
  kind: 'event';
  posture: EventTrigger['posture'];
  threshold: number;
  /** What is compared with the threshold: how many events, how many different values, or their sum. */
  counts: 'events' | 'distinct' | 'sum';
  /** Null when there is an alert alone, or it waits alone. */
  window: Interval | null;
  /** How many parked events may yet be expected here: until all of them have come back its deadline decides nothing. */
  awaits: number;
  /** Id of the event that an absence would report. */
  lastEvent: string | null;
  alert: WindowAlert | null;
  kept: Kept;
};

/** The child firings that a composite has stored for a group (rules 9). Times in ms. */
export type CompositeWindow = Place & {
  kind: 'composite';
  type: CompositeTrigger['type'];
  needed: number;
  children: { child: number; triggered: number; keepUntil: number; firing: string; event: string | null }[];
};

export type Window = EventWindow | CompositeWindow;

/** A key of a trigger, and when it is looked at. */
type Upcoming = Owned & { key: string; wakesMs: number };

/** A trigger, and the name of its automation. */
type Owned = { node: TriggerNode; name: string; enabled: boolean };

/** `automation`: the id of the only one that is wanted. */
export type WindowQuery = Readonly<{ limit: number; automation?: string }>;

/** Open windows, and how many there are in all. */
export type FoundWindows = { windows: Window[]; total: number };

/** Open windows, soonest to be looked at first, at most `limit`. */
export async function openWindows(
  redis: Redis,
  store: Store,
  { limit, automation: only }: WindowQuery,
): Promise<FoundWindows> {
  const { changed } = await changesSince(redis, store, '0');
  const nodes: Owned[] = [];
  for (const [id, definition] of changed) {
    if (definition === null || (only !== undefined && only !== id)) continue;
    const { automation, plan } = definition;
    const { name, enabled } = automation;
    for (const node of planOf(automation, plan.revision, plan).nodes) nodes.push({ node, name, enabled });
  }
  const { found, total } = await soonest(redis, store, nodes, limit);
  return { windows: await readAll(redis, store, found), total };
}

async function soonest(
  redis: Redis,
  store: Store,
  nodes: readonly Owned[],
  limit: number,
): Promise<{ found: Upcoming[]; total: number }> {
  let found: Upcoming[] = [];
  let sum = 0;
  for (let from = 0; from < nodes.length; from += ROUND) {
    const part = nodes.slice(from, from + ROUND);
    const names = part.map(({ node }) => node.name);
    for (const [i, { total, soonest }] of (await deadlinesOf(redis, store, names, limit)).entries()) {
      sum += total;
      const one = part[i];
      if (one) found.push(...soonest.map((deadline) => ({ ...one, ...deadline })));
    }
    found = found.sort((a, b) => a.wakesMs - b.wakesMs).slice(0, limit);
  }
  return { found, total: sum };
}

/** What stands at a key of a trigger, each; null for nothing. */
export async function windowsAt(
  redis: Redis,
  store: Store,
  cells: readonly Readonly<{ automation: Automation; node: TriggerNode; key: string }>[],
): Promise<(Window | null)[]> {
  const found = await Promise.all(
    cells.map(({ automation: { name, enabled }, node, key }) =>
      readAll(redis, store, [{ node, name, enabled, key, wakesMs: 0 }]),
    ),
  );
  return found.map(([window]) => window ?? null);
}

async function readAll(redis: Redis, store: Store, found: readonly Upcoming[]): Promise<Window[]> {
  const kindOf = ({ trigger }: TriggerNode): 'event' | 'composite' =>
    trigger.type === 'event' ? 'event' : 'composite';
  const places = found.map(({ node, key }) => ({ kind: kindOf(node), name: node.name, key }));
  const stored = await storedWindows(redis, store, places);
  return found.flatMap(({ node, name, enabled, key }, i): Window[] => {
    // It may have gone between the two looks.
    const one = stored[i];
    if (!one) return [];
    const { automationId, path, trigger } = node;
    const place = { automation: automationId, name, enabled, path, labels: labelsOfKey(trigger.forEach, key) };
    if (trigger.type !== 'event') return 'group' in one ? [groupOf(place, trigger, one.group)] : [];
    return 'text' in one ? [windowOf(place, trigger, one.text, one.last)] : [];
  });
}

/** How long a finished window of a Reactive trigger is kept, and a silent key without windows (rules 1). */
const KEEP_MS = 60_000;
const FORGET_MS = 30 * 24 * 3_600_000;

function windowOf(place: Place, trigger: EventTrigger, text: string, last: string | null): EventWindow {
  const { hold, alert } = parseWindowText(text);
  const { posture, threshold, distinct, sum } = trigger;
  const kept = parseKeptText(text);
  return {
    kind: 'event',
    ...place,
    posture,
    threshold,
    counts: sum !== undefined ? 'sum' : distinct !== undefined ? 'distinct' : 'events',
    window: trigger.sliding ? slidingOf(trigger, kept) : intervalOf(trigger, text),
    awaits: hold,
    lastEvent: textIn(shownJson(last ?? undefined), 'id'),
    alert: alert && {
      since: alert.start,
      missing: alert.missing,
      until: alert.until,
      ends: alert.ends,
      last: alert.last,
      reminder: alert.reminder,
    },
    kept: {
      quietUntil: kept.quiet,
      lateBefore: kept.floor,
      recovered: kept.recovered,
      cancelled: kept.cancelled,
      values: kept.values?.map(shownValue) ?? null,
      collected: (trigger.collect ?? 0) > 0 ? kept.collected : null,
    },
  };
}

function intervalOf(trigger: EventTrigger, text: string): Interval | null {
  const { open, keep } = parseWindowText(text);
  const { posture } = trigger;
  const bounded = posture === 'Proactive' || (trigger.withinMs ?? 0) > 0;
  const reactive = posture === 'Reactive' && trigger.after.length === 0 && bounded;
  return (
    open && {
      ...open,
      keepUntil: posture === 'Reactive' ? open.due + (bounded ? KEEP_MS : FORGET_MS) : keep,
      reachesBack: reactive ? open.end - open.start - (trigger.withinMs ?? 0) : 0,
      rests: reactive && open.count === 0,
      bounded,
    }
  );
}

/** What lies in a sliding window as its newest event sees it (rules 17.3). */
function slidingOf({ withinMs }: EventTrigger, { sliding }: KeptText): Interval | null {
  const newest = sliding?.times.at(-1);
  if (!sliding || newest === undefined) return null;
  const end = newest + (withinMs ?? 0);
  const times = { start: newest - (withinMs ?? 0), end, due: end, keepUntil: sliding.until };
  return { ...times, count: sliding.times.length, reachesBack: 0, rests: false, bounded: true };
}

/** `index` has a line for each child, `<index>.<revision> time number keep_until`; the field of that name is its firing. */
function groupOf(place: Place, trigger: CompositeTrigger, hash: Record<string, string>): CompositeWindow {
  const children = (hash.index ?? '').split('\n').map((line) => {
    const [child = '', triggered, , keepUntil] = line.split(' ');
    const firing = shownJson(hash[child]);
    return {
      child: Number.parseInt(child, 10),
      triggered: Number(triggered),
      keepUntil: Number(keepUntil),
      firing: textIn(firing, 'id') ?? '',
      event: isRecord(firing) ? textIn(firing.event, 'id') : null,
    };
  });
  children.sort((a, b) => a.child - b.child);
  return { kind: 'composite', ...place, type: trigger.type, needed: trigger.needed, children };
}
