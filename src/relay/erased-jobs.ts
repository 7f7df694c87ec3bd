import { Queue, QueueKeys } from 'bullmq';
import type { Redis } from 'ioredis';
import { DEFAULT_QUEUE, DELIVERIES } from '../model/action.ts';
import { deliveriesOf } from '../redis/delivery-records.ts';
import { whichJobsAre } from '../redis/jobs.ts';
import { queuesEverNamed } from '../redis/queues.ts';
import { noteDelivery } from '../redis/steps/note-delivery.ts';
import type { Store } from '../redis/store.ts';

/** Actions of an automation whose jobs are looked for, and queues. */
const ACTIONS_TRIED = 20;
const QUEUES_TRIED = 200;

/** Firings whose jobs are looked for at a time. */
const FIRINGS_AT_ONCE = 50;

/** What ids of jobs begin with: of a firing, of one that was held, of a group that it began. */
const KINDS = ['f', 'h', 'g'] as const;

/** Jobs of firings by their queues, and those of them of which deliveries are noted. */
export type FoundJobs = Readonly<{
  jobs: readonly Readonly<{ queue: string; id: string }>[];
  deliveries: readonly string[];
}>;

/** Looks for all jobs of these firings, done or not, in the queues that automations ever named. */
export async function jobsOfFirings(
  redis: Redis,
  { front, parts }: Readonly<{ front: Store; parts: readonly Store[] }>,
  firings: readonly string[],
): Promise<FoundJobs> {
  const named = await Promise.all(parts.map((store) => queuesEverNamed(redis, store, QUEUES_TRIED)));
  const queues = [...new Set([DEFAULT_QUEUE, DELIVERIES, ...named.flat()])];
  const keys = new QueueKeys(front.prefixes.bull);
  const jobs: { queue: string; id: string }[] = [];
  const deliveries: string[] = [];
  for (let from = 0; from < firings.length; from += FIRINGS_AT_ONCE) {
    const ids = firings.slice(from, from + FIRINGS_AT_ONCE).flatMap(idsOf);
    const places = queues.flatMap((queue) => ids.map((id) => ({ queue, id })));
    const there = await whichJobsAre(
      redis,
      places.map(({ queue, id }) => keys.toKey(queue, id)),
    );
    jobs.push(...places.filter((_, i) => there[i]));
    const noted = await deliveriesOf(redis, front, ids);
    deliveries.push(...noted.flatMap((one) => one?.job ?? []));
  }
  return { jobs, deliveries };
}

function idsOf(firing: string): string[] {
  return KINDS.flatMap((kind) => Array.from({ length: ACTIONS_TRIED }, (_, i) => `${kind}-${firing}-${i}`));
}

/** Removes jobs, and what is noted of deliveries. @returns how many jobs stay, since a worker has them */
export async function removeJobs(redis: Redis, front: Store, { jobs, deliveries }: FoundJobs): Promise<number> {
  let stay = 0;
  for (const [name, own] of Map.groupBy(jobs, ({ queue }) => queue)) {
    const queue = new Queue(name, { connection: redis, prefix: front.prefixes.bull, skipVersionCheck: true });
    try {
      for (const { id } of own)
        stay += await queue.remove(id).then(
          (removed) => 1 - removed,
          () => 1,
        );
    } finally {
      await queue.close();
    }
  }
  for (const job of deliveries) await noteDelivery(redis, front, { job, state: 'dropped', record: '', event: null });
  return stay;
}
