import type { Redis } from 'ioredis';
import { decodeKey } from '../match/key.ts';
import type { Store } from './store.ts';

/** Where nothing is set; the law stands in lua/include/held.lua. */
export const DEFAULT_LIMITS: Limits = Object.freeze({ windowsPerAutomation: 1_000_000, windows: 5_000_000 });

/** The most that may be set: what a Lua number and an index of Redis still count exactly. */
export const LARGEST_LIMIT = 1_000_000_000;

/** Automations named as the ones that hold most: what a person reads. */
const MOST_NAMED = 10;

/** At most so many keys of one automation, and of all, may hold state: an open window, an alert, child firings. */
export type Limits = Readonly<{ windowsPerAutomation: number; windows: number }>;

/** How many keys hold state, in all and of the automations that hold most, and how often one was kept from it. */
export type Held = Readonly<{
  limits: Limits;
  windows: number;
  automations: readonly { id: string; windows: number }[];
  refused: number;
}>;

/** What each limit is called in Redis. */
const FIELDS = { windowsPerAutomation: 'windows_per_automation', windows: 'windows' } as const;

/** The caps that hold now, and what is held, in one round trip. */
export async function readHeld(redis: Redis, store: Store): Promise<Held> {
  const { limits, held, counters } = store.keys;
  const [set, counts, refused] = await Promise.all([
    redis.hmget(limits, FIELDS.windowsPerAutomation, FIELDS.windows),
    redis.hgetall(held),
    redis.hget(counters, 'over-limit'),
  ]);
  const { '': all = '0', ...each } = counts;
  const automations = Object.entries(each)
    .map(([name, count]) => ({ id: decodeKey(name, 1).join(), windows: Number(count) }))
    .sort((a, b) => b.windows - a.windows)
    .slice(0, MOST_NAMED);
  return {
    limits: {
      windowsPerAutomation: Number(set[0] ?? DEFAULT_LIMITS.windowsPerAutomation),
      windows: Number(set[1] ?? DEFAULT_LIMITS.windows),
    },
    windows: Number(all),
    automations,
    refused: Number(refused ?? 0),
  };
}
