import { expect, test } from 'vitest';
import { judgeQueues, type QueueState } from '../../../src/relay/queue-states.ts';

const EMPTY = { waiting: 0, prioritized: 0, delayed: 0, active: 0, completed: 0, failed: 0 };

function queue(name: string, depth: Partial<QueueState['depth']>, rest: Partial<QueueState> = {}): QueueState {
  return { name, depth: { ...EMPTY, ...depth }, named: true, attended: false, ...rest };
}

test.each<[string, QueueState[], { problems?: string[]; warnings?: string[] }]>([
  ['an empty queue needs no worker', [queue('mail', {})], {}],
  ['jobs that are done say nothing', [queue('mail', { completed: 5 })], {}],
  ['a worker that is behind is not in the way', [queue('mail', { waiting: 5_000 }, { attended: true })], {}],
  [
    'whatever waits needs a worker',
    [
      queue('a', { waiting: 1_000 }),
      queue('b', { prioritized: 2 }),
      queue('c', { delayed: 3 }),
      queue('d', { active: 4 }),
    ],
    { problems: ['no BullMQ worker takes the jobs of a (1,000), b (2), c (3), d (4)'] },
  ],
  [
    'the queue of all types names them',
    [queue('actions', { waiting: 2 })],
    { problems: ['nobody handles the actions of type call, page: no BullMQ worker takes the jobs of actions (2)'] },
  ],
  [
    'jobs that failed for good are a problem whoever is there',
    [queue('mail', { failed: 2 }, { attended: true }), queue('old', { failed: 1 }, { named: false })],
    { problems: ['jobs have failed for good in mail (2), old (1)'] },
  ],
  [
    'a queue that is named no more and has jobs is a problem without a worker, else a warning',
    [queue('old', { waiting: 1 }, { named: false }), queue('older', { waiting: 1 }, { named: false, attended: true })],
    {
      problems: ['no automation names these queues any more and no BullMQ worker takes their jobs: old (1)'],
      warnings: ['no automation names these queues any more, and jobs are still in them: older (1)'],
    },
  ],
  [
    'a sentence names ten queues',
    Array.from({ length: 12 }, (_, i) => queue(`q${i}`, { waiting: 1 })),
    { problems: [expect.stringMatching(/q9 \(1\) and 2 more$/)] },
  ],
])('%s', (_, queues, { problems = [], warnings = [] }) => {
  expect(judgeQueues({ queues, types: ['call', 'page'], failedDeliveries: 0 })).toEqual({ problems, warnings });
});

test.each([
  ['as they are noted', 12_000, 3],
  ['or as their queue has them, where nobody could note it', 2, 12_000],
])('deliveries that failed for good are a problem, %s', (_, failedDeliveries, failed) => {
  const queues = [queue('deliveries', { failed })];
  const problem = 'deliveries have failed for good: 12,000, see "watchfire deliveries ls --state failed"';
  expect(judgeQueues({ queues, types: [], failedDeliveries })).toEqual({ problems: [problem], warnings: [] });
});
