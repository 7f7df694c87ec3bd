import { QueueKeys } from 'bullmq';
import type { Redis } from 'ioredis';
import { DELIVERIES } from '../model/action.ts';
import { type Delivery, type DeliveryState, untried } from '../model/delivery.ts';
import { deliveriesOf, newestDeliveries } from '../redis/delivery-records.ts';
import { jobFields, unfinishedJobs } from '../redis/jobs.ts';
import type { Store } from '../redis/store.ts';
import { shownJson } from '../redis/stored.ts';

/** Which deliveries are wanted. `automation`, `firing`: ids. */
export type DeliveryQuery = Readonly<{
  limit: number;
  state?: DeliveryState;
  automation?: string;
  firing?: string;
}>;

const FIELDS = ['data', 'name', 'timestamp', 'opts'] as const;

/** The newest deliveries, oldest first: those that are noted, and of those that nobody has begun the ones that come first. */
export async function deliveriesIn(redis: Redis, store: Store, query: DeliveryQuery): Promise<Delivery[]> {
  const { limit, state, automation, firing } = query;
  const fits = (one: Delivery): boolean =>
    (state === undefined || one.state === state) &&
    (automation === undefined || one.automation === automation) &&
    (firing === undefined || one.firing === firing);
  const begun = state === 'failed' ? [] : await newestDeliveries(redis, store, { failed: false, limit, fits });
  const failed =
    state === undefined || state === 'failed'
      ? await newestDeliveries(redis, store, { failed: true, limit, fits })
      : [];
  const waiting = state === undefined || state === 'waiting' ? await notBegun(redis, store, limit) : [];
  const all = [...begun, ...failed, ...waiting.filter(fits)];
  return all.sort((a, b) => a.at - b.at).slice(-limit);
}

/** Jobs of which nothing is noted yet, the first ones. */
async function notBegun(redis: Redis, store: Store, limit: number): Promise<Delivery[]> {
  const keys = new QueueKeys(store.prefixes.bull);
  const key = (name: string): string => keys.toKey(DELIVERIES, name);
  const names = {
    waiting: key('wait'),
    delayed: key('delayed'),
    prioritized: key('prioritized'),
    active: key('active'),
  };
  const jobs = await unfinishedJobs(redis, names, limit);
  const noted = await deliveriesOf(redis, store, jobs);
  const fresh = jobs.filter((_, i) => noted[i] === null);
  const found = await Promise.all(
    fresh.map(async (job) => {
      const [data, type, added, opts] = await jobFields(redis, key(job), FIELDS);
      return data == null
        ? null
        : untried(job, shownJson(data), { type: type ?? '', added: Number(added), opts: shownJson(opts ?? '{}') });
    }),
  );
  return found.filter((one) => one !== null);
}
