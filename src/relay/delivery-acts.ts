import { type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { TriggeredAction } from '../documents/got.ts';
import { reasonOf } from '../errors.ts';
import { DELIVERIES } from '../model/action.ts';
import { recordOf } from '../model/delivery.ts';
import { deliveriesOf } from '../redis/delivery-records.ts';
import { noteDelivery } from '../redis/steps/note-delivery.ts';
import type { Store } from '../redis/store.ts';

/** What became of deliveries that somebody acted on, by their jobs. `unfit`: those that are left as they are, and why. */
export type ActedOn = Readonly<{
  done: readonly string[];
  unfit: readonly Readonly<{ job: string; reason: string }>[];
}>;

type Acting = Readonly<{ redis: Redis; store: Store; nowMs: number }>;

/** Has deliveries that failed for good tried again, as often as at first. Safe to repeat. */
export async function retryDeliveries(acting: Acting, jobs: readonly string[]): Promise<ActedOn> {
  return await actOn(acting, jobs, async (job) => {
    if (job === null) throw new Unfit('its job is not kept any more');
    const state = await job.getState();
    if (state !== 'failed') throw new Unfit(`has not failed for good: it is ${state}`);
    await noteAgain(acting, job);
    await job.retry('failed', { resetAttemptsMade: true });
  });
}

/** Gives deliveries up that were not sent: they are not tried again, and no report names them any more. */
export async function dropDeliveries(acting: Acting, jobs: readonly string[]): Promise<ActedOn> {
  const { redis, store } = acting;
  return await actOn(acting, jobs, async (job, id) => {
    const [noted] = await deliveriesOf(redis, store, [id]);
    if (job === null && !noted) throw new Unfit('there is no such delivery');
    if (noted?.state === 'sent' || (await job?.getState()) === 'completed') throw new Unfit('has been sent');
    // One that is under way is locked: BullMQ says so.
    await job?.remove();
    await noteDelivery(redis, store, { job: id, state: 'dropped', record: '', event: null });
  });
}

/** Before BullMQ hears of it: what its next try comes to must be noted behind this. */
async function noteAgain({ redis, store, nowMs }: Acting, job: Job<TriggeredAction>): Promise<void> {
  const { attempts = 1 } = job.opts;
  const tried = { state: 'waiting', tries: 0, attempts, error: job.failedReason ?? '', answer: null } as const;
  const record = JSON.stringify(recordOf(job.data, tried, nowMs));
  await noteDelivery(redis, store, { job: job.id ?? '', state: 'waiting', record, event: null });
}

/** Why a delivery cannot be acted on, as the end of a sentence. */
class Unfit extends Error {
  override readonly name = 'Unfit';
}

async function actOn(
  { redis, store }: Acting,
  jobs: readonly string[],
  act: (job: Job<TriggeredAction> | null, id: string) => Promise<void>,
): Promise<ActedOn> {
  const queue = new Queue<TriggeredAction>(DELIVERIES, {
    connection: redis,
    prefix: store.prefixes.bull,
    skipVersionCheck: true,
  });
  // The owner of the connection reports its errors.
  queue.on('error', () => undefined);
  const done: string[] = [];
  const unfit: { job: string; reason: string }[] = [];
  try {
    for (const id of new Set(jobs)) {
      try {
        await act((await queue.getJob(id)) ?? null, id);
        done.push(id);
      } catch (error) {
        if (!(error instanceof Unfit) && !LOCKED.test(reasonOf(error))) throw error;
        unfit.push({ job: id, reason: error instanceof Unfit ? error.message : 'is under way' });
      }
    }
  } finally {
    await queue.close().catch(() => undefined);
  }
  return { done, unfit };
}

/** What BullMQ says of a job that somebody works on. */
const LOCKED = /locked/;
