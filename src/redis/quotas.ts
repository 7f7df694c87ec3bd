import type { Redis } from 'ioredis';
import { generationIn } from './damage.ts';
import { untilChanged } from './definitions.ts';
import { putSettings } from './steps/put-settings.ts';
import type { Store } from './store.ts';
import { execute, insist } from './transaction.ts';

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
async function timesOverQuota(redis: Redis, store: Store): Promise<number> {
  return Number((await redis.hget(store.keys.counters, 'over-limit')) ?? 0);
}

/** Changes quotas between two entries of the log; null removes one, undefined leaves it as it is. @throws Conflict */
export async function writeQuotas(
  redis: Redis,
  store: Store,
  changes: { readonly [name in keyof typeof FIELDS]?: number | null },
): Promise<void> {
  const { generation, quotas } = store.keys;
  const names = ['windowsPerAutomation', 'windows'] as const;
  await untilChanged(async () => {
    const read = redis
      .multi()
      .get(generation)
      .hmget(quotas, ...names.map((name) => FIELDS[name]));
    const [at, texts] = await insist(() => execute(read));
    const stored = texts as (string | null)[];
    const differing = names.filter((name, i) => {
      const value = changes[name];
      return value !== undefined && (value === null ? null : String(value)) !== (stored[i] ?? null);
    });
    if (differing.length === 0) return { word: 'unchanged', generation: generationIn(store, at) };
    return await putSettings(redis, store, {
      generation: generationIn(store, at),
      of: 'quotas',
      set: differing.flatMap((name) =>
        changes[name] === null ? [] : [[FIELDS[name], String(changes[name])] as const],
      ),
      reset: differing.filter((name) => changes[name] === null).map((name) => FIELDS[name]),
    });
  });
}
