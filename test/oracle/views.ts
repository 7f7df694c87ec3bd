import { countsValues } from './counting.ts';
import { compareKey, compareText } from './keys.ts';
import { nextReminder } from './reminders.ts';
import type { Group, Loaded, Node } from './state.ts';

/** What can be seen of the state from outside. All times in ms; `path` is '' for the root, else like '0.1'. */
export type ModelWindow = {
  readonly automation: string;
  readonly path: string;
  readonly key: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly count: number;
  /** null where it says nothing: of a Reactive window without `within`. */
  readonly due: number | null;
  readonly keepUntil: number | null;
  readonly silent: boolean;
  readonly lastEvent: string | null;
};

export type ModelAlert = {
  readonly automation: string;
  readonly path: string;
  readonly key: readonly string[];
  readonly start: number;
  readonly missing: number;
  /** null: it ends by time. */
  readonly forgetAt: number | null;
  /** Of a Reactive key: the newest event that kept it alive. */
  readonly last: number | null;
  readonly reminds: number | null;
};

/** What rules 17 keep of a key beside window and alert, and until when. */
export type ModelKept = {
  readonly automation: string;
  readonly path: string;
  readonly key: readonly string[];
  readonly what: 'quiet' | 'floor' | 'list' | 'recovered' | 'cancelled';
  readonly times: readonly number[];
  readonly until: number;
};

export type ModelChild = {
  readonly automation: string;
  readonly path: string;
  readonly group: readonly string[];
  readonly child: number;
  readonly time: number;
  readonly keepUntil: number;
};

type Keyed = { readonly key: readonly string[] };

const byKey = <T extends Keyed>(items: Iterable<T>): T[] => [...items].sort((a, b) => compareKey(a.key, b.key));

/** Depth first, automations in order of id. */
function places(automations: readonly Loaded[]): Node[] {
  const sorted = [...automations].sort((a, b) => compareText(a.automation.id, b.automation.id));
  return sorted.flatMap(({ nodes }) => nodes);
}

export function viewWindows(automations: readonly Loaded[]): ModelWindow[] {
  return places(automations).flatMap((node) => {
    if (node.kind !== 'event') return [];
    return byKey(node.windows.values()).map(({ key, start, end, count, due, keepUntil, silent, last }) => {
      const lastEvent = last?.id ?? null;
      return {
        automation: node.automationId,
        path: node.path,
        key,
        start,
        end,
        count,
        due: node.trigger.posture === 'Reactive' && node.trigger.withinMs === 0 ? null : due,
        keepUntil,
        silent,
        lastEvent,
      };
    });
  });
}

export function viewAlerts(automations: readonly Loaded[]): ModelAlert[] {
  return places(automations).flatMap((node) => {
    if (node.kind !== 'event') return [];
    const place = { automation: node.automationId, path: node.path };
    const absences = byKey(node.alerts.values()).map(({ key, start, forgetAt, reminding, ...alert }) => {
      // Any one event makes up for what a count of values misses.
      const missing = countsValues(node.trigger) ? 1 : alert.missing;
      return { ...place, key, start, missing, forgetAt, last: null, reminds: nextReminder(reminding, forgetAt) };
    });
    const raised = byKey(node.raised.values()).map(({ key, firing, last, forgetAt, reminding }) => {
      const forgotten = Number.isFinite(forgetAt) ? forgetAt : null;
      const reminds = nextReminder(reminding, forgetAt);
      return { ...place, key, start: firing.time, missing: 0, forgetAt: forgotten, last, reminds };
    });
    return [...absences, ...raised];
  });
}

/** The keys of marks are texts: they are not told apart from each other but by them. */
export function viewKept(automations: readonly Loaded[]): ModelKept[] {
  return places(automations).flatMap((node) => {
    if (node.kind !== 'event') return [];
    const place = { automation: node.automationId, path: node.path };
    const kept: ModelKept[] = [];
    for (const [text, marks] of node.marks) {
      const one = { ...place, key: JSON.parse(text) as string[] };
      const { quiet, quietUntil, floor, floorUntil, list, listUntil } = marks;
      if (quiet > Number.NEGATIVE_INFINITY) kept.push({ ...one, what: 'quiet', times: [quiet], until: quietUntil });
      if (floor > Number.NEGATIVE_INFINITY) kept.push({ ...one, what: 'floor', times: [floor], until: floorUntil });
      const times = list.map(({ t }) => t).sort((a, b) => a - b);
      if (times.length > 0) kept.push({ ...one, what: 'list', times, until: listUntil });
    }
    const what = node.trigger.posture === 'Reactive' ? 'recovered' : 'cancelled';
    for (const [text, { t, until }] of node.recent) {
      kept.push({ ...place, key: JSON.parse(text) as string[], what, times: [t], until });
    }
    return kept;
  });
}

export function viewChildren(automations: readonly Loaded[]): ModelChild[] {
  return places(automations).flatMap((node) => {
    if (node.kind !== 'composite') return [];
    const view = (group: Group): ModelChild[] =>
      [...group.stored]
        .sort(([a], [b]) => a - b)
        .map(([child, { firing, keepUntil }]) => {
          const place = { automation: node.automationId, path: node.path, group: group.key };
          return { ...place, child, time: firing.time, keepUntil };
        });
    return byKey(node.groups.values()).flatMap(view);
  });
}
