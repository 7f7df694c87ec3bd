import { groupOf } from '../model/carried-actions.ts';
import { targetOf } from '../model/delivery.ts';
import { wholeFiring } from '../model/job-events.ts';
import { formatTimestamp } from '../model/timestamp.ts';
import type { Closing } from '../redis/closings.ts';
import { groupLabels } from './gate.ts';
import type { QueueJob } from './jobs.ts';

/** The job of a group, from the jobs that its firings would have had by themselves, in the order in which they joined. */
export function groupJob(id: string, jobs: readonly [QueueJob, ...QueueJob[]]): QueueJob {
  const [first] = jobs;
  const labels = groupLabels(groupOf(first.data.action) ?? {}, first.data.triggering_labels);
  const firings = jobs.map(({ data }) => wholeFiring(data));
  return named(`g-${id}`, first, { triggering_labels: labels, group: { labels, firings } });
}

/**
 * Jobs that tell of firings which a closed budget held back: one for each target of the messages that were held back with them.
 * @param jobs those of the first of these firings
 */
export function summaryJobs(closing: Closing, jobs: readonly QueueJob[]): QueueJob[] {
  const messages = jobs.filter(({ data }) => ['notify', 'send-notification'].includes(data.action.type));
  const byTarget = new Map(messages.map((job) => [targetOf(job.data), job]));
  const summary = {
    held: closing.count,
    since: formatTimestamp(closing.since),
    until: formatTimestamp(closing.till),
    keys: closing.keys.map(({ labels, firings }) => ({ labels, firings })),
    others: closing.others,
  };
  return [...byTarget.values()].map((job) => named(`h-${closing.id}-${job.data.action_index}`, job, { summary }));
}

/** The same job under another id, with more in it. */
function named(id: string, job: QueueJob, more: object): QueueJob {
  const { deduplication } = job.opts;
  return {
    ...job,
    data: { ...job.data, ...more, id, idempotencyKey: id },
    opts: { ...job.opts, jobId: id, deduplication: { ...deduplication, id } },
  };
}
