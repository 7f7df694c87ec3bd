import type { Redis } from 'ioredis';
import { planOf, type TriggerNode } from '../match/plan.ts';
import type { Automation } from '../model/automation.ts';
import { findStored } from '../redis/definitions.ts';
import type { Store } from '../redis/store.ts';
import { keysOfWindows, windowFields } from '../redis/windows.ts';

/** Keys read in one round trip. */
const PAGE = 1_000;

/** Keys that are looked at for one change: a second or so of reading; people need no more than that there are very many. */
const LOOKED_AT = 50_000;

/** A change of the automations: what is put in place of the one with that id; null: it is deleted. */
export type Replacement = Readonly<{ id: string; automation: Automation | null }>;

/**
 * The state that a change drops: open windows, with groups of composites that hold child firings, and alerts. `more`: there are so
 * many that not all were counted.
 */
export type Dropped = Readonly<{ windows: number; alerts: number; more: boolean }>;

/** What would be dropped by each of these changes if they were made now (rules 13): state of triggers whose definition changes or goes. */
export async function droppedBy(redis: Redis, store: Store, changes: readonly Replacement[]): Promise<Dropped[]> {
  const dropped: Dropped[] = [];
  for (const change of changes) dropped.push(await countOf(redis, store, await goneNodes(redis, store, change)));
  return dropped;
}

async function goneNodes(redis: Redis, store: Store, { id, automation }: Replacement): Promise<readonly TriggerNode[]> {
  const old = await findStored(redis, store, id);
  if (old === null) return [];
  const { nodes } = planOf(old.automation, old.plan.revision, old.plan);
  if (automation === null) return nodes;
  // Any revision that is not an old one: it names the triggers that begin anew.
  const next = planOf(automation, old.plan.revision + 1, old.plan);
  const names = new Set(next.nodes.map(({ name }) => name));
  return nodes.filter(({ name }) => !names.has(name));
}

async function countOf(redis: Redis, store: Store, nodes: readonly TriggerNode[]): Promise<Dropped> {
  const found = { windows: 0, alerts: 0 };
  let left = LOOKED_AT;
  for (const { name, trigger } of nodes) {
    for (let from = 0; ; from += PAGE) {
      const keys = await keysOfWindows(redis, store, name, from, PAGE);
      if (trigger.type === 'event') {
        for (const [start, alert] of await windowFields(redis, store, name, keys, ['start', 'alert_until'])) {
          if (start !== null) found.windows += 1;
          if (alert !== null) found.alerts += 1;
        }
      } else {
        found.windows += keys.length;
      }
      left -= keys.length;
      if (left <= 0) return { ...found, more: true };
      if (keys.length < PAGE) break;
    }
  }
  return { ...found, more: false };
}
