import type { Measured } from '../measure/work.ts';
import type { QueueJob } from './jobs.ts';
import type { PreparedFiring } from './prepared-firings.ts';

/** Counts firings that are done: their jobs are in their queues, or kept for later. `dead`: those that were given up beside them. */
export function measureFirings(
  measured: Measured,
  settled: readonly PreparedFiring[],
  dead: number,
  processMs: number,
): void {
  const { measures, works } = measured;
  const nowMs = processMs + measures.offsetMs;
  if (dead > 0) measures.deadLetters.add('firings', '', dead);
  for (const { about, jobs } of settled) {
    if (about === null) continue;
    const { automation, state, posture, triggered, decided, reminder } = about.firing;
    for (const { firings } of works) firings.add(automation, state);
    if (jobs.length > 0) measures.jobDelay.observe((nowMs - decided) / 1_000);
    if (posture === 'Proactive' && state === 'Triggered' && reminder === undefined)
      measures.decisionDelay.observe((decided - triggered) / 1_000);
    measureJobs(measured, jobs);
  }
}

export function measureJobs({ measures }: Measured, jobs: readonly QueueJob[]): void {
  for (const { queue } of jobs) measures.jobs.add(queue);
}
