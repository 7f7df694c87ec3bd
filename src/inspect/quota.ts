import type { Redis } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import { decodeKey } from '../match/key.ts';
import type { Store } from '../redis/store.ts';

/** Where nothing is set; the scripts have the same in lua/include/limits.lua. */
export const DEFAULT_QUOTAS: Quotas = Object.freeze({ windowsPerAutomation: 1_000_000, windows: 5_000_000 });

/** The most that may be set: a thousand times what a server has room for, and far below what Lua counts exactly. */
export const LARGEST_QUOTA = 1_000_000_000;

/** Automations named as the ones that hold most: what a person reads. */
const MOST_NAMED = 10;

/** The most keys of one automation, and of all, that may hold state: an open window, an alert, child firings. */
export type Quotas = Readonly<{ windowsPerAutomation: number; windows: number }>;

/** How many keys hold state, in all and of the automations that hold most, and how often one was kept from it. */
export type QuotaUse = Readonly<{
  limits: Quotas;
  windows: number;
  automations: readonly { id: string; windows: number }[];
  refused: number;
}>;

/** What each quota is called in Redis. */
const FIELDS = { windowsPerAutomation: 'windows_per_automation', windows: 'windows' } as const;

/** The quotas that hold now, and how much of them is used, in one round trip. */
export async function readQuotas(redis: Redis, store: Store): Promise<QuotaUse> {
  const { quotas, quota_used, counters } = store.keys;
  const [set, counts, refused] = await Promise.all([
    redis.hmget(quotas, FIELDS.windowsPerAutomation, FIELDS.windows),
    redis.hgetall(quota_used),
    redis.hget(counters, 'over-limit'),
  ]);
  const { '': all = '0', ...each } = counts;
  const automations = Object.entries(each)
    .map(([name, count]) => ({ id: decodeKey(name, 1).join(), windows: Number(count) }))
    .sort((a, b) => b.windows - a.windows)
    .slice(0, MOST_NAMED);
  return {
    limits: {
      windowsPerAutomation: Number(set[0] ?? DEFAULT_QUOTAS.windowsPerAutomation),
      windows: Number(set[1] ?? DEFAULT_QUOTAS.windows),
    },
    windows: Number(all),
    automations,
    refused: Number(refused ?? 0),
  };
}

/** @throws InvalidDocument naming a quota that is wrong */
export function checkQuota(name: string, value: unknown): void {
  if (!Object.hasOwn(FIELDS, name)) throw new InvalidDocument(name, `must be one of ${Object.keys(FIELDS).join(', ')}`);
  const whole = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LARGEST_QUOTA;
  if (whole || value === null || value === undefined) return;
  throw new InvalidDocument(name, `must be a whole number from 0 to ${LARGEST_QUOTA}, or null`, value);
}

/** Sets quotas; null puts one back to its default. They hold for whatever is applied next, windows that are open stay. */
export async function setQuotas(
  redis: Redis,
  store: Store,
  changes: { readonly [name in keyof Quotas]?: number | null },
): Promise<void> {
  const entries = Object.entries(FIELDS).map(([name, field]) => [field, changes[name as keyof Quotas]] as const);
  const set = entries.flatMap(([field, value]) => (typeof value === 'number' ? [[field, value] as const] : []));
  const reset = entries.flatMap(([field, value]) => (value === null ? [field] : []));
  if (set.length > 0) await redis.hset(store.keys.quotas, ...set.flat());
  if (reset.length > 0) await redis.hdel(store.keys.quotas, ...reset);
}

/** What has used up its quota, so that further keys are not watched: automations by their ids, null for the namespace as a whole. */
export function atQuota({ limits, windows, automations }: QuotaUse): (string | null)[] {
  const full = automations.filter((one) => one.windows >= limits.windowsPerAutomation).map(({ id }) => id);
  return windows >= limits.windows ? [null, ...full] : full;
}
