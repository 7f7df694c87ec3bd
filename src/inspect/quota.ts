import type { Redis } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import { decodeKey } from '../match/key.ts';
import { QUOTA_NAMES, readStoredQuotas } from '../redis/quotas.ts';
import type { Store } from '../redis/store.ts';
import { storedNumber } from '../redis/stored.ts';

/** Where nothing is set; the scripts have the same in lua/include/limits.lua. */
export const DEFAULT_QUOTAS: Quotas = Object.freeze({ windowsPerAutomation: 1_000_000, windows: 5_000_000 });

/** The most that may be set: a thousand times what a server has room for, and far below what Lua counts exactly. */
export const LARGEST_QUOTA = 1_000_000_000;

/** Automations named as the ones that hold most: what a person reads. */
const MOST_NAMED = 10;

/** The most keys of one automation, and of all, that may hold state: an open window, an alert, child firings. */
export type Quotas = Readonly<{ windowsPerAutomation: number; windows: number }>;

/** What is to be set; null puts one back to its default. */
export type QuotaChanges = { readonly [name in keyof Quotas]?: number | null };

/** How many keys hold state, in all and of the automations that hold most, and how often one was kept from it. */
export type QuotaUse = Readonly<{
  limits: Quotas;
  windows: number;
  automations: readonly { id: string; windows: number }[];
  /** Whose quota is used up, so that further keys are not watched: automations by their ids, null for all together. */
  full: readonly (string | null)[];
  refused: number;
}>;

/** The quotas that hold now, and how much of them is used, in one round trip. */
export async function readQuotas(redis: Redis, store: Store): Promise<QuotaUse> {
  const { windowsPerAutomation, windows, used, refused } = await readStoredQuotas(redis, store);
  const { '': all = '0', ...each } = used;
  const automations = Object.entries(each)
    .map(([name, count]) => ({ id: decodeKey(name, 1).join(), windows: storedNumber(count, 0) }))
    .sort((a, b) => b.windows - a.windows)
    .slice(0, MOST_NAMED);
  const use = {
    limits: {
      windowsPerAutomation: storedNumber(windowsPerAutomation, DEFAULT_QUOTAS.windowsPerAutomation),
      windows: storedNumber(windows, DEFAULT_QUOTAS.windows),
    },
    windows: storedNumber(all, 0),
    automations,
    refused,
  };
  return { ...use, full: fullOf(use) };
}

/** @throws InvalidDocument naming a quota that is wrong */
export function checkQuota(name: string, value: unknown): void {
  if (!QUOTA_NAMES.includes(name)) throw new InvalidDocument(name, `must be one of ${QUOTA_NAMES.join(', ')}`);
  const whole = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LARGEST_QUOTA;
  if (whole || value === null || value === undefined) return;
  throw new InvalidDocument(name, `must be a whole number from 0 to ${LARGEST_QUOTA}, or null`, value);
}

/** What has used up its quota: automations by their ids, null for the namespace as a whole. */
export function fullOf({
  limits,
  windows,
  automations,
}: Pick<QuotaUse, 'limits' | 'windows' | 'automations'>): (string | null)[] {
  const full = automations.filter((one) => one.windows >= limits.windowsPerAutomation).map(({ id }) => id);
  return windows >= limits.windows ? [null, ...full] : full;
}
