import type { Redis } from 'ioredis';
import { isSpread } from '../match/placement.ts';
import type { Automation } from '../model/automation.ts';
import type { Labels } from '../model/event.ts';
import type { NamespaceSettingsChanges } from '../model/namespace-settings.ts';
import { GLOBAL_PARTITION, type PartitionLayout, partitionNames, partitionOf } from '../model/partition.ts';
import type { Trigger } from '../model/trigger.ts';
import {
  currentGeneration,
  deleteDefinition,
  findDefinition,
  followWish,
  putDefinition,
  updateDefinition,
} from './definitions.ts';
import { readStoredQuotas, writeQuotas } from './quotas.ts';
import { readSettings, writeSettings } from './settings.ts';
import { partitionStore, type Store } from './store.ts';

/*
 * Definitions of a namespace with partitions. What is wanted stands in the front's slot, as documents alone. Each partition takes it over, at
 * a position of its own, and notes up to which generation. A change brings all partitions there before it answers; what is cut off is
 * finished by the workers, which look once a second.
 */

/** Where a change of definitions goes: `layout` is null without partitions. */
export type PlaceOfChange = Readonly<{ redis: Redis; store: Store; layout: PartitionLayout | null }>;

/** The engine that has a key: of an automation that lives on every partition that of its value, else the global one. */
export function storeOfKey(
  { store, layout }: Pick<PlaceOfChange, 'store' | 'layout'>,
  trigger: Trigger,
  labels: Labels,
): Store {
  if (layout === null) return store;
  const { by, count } = layout;
  return partitionStore(store, isSpread(trigger, by) ? String(partitionOf(labels[by] ?? '', count)) : GLOBAL_PARTITION);
}

/** In the set of those who want state-change events: everybody. */
const EVERYBODY = '*';

const ON_PAPER = { onPaper: true } as const;

/** As `putDefinition`, on every partition where the automation lives. */
export async function putPlaced({ redis, store, layout }: PlaceOfChange, automation: Automation): Promise<void> {
  if (layout === null) return void (await putDefinition(redis, store, automation));
  await putDefinition(redis, store, automation, ON_PAPER);
  await followAll(redis, store, layout);
}

/** As `updateDefinition`. @throws NotFound */
export async function updatePlaced(
  { redis, store, layout }: PlaceOfChange,
  id: string,
  next: (old: Automation) => Automation,
): Promise<void> {
  if (layout === null) return void (await updateDefinition(redis, store, id, next));
  await updateDefinition(redis, store, id, next, ON_PAPER);
  await followAll(redis, store, layout);
}

/** As `deleteDefinition`. @throws NotFound */
export async function deletePlaced({ redis, store, layout }: PlaceOfChange, id: string): Promise<void> {
  await deleteDefinition(redis, store, id);
  if (layout !== null) await followAll(redis, store, layout);
}

/** Changes the settings of a namespace, or its quotas, on all partitions. */
export async function writePlaced({ redis, store, layout }: PlaceOfChange, changes: PlacedChanges): Promise<void> {
  if (changes.settings) await writeSettings(redis, store, changes.settings);
  if (changes.quotas) await writeQuotas(redis, store, changes.quotas);
  if (layout !== null) await followAll(redis, store, layout);
}

export type PlacedChanges = Readonly<{
  settings?: NamespaceSettingsChanges;
  quotas?: Parameters<typeof writeQuotas>[2];
}>;

/** Brings all partitions to what is wanted; the global one first, since what it listens to has to come from the others. */
async function followAll(redis: Redis, front: Store, layout: PartitionLayout): Promise<void> {
  await followPartition(redis, front, layout, GLOBAL_PARTITION);
  const others = partitionNames(layout).filter((name) => name !== GLOBAL_PARTITION);
  await Promise.all(others.map((name) => followPartition(redis, front, layout, name)));
}

/** Brings one partition to what is wanted. Any number may do it at a time. */
export async function followPartition(
  redis: Redis,
  front: Store,
  layout: PartitionLayout,
  name: string,
): Promise<void> {
  const store = partitionStore(front, name);
  const [wanted, followed] = await Promise.all([currentGeneration(redis, front), followedBy(redis, store)]);
  if (wanted !== followed) {
    // A front that lost its end may give numbers away once more.
    const since = Number(wanted) < Number(followed) ? '0' : followed;
    const ids = await redis.zrange(front.keys.changes, `(${since}`, wanted, 'BYSCORE');
    for (const id of ids) await followWish(redis, store, id, () => wishFor(redis, front, layout, name, id));
    await followAgreed(redis, front, store);
    await redis.set(store.keys.followed, wanted);
  }
  if (name !== GLOBAL_PARTITION) await listenFor(redis, front, store);
}

/** The generation that a partition has taken over, as text. */
export async function followedBy(redis: Redis, store: Store): Promise<string> {
  return (await redis.get(store.keys.followed)) ?? '0';
}

async function wishFor(
  redis: Redis,
  front: Store,
  { by }: PartitionLayout,
  name: string,
  id: string,
): Promise<Automation | null> {
  const automation = await findDefinition(redis, front, id);
  if (automation === null) return null;
  return isSpread(automation.trigger, by) === (name !== GLOBAL_PARTITION) ? automation : null;
}

async function followAgreed(redis: Redis, front: Store, store: Store): Promise<void> {
  const [settings, quotas] = await Promise.all([readSettings(redis, front), readStoredQuotas(redis, front)]);
  await writeSettings(redis, store, settings);
  const numberOf = (text: string | null): number | null => (text === null ? null : Number(text));
  await writeQuotas(redis, store, {
    windowsPerAutomation: numberOf(quotas.windowsPerAutomation),
    windows: numberOf(quotas.windows),
  });
}

/** A partition has its state-change events put into its log while an automation of the global one could want them. */
async function listenFor(redis: Redis, front: Store, store: Store): Promise<void> {
  const global = partitionStore(front, GLOBAL_PARTITION);
  const listened = (await redis.exists(global.keys.listeners)) === 1;
  await (listened ? redis.sadd(store.keys.listeners, EVERYBODY) : redis.srem(store.keys.listeners, EVERYBODY));
}
