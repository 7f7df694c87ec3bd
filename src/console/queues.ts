import { z } from 'zod';
import { JOB_STATES } from '../relay/queue-jobs.ts';
import { type Route, route, wholeIn } from './route.ts';
import { listOf, time } from './shapes.ts';

/** How long the look at all queues is given to all who ask. */
const QUEUES_MS = 2_000;

/** Longest data of a job that is given, in characters of its JSON: more is cut. */
const DATA_SHOWN = 20_000;

const depthShape = z
  .object({
    waiting: z.number(),
    prioritized: z.number(),
    delayed: z.number(),
    active: z.number(),
    completed: z.number(),
    failed: z.number(),
  })
  .readonly();

export const queueShape = z.object({
  name: z.string(),
  depth: depthShape,
  named: z.boolean().describe('An automation of now puts jobs into it'),
  attended: z.boolean().describe('It holds jobs, and a BullMQ worker was there a moment ago'),
});

export const jobShape = z.object({
  id: z.string(),
  name: z.string(),
  added: time,
  started: time.nullable(),
  finished: time.nullable(),
  tries: z.number(),
  error: z.string(),
  data: z.string().describe('As JSON; its beginning where it is long'),
});

export const QUEUES: readonly Route[] = [
  route({
    path: '/api/queues',
    topic: 'queues',
    summary: 'The BullMQ queues that automations name or ever named, with their jobs by state',
    answer: z.object({ queues: listOf(queueShape) }),
    run: async ({ watchfire, kept }) => {
      const { queues } = await kept.of('queues', QUEUES_MS, () => watchfire.queueStates());
      return { queues };
    },
  }),
  route({
    path: '/api/queues/{name}/jobs',
    topic: 'queues',
    summary: 'Jobs of a queue in one state, as BullMQ has them',
    query: z.object({
      state: z.enum(JOB_STATES).default('waiting'),
      start: wholeIn(0, 10_000_000, 0),
      limit: wholeIn(1, 100, 25),
    }),
    answer: z.object({ jobs: listOf(jobShape) }),
    run: async ({ watchfire }, { path: { name: queue = '' }, query }) => {
      const jobs = await watchfire.queueJobs({ queue, ...query });
      return { jobs: jobs.map((job) => ({ ...job, data: JSON.stringify(job.data, null, 2).slice(0, DATA_SHOWN) })) };
    },
  }),
];
