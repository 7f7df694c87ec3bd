import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import manifest from '../../../package.json' with { type: 'json' };
import type { Watchfire } from '../../../src/index.ts';
import { command, install } from '../package/npm.ts';

/** The first version of each range of BullMQ that may be beside us. */
export const BULLMQ_VERSIONS = oldestOf('bullmq');

function oldestOf(peer: 'bullmq' | 'ioredis'): string[] {
  return manifest.peerDependencies[peer].split(' || ').map((range) => range.replace('^', ''));
}

/** A job that fails at its second try, and one that is done. */
const PROGRAM = `
import { Queue, Worker } from 'bullmq';
const { hostname: host, port, password } = new URL(process.argv[2]);
const connection = { host, port: Number(port), ...(password && { password }), maxRetriesPerRequest: null };
const queue = new Queue('emails', { connection });
await queue.add('welcome', { to: 'a' });
await queue.add('newsletter', { to: 'b' }, { attempts: 2 });
let ended = 0;
const worker = new Worker('emails', async ({ name }) => { if (name === 'newsletter') throw new Error('no such mailbox'); }, { connection });
await new Promise((resolve) => {
  const end = () => { ended += 1; if (ended === 2) resolve(); };
  worker.on('completed', end);
  worker.on('failed', (job) => { if (job.attemptsMade >= 2) end(); });
});
await worker.close();
await queue.close();
`;

/** Events of a real queue, written by that version of BullMQ, become what the page on sources says. */
export async function checkQueue(dir: string, version: string, url: string, watchfire: Watchfire): Promise<void> {
  const project = path.join(dir, `bullmq-${version}`);
  await install(project, [`bullmq@${version}`, `ioredis@${oldestOf('ioredis')[0]}`]);
  await writeFile(path.join(project, 'jobs.mjs'), PROGRAM);
  await command(process.execPath, ['jobs.mjs', url], project);
  const file = path.join(project, 'sources.json');
  const source = {
    name: 'jobs',
    type: 'bullmq',
    queues: ['emails'],
    events: ['completed', 'failed', 'active', 'waiting'],
  };
  await writeFile(file, JSON.stringify({ sources: [{ ...source, redis: url }] }));
  const [tried] = await watchfire.trySources(file, 100);
  assert.equal(tried?.problem, null);
  const events = (tried?.entries ?? []).flatMap((entry) => entry.events.map((text) => JSON.parse(text)));
  const told = events.map(({ event, resource }) => `${event} ${resource.name} ${resource.queue}`);
  for (const wanted of [
    'bullmq.job.waiting welcome emails',
    'bullmq.job.active welcome emails',
    'bullmq.job.completed welcome emails',
    'bullmq.job.failed newsletter emails',
  ])
    assert.ok(told.includes(wanted), `${wanted} is not among ${told.join(', ')}`);
  const failed = events.find(({ event }) => event === 'bullmq.job.failed');
  assert.equal(failed.payload.failedReason, 'no such mailbox');
  assert.equal(failed.resource.attempts, '2');
}
