import type { Redis } from 'ioredis';
import { type MinuteField, parseMinuteField } from '../model/minute.ts';
import type { Store } from './store.ts';

/** A count of an hour of the history. */
export type StoredCount = Readonly<{ field: MinuteField; count: number }>;

/** All counts of an hour, by its number since 1970; what others wrote there is left out. */
export async function countsOfHour(redis: Redis, store: Store, hour: number): Promise<StoredCount[]> {
  const stored = await redis.hgetall(store.prefixes.minutes + hour);
  return Object.entries(stored).flatMap(([text, value]) => {
    const field = parseMinuteField(text);
    const count = Number(value);
    return field !== null && Number.isSafeInteger(count) && count > 0 ? [{ field, count }] : [];
  });
}
