import { type JobType, Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** The states of BullMQ's jobs that people look at. */
export const JOB_STATES = ['waiting', 'prioritized', 'delayed', 'active', 'completed', 'failed'] as const;
export type JobListState = (typeof JOB_STATES)[number];

/** A job as BullMQ has it. Times in ms. `data`: as it was added. */
export type QueueJobView = Readonly<{
  id: string;
  name: string;
  added: number;
  started: number | null;
  finished: number | null;
  tries: number;
  error: string;
  data: unknown;
}>;

export type QueueJobQuery = Readonly<{ queue: string; state: JobListState; start: number; limit: number }>;

/** Jobs of a queue in one state, those that come next or ended last first. */
export async function jobsIn(
  redis: Redis,
  prefix: string,
  { queue: name, state, start, limit }: QueueJobQuery,
): Promise<QueueJobView[]> {
  const queue = new Queue(name, { connection: redis, prefix, skipVersionCheck: true });
  // The owner of the connection reports its errors.
  queue.on('error', () => undefined);
  try {
    const asc = state !== 'completed' && state !== 'failed';
    const jobs = await queue.getJobs([state as JobType], start, start + limit - 1, asc);
    // One that went meanwhile is none.
    return jobs.flatMap((job) =>
      job?.id === undefined
        ? []
        : {
            id: job.id,
            name: job.name,
            added: job.timestamp,
            started: job.processedOn ?? null,
            finished: job.finishedOn ?? null,
            tries: job.attemptsMade,
            error: job.failedReason ?? '',
            data: job.data as unknown,
          },
    );
  } finally {
    await queue.close().catch(() => undefined);
  }
}
