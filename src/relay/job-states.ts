import { QueueKeys } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobFields, placeOfJob } from '../redis/jobs.ts';

/** `unfinished`: the user of the connection may not ask where it stands. */
export type JobStage = 'waiting' | 'delayed' | 'prioritized' | 'active' | 'completed' | 'failed' | 'unfinished';

/** A job as BullMQ has it. Times in ms; null: not yet. `error`: of the last try that failed, ''. `tries` of `attempts` are over. */
export type JobState = Readonly<{
  stage: JobStage;
  tries: number;
  attempts: number;
  error: string;
  added: number | null;
  started: number | null;
  finished: number | null;
}>;

/** Which job is meant. */
export type JobName = Readonly<{ queue: string; id: string }>;

/** How much of an error is read: what people wrote there, not what they pasted. */
const ERROR_CHARACTERS = 2_000;

const FIELDS = ['timestamp', 'processedOn', 'finishedOn', 'failedReason', 'atm', 'opts', 'returnvalue'] as const;

/** How these jobs are, in their order; null for one that is not in its queue: done and removed, or not added yet. */
export async function jobStates(redis: Redis, prefix: string, names: readonly JobName[]): Promise<(JobState | null)[]> {
  const keys = new QueueKeys(prefix);
  return await Promise.all(
    names.map(async ({ queue, id }) => {
      const [added, started, finished, error, tries, opts, value] = await jobFields(
        redis,
        keys.toKey(queue, id),
        FIELDS,
      );
      if (added == null) return null;
      const done = finished != null;
      const failed = done && error != null && value == null;
      const stage = done ? (failed ? 'failed' : 'completed') : await stageOf(redis, keys, { queue, id });
      return {
        stage,
        tries: Number(tries ?? 0),
        attempts: attemptsIn(opts ?? '{}'),
        error: done && !failed ? '' : (error ?? '').slice(0, ERROR_CHARACTERS),
        added: timeIn(added),
        started: timeIn(started ?? null),
        finished: timeIn(finished ?? null),
      };
    }),
  );
}

/** Where a job stands that is not finished. Among those that wait it is not looked for: they can be very many. */
async function stageOf(redis: Redis, keys: QueueKeys, { queue, id }: JobName): Promise<JobStage> {
  const key = (name: string): string => keys.toKey(queue, name);
  const names = { delayed: key('delayed'), prioritized: key('prioritized'), active: key('active') };
  const place = await placeOfJob(redis, names, id);
  return place === 'unknown' ? 'unfinished' : (place ?? 'waiting');
}

/** What others wrote into a job is not believed to be a time. */
function timeIn(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function attemptsIn(opts: string): number {
  try {
    const { attempts } = JSON.parse(opts) as { attempts?: unknown };
    return typeof attempts === 'number' ? attempts : 1;
  } catch {
    return 1;
  }
}
