import assert from 'node:assert/strict';
import { Queue, Worker } from 'bullmq';
import { blocksOf } from '../../../docs/page-blocks.ts';
import { eventually } from '../../../support/eventually.ts';
import type { Scene } from '../scene.ts';
import type { Story } from '../story.ts';

/** The sources file of the page, and the entries that it speaks of. */
async function shop(scene: Scene): Promise<void> {
  const file = blocksOf('docs/sources.md').find(({ kind }) => kind === 'yaml');
  const [only = ''] = (file?.text ?? '').split(/^ {2}- name: jobs$/m);
  await scene.write('sources.yaml', only);
  const { redis } = scene.server;
  const at = '2026-11-29T12:03:10Z';
  await redis.xadd('shop:orders', '*', 'status', 'placed', 'customer', '7', 'at', at);
  await redis.xadd('shop:orders', '*', 'status', 'paid', 'at', at);
  await redis.xadd('shop:orders', '*', 'status', 'test', 'customer', '7', 'at', at);
}

/** What comes after the programs began has become an event. */
async function comesIn(scene: Scene): Promise<void> {
  await scene.server.redis.xadd('shop:orders', '*', 'status', 'shipped', 'customer', '7', 'at', '2026-11-29T12:04:00Z');
  await eventually('it is in the log', async () =>
    JSON.stringify(await scene.server.redis.xrange('{wf}:events', '-', '+')).includes('order.shipped'),
  );
}

/** All sources of the page, and four jobs of one of the queues. */
async function jobs(scene: Scene): Promise<void> {
  const file = blocksOf('docs/sources.md').find(({ kind }) => kind === 'yaml');
  await scene.write('sources.yaml', file?.text ?? '');
  const listed = async (): Promise<string> => await scene.sh('watchfire sources ls');
  await eventually('the queues are read', async () => /^jobs\/emails .* read /m.test(await listed()));
  const connection = { url: scene.server.url };
  const queue = new Queue('emails', { connection });
  const worker = new Worker('emails', async () => undefined, { connection });
  try {
    for (let i = 1; i <= 4; i += 1) {
      await queue.add('welcome', {});
      await eventually('it is done', async () => (await queue.getCompletedCount()) === i);
    }
    await eventually('all of it came in', async () => {
      const log = await scene.server.redis.xrange('{wf}:events', '-', '+');
      return JSON.stringify(log).split('bullmq.job.completed').length === 5;
    });
  } finally {
    await worker.close();
    await queue.close();
  }
}

/** The port answers, and takes what the next blocks send. */
async function listens(scene: Scene): Promise<void> {
  const answer = await fetch(`http://${scene.here('127.0.0.1:9465')}/in/events`);
  assert.equal(answer.status, 405);
}

/** The delivery is shown as the page says. */
async function pinged(scene: Scene): Promise<void> {
  await eventually('the ping is shown', () => scene.said().includes('github.ping repo/Codertocat/Hello-World'));
}

const LINE = '{"code":503,"host":"web.1","time":"2026-11-29T12:04:00Z"}\n';

/** Events in a file, a log that goes on, and the map of the page. */
async function files(scene: Scene): Promise<void> {
  await scene.write('events.ndjson', '{"event":"order.failed","resource":{"id":"customer.9"}}\n');
  await scene.write('app.log', '');
  const map = blocksOf('docs/webhooks.md').find(({ first }) => first.startsWith('where: entry.code'));
  await scene.write('app.yaml', map?.text ?? '');
}

/** What the file holds, and a line that is written later, come in: the line twice, since two programs send it. */
async function followed(scene: Scene): Promise<void> {
  const log = async (): Promise<string> => await scene.sh(`redis-cli XRANGE '{wf}:events' - +`);
  await eventually('the file was sent', async () => (await log()).includes('customer.9'));
  await scene.append('app.log', LINE);
  await eventually('the line was sent by both', async () => (await log()).split('web.1').length > 2);
}

export const SOURCES: readonly Story[] = [
  {
    page: 'docs/sources.md',
    setUp: shop,
    steps: [
      { begins: '$ watchfire sources check', status: 1 },
      { begins: 'watchfire worker --sources', after: comesIn },
      { begins: '$ watchfire sources ls', before: jobs },
    ],
  },
  {
    page: 'docs/webhooks.md',
    needs: ['curl', 'openssl', 'redis-cli'],
    redis: 'start',
    steps: [
      { begins: '$ npm start -- --http-in', after: listens },
      { begins: '$ curl -i' },
      { begins: '$ curl -s' },
      { begins: '$ for i in' },
      { begins: '$ export GITHUB_SECRET', after: listens },
      { begins: "$ body='", after: pinged },
      { begins: '$ npm run -s watchfire -- send --file', before: files, after: followed },
    ],
  },
];
