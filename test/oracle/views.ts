import { compareKey, compareText } from './keys.ts';
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
  readonly forgetAt: number;
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
    return byKey(node.alerts.values()).map(({ key, start, missing, forgetAt }) => {
      return { automation: node.automationId, path: node.path, key, start, missing, forgetAt };
    });
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
