import type { Redis } from 'ioredis';
import { InvalidDocument, NotFound } from '../errors.ts';
import { keyOfLabels } from '../match/key.ts';
import { planOf, type TriggerNode } from '../match/plan.ts';
import type { Labels } from '../model/event.ts';
import type { KeyChange } from './change.ts';
import { type Attempted, currentGeneration, readStored, untilChanged } from './definitions.ts';
import { clearKey } from './steps/clear-key.ts';
import { resolveAlert } from './steps/resolve-alert.ts';
import type { Store } from './store.ts';

/** A key of an automation: the names that it counts by, with their values. */
export type KeyName = Readonly<{ automation: string; labels: Labels }>;

/**
 * Forgets all that an automation keeps of a key, between two entries of the log: of each of its triggers that counts by these names.
 * @throws NotFound; InvalidDocument when no trigger counts by these names; Conflict
 */
export async function clearKeyOf(redis: Redis, store: Store, key: KeyName): Promise<void> {
  await attempt(redis, store, 'clear', key, async (change) => await clearKey(redis, store, change));
}

/**
 * Ends the alert of a key, between two entries of the log.
 * @returns false when it has none
 * @throws NotFound; InvalidDocument when the root of the automation does not count by these names; Conflict
 */
export async function resolveAlertOf(redis: Redis, store: Store, key: KeyName): Promise<boolean> {
  let found = false;
  await attempt(redis, store, 'resolve', key, async (change) => {
    const answer = await resolveAlert(redis, store, change);
    found = answer.word === 'changed';
    return answer;
  });
  return found;
}

async function attempt(
  redis: Redis,
  store: Store,
  kind: KeyChange['kind'],
  key: KeyName,
  act: (change: KeyChange) => Promise<Attempted>,
): Promise<void> {
  await untilChanged(async () => {
    const generation = await currentGeneration(redis, store);
    return await act({ ...(await changeOf(redis, store, kind, key)), generation });
  });
}

async function changeOf(
  redis: Redis,
  store: Store,
  kind: KeyChange['kind'],
  { automation: id, labels }: KeyName,
): Promise<Omit<KeyChange, 'generation'>> {
  const found = await readStored(redis, store, id);
  if (found === null) throw new NotFound(id);
  const { automation, plan } = found;
  const { nodes } = planOf(automation, plan.revision, plan);
  const wanted = kind === 'clear' ? nodes : nodes.filter(({ path }) => path === '');
  const cells = wanted.flatMap(({ name, trigger }) => {
    const key = keyOfLabels(trigger.forEach, labels);
    return key === null ? [] : [{ name, key }];
  });
  if (cells.length === 0) throw noSuchKey(wanted, labels);
  return { kind, automation: id, labels: JSON.stringify(labels), enabled: automation.enabled, cells };
}

function noSuchKey(nodes: readonly TriggerNode[], labels: Labels): InvalidDocument {
  const names = new Set(
    nodes.map(({ trigger }) => trigger.forEach.map((name) => `${name}=…`).join(' ') || 'no labels'),
  );
  return new InvalidDocument('key', `must be ${[...names].join(', or ')}`, JSON.stringify(labels));
}
