import type { Redis } from 'ioredis';
import { type Delivery, deliveryIn } from '../model/delivery.ts';
import type { Store } from './store.ts';

/** Records read at a time, of some kilobytes each at most. */
const PAGE = 500;

/** Records that are looked at for one question, when most of them are others. */
const LOOK_LIMIT = 20_000;

/** What is noted of these jobs, in their order; null where nothing is (any more). */
export async function deliveriesOf(redis: Redis, store: Store, jobs: readonly string[]): Promise<(Delivery | null)[]> {
  if (jobs.length === 0) return [];
  const texts = await redis.hmget(store.shared.deliveries, ...jobs);
  return jobs.map((job, i) => {
    const record = deliveryIn(texts[i] ?? null);
    return record && { job, ...record };
  });
}

/** `failed`: those that failed for good, else all others. */
export type NotedQuery = Readonly<{ failed: boolean; limit: number; fits: (delivery: Delivery) => boolean }>;

/** The newest that fit, newest first. */
export async function newestDeliveries(
  redis: Redis,
  store: Store,
  { failed, limit, fits }: NotedQuery,
): Promise<Delivery[]> {
  const key = failed ? store.shared.undelivered : store.shared.delivered;
  const found: Delivery[] = [];
  for (let from = 0; from < LOOK_LIMIT; from += PAGE) {
    const jobs = await redis.zrange(key, String(from), String(from + PAGE - 1), 'REV');
    for (const delivery of await deliveriesOf(redis, store, jobs)) {
      if (delivery !== null && fits(delivery)) found.push(delivery);
      if (found.length === limit) return found;
    }
    if (jobs.length < PAGE) break;
  }
  return found;
}

/**
 * How many deliveries were noted last in each of these times, and how many of them failed for good. One that was retried by hand counts when it
 * was noted last.
 * @param begins when each of them begins, in ms
 */
export async function notedByMinute(
  redis: Redis,
  { shared }: Store,
  begins: readonly number[],
  lengthMs: number,
): Promise<{ all: number; failed: number }[]> {
  const counts = (key: string): Promise<number[]> =>
    Promise.all(begins.map((at) => redis.zcount(key, at, `(${at + lengthMs}`)));
  const [others, failed] = await Promise.all([counts(shared.delivered), counts(shared.undelivered)]);
  return begins.map((_, i) => ({ all: (others[i] ?? 0) + (failed[i] ?? 0), failed: failed[i] ?? 0 }));
}

/** How many deliveries have failed for good, and nobody has retried or dropped them since. */
export async function countUndelivered(redis: Redis, store: Store): Promise<number> {
  return await redis.zcard(store.shared.undelivered);
}
