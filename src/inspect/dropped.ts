import type { Redis } from 'ioredis';
import { planOf, type TriggerNode } from '../match/plan.ts';
import type { Automation } from '../model/automation.ts';
import type { Trigger } from '../model/trigger.ts';
import { findStored } from '../redis/definitions.ts';
import type { Store } from '../redis/store.ts';
import { parseKeptText, parseWindowText } from '../redis/window-text.ts';
import { keysOfWindows, windowTexts } from '../redis/windows.ts';
import { readStatus } from './status.ts';

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

/** A trigger whose windows are dropped, all of them or those that have ended by `endedBy` (ms): enabling drops what ran out meanwhile. */
type Fading = Readonly<{ node: TriggerNode; endedBy: number | null }>;

/** `log`: for reads of the log. */
type Clients = Readonly<{ redis: Redis; log: Redis }>;

/** What would be dropped by each of these changes if they were made now (rules 13): state of triggers whose definition changes or goes. */
export async function droppedBy(clients: Clients, store: Store, changes: readonly Replacement[]): Promise<Dropped[]> {
  const dropped: Dropped[] = [];
  for (const change of changes)
    dropped.push(await countOf(clients.redis, store, await fadingNodes(clients, store, change)));
  return dropped;
}

async function fadingNodes(
  { redis, log }: Clients,
  store: Store,
  { id, automation }: Replacement,
): Promise<readonly Fading[]> {
  const old = await findStored(redis, store, id);
  if (old === null) return [];
  const { nodes } = planOf(old.automation, old.plan.revision, old.plan);
  if (automation === null) return nodes.map((node) => ({ node, endedBy: null }));
  // Any revision that is not an old one: it names the triggers that begin anew.
  const next = planOf(automation, old.plan.revision + 1, old.plan);
  const names = new Set(next.nodes.map(({ name }) => name));
  const gone = nodes.filter(({ name }) => !names.has(name)).map((node): Fading => ({ node, endedBy: null }));
  if (old.automation.enabled || !automation.enabled) return gone;
  const endedBy = await asOfNow(log, store);
  const armed = nodes.filter(({ name, trigger }) => names.has(name) && isArmed(trigger));
  return [...gone, ...armed.map((node) => ({ node, endedBy }))];
}

function isArmed(trigger: Trigger): boolean {
  return trigger.type === 'event' && trigger.posture === 'Proactive' && trigger.after.length > 0;
}

/** How far time has come for deadlines. */
async function asOfNow(redis: Redis, store: Store): Promise<number> {
  const { now, waitingMs, lagMs } = await readStatus(redis, store);
  return now - waitingMs - lagMs;
}

async function countOf(redis: Redis, store: Store, fading: readonly Fading[]): Promise<Dropped> {
  const found = { windows: 0, alerts: 0 };
  let left = LOOKED_AT;
  for (const { node, endedBy } of fading) {
    for (let from = 0; ; from += PAGE) {
      const keys = await keysOfWindows(redis, store, node.name, from, PAGE);
      if (node.trigger.type === 'event') {
        for (const text of await windowTexts(redis, store, node.name, keys)) {
          const { open, alert } = parseWindowText(text ?? '');
          const slides = endedBy === null && (parseKeptText(text ?? '').sliding?.times.length ?? 0) > 0;
          if (slides || (open !== null && (endedBy === null || open.end <= endedBy))) found.windows += 1;
          if (alert !== null && endedBy === null) found.alerts += 1;
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
