import { type Job, Queue, Worker } from 'bullmq';
import { blocksOf } from '../../../docs/page-blocks.ts';
import { eventually } from '../../../support/eventually.ts';
import type { Scene } from '../scene.ts';
import type { Story } from '../story.ts';

/** Pastes the line that `npm start` prints, five times, each when the one before has had its effect. */
async function fiveFailures(scene: Scene): Promise<void> {
  const printed = blocksOf('README.md').find(({ first }) => first === '$ npm start')?.text ?? '';
  const [, line = ''] = /^ +(REDISCLI_AUTH=.*)$/m.exec(printed) ?? [];
  for (let i = 1; i <= 5; i += 1) {
    await scene.sh(line.replace('…/', ''));
    await eventually('the job of it is shown', () => scene.said().split('job        look-into-order').length > i);
  }
}

/** The window of an order, which the list of windows has too. */
async function anOrder(scene: Scene): Promise<void> {
  await scene.sh("redis-cli XADD '{wf}:events' '*' event order.placed resource.id order.1");
  await eventually('it is applied', () => scene.said().includes('order.placed order.1'));
}

/** Five jobs that fail at once, in a queue of somebody who knows nothing of Watchfire. */
async function failingJobs(scene: Scene): Promise<void> {
  const connection = { url: scene.env.REDIS_URL ?? '' };
  const queue = new Queue('emails', { connection });
  // One after the other, each seen: what comes at once is shown as it is found.
  const seen = async (what: string, id?: string): Promise<void> => {
    await eventually(`job ${id} is seen`, () => scene.said().includes(`bullmq.job.${what} bullmq.job.emails.${id}  `));
  };
  const fails = async ({ id }: Job): Promise<never> => {
    await seen('active', id);
    throw new Error('no such mailbox');
  };
  const worker = new Worker('emails', fails, { connection });
  try {
    for (let i = 1; i <= 5; i += 1) {
      const { id } = await queue.add('welcome', {});
      await seen('failed', id);
    }
  } finally {
    await worker.close();
    await queue.close();
  }
}

export const README: readonly Story[] = [
  {
    page: 'README.md',
    needs: ['redis-cli'],
    redis: 'start',
    steps: [
      { begins: '$ npm start\nwatchfire ready' },
      { begins: '18:07:28.189Z  event', of: null, before: fiveFailures },
      { begins: '$ npm run -s watchfire -- windows', before: anOrder },
      { begins: '$ npm start -- --sources' },
      { begins: '12:22:36.670Z  event', of: null, anyOrder: true, before: failingJobs },
    ],
  },
];
