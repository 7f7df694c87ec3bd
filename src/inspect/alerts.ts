import type { Redis } from 'ioredis';
import { keyOfLabels, labelsOfKey } from '../match/key.ts';
import { planOf } from '../match/plan.ts';
import { allActions } from '../model/action.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Labels } from '../model/event.ts';
import type { Firing } from '../model/firing.ts';
import { holdsAt, isAbout, type Silence } from '../model/silence.ts';
import { alertsOfKey, alertsOfTrigger } from '../redis/alert-texts.ts';
import { type Changes, changesSince } from '../redis/definition-changes.ts';
import { type Definition, readStored } from '../redis/definitions.ts';
import { deliveriesOf } from '../redis/delivery-records.ts';
import { allSilences } from '../redis/silences.ts';
import type { Store } from '../redis/store.ts';
import type { NextReminder } from '../redis/window-text.ts';
import { lastFirings } from './firings.ts';

/** Alerts that are held while they are sorted: more than people survey. */
const HELD_LIMIT = 10_000;

/** Firings of an automation that are looked at for those of its alerts. */
const FIRINGS_LIMIT = 5_000;

/**
 * An alert that is open (rules 11, 17.6). Times in ms. `since`: the start of the window that fired, of a Reactive key the time of its firing.
 * `until`: when it ends, or is forgotten, if nothing comes. `firings`: those of it that the ledger has, reminders among them; `deliveries`:
 * what became of their actions. `acknowledged`, `snoozed`: the silence that keeps its reminders, or all of its key, from people.
 */
export type Alert = Readonly<{
  automation: string;
  name: string;
  enabled: boolean;
  labels: Labels;
  since: number;
  until: number;
  reminder: NextReminder | null;
  acknowledged: Silence | null;
  snoozed: Silence | null;
  firings: readonly Firing[];
  deliveries: readonly Delivery[];
}>;

/** `automation`: an id; `labels`: the key. */
export type AlertQuery = Readonly<{ limit: number; automation?: string; labels?: Labels }>;

/** Open alerts, those that have lasted longest first. */
export async function openAlerts(redis: Redis, store: Store, query: AlertQuery, nowMs: number): Promise<Alert[]> {
  const found = await standing(redis, store, query);
  const shown = found.sort((a, b) => a.since - b.since).slice(0, query.limit);
  const silences = (await allSilences(redis, store)).filter((silence) => holdsAt(silence, nowMs));
  const firings = await firingsOf(redis, store, shown);
  return await Promise.all(
    shown.map(async ({ actions, ...alert }) => {
      const own = (firings.get(alert.automation) ?? []).filter((firing) => isOf(firing, alert));
      const jobs = own.flatMap(({ id }) => Array.from({ length: actions }, (_, i) => `f-${id}-${i}`));
      const deliveries = (await deliveriesOf(redis, store, jobs)).filter((one) => one !== null);
      const keeping = silences.filter((silence) => isAbout(silence, alert));
      const acknowledged = keeping.find((one) => one.alert !== undefined && alert.since <= one.alert) ?? null;
      const snoozed = keeping.find((one) => one.alert === undefined) ?? null;
      return { ...alert, acknowledged, snoozed, firings: own, deliveries };
    }),
  );
}

/** An alert by itself; `actions`: how many its automation has. */
type Standing = Pick<Alert, 'automation' | 'name' | 'enabled' | 'labels' | 'since' | 'until' | 'reminder'> &
  Readonly<{ actions: number }>;

type OfAlert = Pick<Alert, 'automation' | 'labels' | 'since'>;

async function standing(redis: Redis, store: Store, { automation: only, labels }: AlertQuery): Promise<Standing[]> {
  const found: Standing[] = [];
  for (const [id, definition] of await definitionsFor(redis, store, only)) {
    if (definition === null) continue;
    const { automation } = definition;
    const root = alertingTrigger(definition);
    if (root === null) continue;
    const { forEach } = root;
    const { name, enabled } = automation;
    const actions = allActions(automation).length;
    const asked = labels && keyOfLabels(forEach, labels);
    if (asked === null) continue;
    const everyKey = asked === undefined;
    const texts = everyKey
      ? alertsOfTrigger(redis, store, root.name)
      : await alertsOfKey(redis, store, root.name, asked);
    for await (const { key, alert } of texts) {
      const { start: since, until, reminder } = alert;
      found.push({ automation: id, name, enabled, labels: labelsOfKey(forEach, key), since, until, reminder, actions });
      if (found.length === HELD_LIMIT) return found;
    }
  }
  return found;
}

/** The trigger of an automation whose alerts people hear of: its state name and its key; null for one that has none. */
export function alertingTrigger({ automation, plan }: Definition): { name: string; forEach: readonly string[] } | null {
  // Nobody hears of the alerts of triggers below the root.
  const root = planOf(automation, plan.revision, plan).nodes.find(({ path }) => path === '');
  if (root?.trigger.type !== 'event') return null;
  const { posture, resolve, forEach } = root.trigger;
  return posture === 'Reactive' && resolve === undefined ? null : { name: root.name, forEach };
}

/** All automations, or the one that is asked about. */
async function definitionsFor(redis: Redis, store: Store, only: string | undefined): Promise<Changes> {
  if (only === undefined) return (await changesSince(redis, store, '0')).changed;
  return [[only, await readStored(redis, store, only)]];
}

async function firingsOf(redis: Redis, store: Store, alerts: readonly OfAlert[]): Promise<Map<string, Firing[]>> {
  const found = new Map<string, Firing[]>();
  for (const [automation, own] of Map.groupBy(alerts, (alert) => alert.automation)) {
    // They were decided then at the earliest.
    const sinceMs = Math.min(...own.map(({ since }) => since));
    const { firings } = await lastFirings(redis, store, { limit: FIRINGS_LIMIT, sinceMs, automation });
    found.set(
      automation,
      firings.map(({ firing }) => firing),
    );
  }
  return found;
}

function isOf({ state, triggered, labels }: Firing, alert: OfAlert): boolean {
  return state === 'Triggered' && triggered >= alert.since && isSame(labels, alert.labels);
}

function isSame(a: Labels, b: Labels): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name]);
}
