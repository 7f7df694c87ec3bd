import type { Redis } from 'ioredis';
import type { Store } from './store.ts';

/** What stands in Redis of quotas: those that are set, keys with state by encoded automation id (`''`: of all), refusals. */
export type StoredQuotas = Readonly<{
  windowsPerAutomation: string | null;
  windows: string | null;
  used: Readonly<Record<string, string>>;
  refused: number;
}>;

/** What each quota is called in Redis. */
const FIELDS = { windowsPerAutomation: 'windows_per_automation', windows: 'windows' } as const;

/** The names under which programs know quotas. */
export const QUOTA_NAMES = Object.freeze(Object.keys(FIELDS));

/** All of it in one round trip. */
export async function readStoredQuotas(redis: Redis, store: Store): Promise<StoredQuotas> {
  const { quotas, quota_used } = store.keys;
  const [set, used, refused] = await Promise.all([
    redis.hmget(quotas, FIELDS.windowsPerAutomation, FIELDS.windows),
    redis.hgetall(quota_used),
    timesOverQuota(redis, store),
  ]);
  return { windowsPerAutomation: set[0] ?? null, windows: set[1] ?? null, used, refused };
}

/** How often a key was kept from its window because a quota was used up. */
export async function timesOverQuota(redis: Redis, store: Store): Promise<number> {
  return Number((await redis.hget(store.keys.counters, 'over-limit')) ?? 0);
}

/** Writes quotas; null removes one, undefined leaves it as it is. */
export async function writeQuotas(
  redis: Redis,
  store: Store,
  changes: { readonly [name in keyof typeof FIELDS]?: number | null },
): Promise<void> {
  const entries = Object.entries(FIELDS).map(([name, field]) => [field, changes[name as keyof typeof FIELDS]] as const);
  const set = entries.flatMap(([field, value]) => (typeof value === 'number' ? [[field, value] as const] : []));
  const reset = entries.flatMap(([field, value]) => (value === null ? [field] : []));
  if (set.length > 0) await redis.hset(store.keys.quotas, ...set.flat());
  if (reset.length > 0) await redis.hdel(store.keys.quotas, ...reset);
}
