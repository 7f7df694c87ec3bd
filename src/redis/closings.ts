import type { Redis } from 'ioredis';
import { isRecord } from '../model/record.ts';
import type { Store } from './store.ts';
import { shownJson, storedNumber } from './stored.ts';
import { execute } from './transaction.ts';

/** Keys that firings were held back of; `others`: firings of keys that are too many, or too long, to be named. */
type HeldKeys = Readonly<{
  keys: readonly Readonly<{ labels: Readonly<Record<string, string>>; firings: number }>[];
  others: number;
}>;

/** A budget that was used up. `id`: the first firing that it held back; times in ms of Redis; `entry`: of that firing in the ledger. */
export type Closing = HeldKeys &
  Readonly<{ id: string; automation: string; entry: string; since: number; till: number; count: number }>;

/** What a closing holds; null when it is gone, or what stands there is none. */
export async function closingOf(redis: Redis, store: Store, id: string): Promise<Closing | null> {
  return closingIn(id, await redis.hgetall(store.prefixes.closing + id));
}

/** Budgets that are closed at this time (ms). */
export async function closedBudgets(redis: Redis, store: Store, nowMs: number): Promise<Closing[]> {
  const ids = Object.values(await redis.hgetall(store.keys.budgets)).flatMap((text) => {
    const [, id, till] = /^(\S+) (\d{1,15})$/.exec(text) ?? [];
    return id !== undefined && Number(till) > nowMs ? [id] : [];
  });
  if (ids.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const id of ids) pipeline.hgetall(store.prefixes.closing + id);
  const found = (await execute(pipeline)) as Record<string, string>[];
  return ids.flatMap((id, i) => closingIn(id, found[i] ?? {}) ?? []);
}

function closingIn(id: string, fields: Readonly<Record<string, string>>): Closing | null {
  const { automation, entry, since, till, count, others } = fields;
  if (automation === undefined || entry === undefined) return null;
  const keys = Object.entries(fields).flatMap(([name, firings]) => {
    const labels = name.startsWith('k') ? shownJson(name.slice(1)) : null;
    return isRecord(labels) ? [{ labels: labels as Record<string, string>, firings: storedNumber(firings, 0) }] : [];
  });
  return {
    id,
    automation,
    entry,
    since: storedNumber(since, 0),
    till: storedNumber(till, 0),
    count: storedNumber(count, 0),
    others: storedNumber(others, 0),
    keys: keys.sort((a, b) => b.firings - a.firings),
  };
}

/** Entries of the ledger that joined a group, in that order. */
export async function groupEntries(redis: Redis, store: Store, id: string): Promise<string[]> {
  const fields = await redis.hgetall(store.prefixes.group + id);
  return Object.entries(fields)
    .flatMap(([name, entry]) => (/^n\d{1,9}$/.test(name) ? [{ number: Number(name.slice(1)), entry }] : []))
    .sort((a, b) => a.number - b.number)
    .map(({ entry }) => entry);
}
