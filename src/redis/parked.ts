import type { Redis } from 'ioredis';
import type { Store } from './store.ts';
import { storedNumber } from './stored.ts';

/** A parked event as it is stored; `since` in ms. Null where others removed what stood there. */
export type StoredParked = Readonly<{ id: string; since: number; leader: string | null; document: string | null }>;

/** Parked events, those that have waited longest first, at most `limit`; and how many there are in all. */
export async function readParked(
  redis: Redis,
  { keys, prefixes }: Store,
  limit: number,
): Promise<{ found: StoredParked[]; total: number }> {
  const [flat, total] = await Promise.all([
    redis.zrange(keys.parked, '0', String(limit - 1), 'WITHSCORES'),
    redis.zcard(keys.parked),
  ]);
  const ids = flat.filter((_, i) => i % 2 === 0);
  const stored = await Promise.all(ids.map((id) => redis.hmget(prefixes.parked_event + id, 'leader', 'event')));
  const found = ids.map((id, i): StoredParked => {
    const [leader = null, document = null] = stored[i] ?? [];
    return { id, since: storedNumber(flat[2 * i + 1], 0), leader, document };
  });
  return { found, total };
}
