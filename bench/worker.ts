import { pino } from 'pino';
import { systemClock, Watchfire } from '../src/index.ts';
import type { Entry } from '../src/model/intake.ts';
import type { QueueJob } from '../src/relay/jobs.ts';
import { Worker } from '../src/services/worker.ts';
import { serve } from './program.ts';

/** A worker in a process of its own: `worker.ts URL NAMESPACE`. It takes part once it is asked to `start`, or to be `watched`. */
const [redis = '', namespace = ''] = process.argv.slice(2);
const logger = pino({ level: 'warn' }, pino.destination(2));
const watchfire = new Watchfire({ redis, namespace, maxQueueDepth: 100_000_000, logger });

/** How long each took from the `sent` in its event's payload on, in ms: until a job was confirmed, until an entry was seen to be applied. */
const delays: { job: number[]; applied: number[] } = { job: [], applied: [] };

const now = (): number => performance.timeOrigin + performance.now();

/** Takes what was noted so far. */
function taken(what: keyof typeof delays): number[] {
  return delays[what].splice(0);
}

function noteApplied(entries: readonly Entry[]): void {
  const at = now();
  for (const { fields } of entries) {
    const sent = /"sent":([\d.]+)/.exec(fields[1] ?? '')?.[1];
    if (sent !== undefined) delays.applied.push(at - Number(sent));
  }
}

function noteJobs(jobs: readonly QueueJob[]): void {
  const at = now();
  for (const { data } of jobs) {
    const sent = data.triggering_event?.payload.sent;
    if (typeof sent === 'number') delays.job.push(at - sent);
  }
}

serve(
  {
    start: async () => {
      await watchfire.startWorker({ onJobs: noteJobs });
    },
    unmeasured: async () => {
      const { connections, store, settings } = watchfire;
      await new Worker({ connections, store, settings, clock: systemClock, logger, onJobs: noteJobs }).ready();
    },
    listen: () => watchfire.serveHttp('127.0.0.1:0'),
    watched: async () => {
      await watchfire.startWorker({ observe: noteApplied, onJobs: noteJobs });
    },
    delays: () => taken('job'),
    applied: () => taken('applied'),
  },
  () => watchfire.close(),
);
