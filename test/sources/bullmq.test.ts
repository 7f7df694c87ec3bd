import { type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import { expect, inject, onTestFinished, test } from 'vitest';
import { parseSource, type SourceOf, type StreamOfSource, streamsOf } from '../../src/model/source.ts';
import { JobReader } from '../../src/sources/job-reader.ts';
import { foreignOf } from '../../src/sources/sources.ts';
import { type TriedEntry, tryStream } from '../../src/sources/try-source.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';

type EventOfJob = {
  event: string;
  resource: Record<string, string>;
  payload: Record<string, unknown>;
  cause_chain?: string[];
};

/** A queue of BullMQ in the namespace of an engine, and what its events become. */
function watched(more: object = {}, prefixOf = (bull: string): string => `${bull}:other`) {
  const watchfire = engine();
  const { url: connection } = { url: { url: inject('redisUrl') } };
  const prefix = prefixOf(watchfire.queuePrefix);
  const queue = new Queue('emails', { connection, prefix });
  onTestFinished(() => queue.close());
  const spec = parseSource(
    { name: 'jobs', type: 'bullmq', queues: ['emails'], prefix, ...more },
    '',
  ) as SourceOf<'bullmq'>;
  const [stream] = streamsOf(spec) as [StreamOfSource];
  const foreign = foreignOf(stream, watchfire.store, { to: () => watchfire.connections });
  const run = (handle: (job: Job) => Promise<unknown>): Worker => {
    const worker = new Worker('emails', handle, { connection, prefix });
    onTestFinished(() => worker.close());
    return worker;
  };
  const tried = async (): Promise<TriedEntry[]> => await tryStream(foreign, stream, 100);
  const events = async (): Promise<EventOfJob[]> =>
    (await tried()).flatMap(({ events: texts }) => texts.map((text) => JSON.parse(text) as EventOfJob));
  return { queue, run, events, tried, spec, foreign };
}

test('events of a real queue have the job, its queue, name and attempts, and why it failed', async () => {
  const { queue, run, events } = watched({ events: ['completed', 'failed', 'active', 'waiting', 'drained'] });
  await queue.add('welcome', { to: 'a' });
  await queue.add('newsletter', { to: 'b' }, { attempts: 2 });
  run(async ({ name }) => {
    if (name === 'newsletter') throw new Error('no such mailbox');
    await Promise.resolve();
  });
  const failed = await eventually('the second job failed', async () =>
    (await events()).find(({ event }) => event === 'bullmq.job.failed'),
  );
  expect(failed.resource).toEqual({ id: 'bullmq.job.emails.2', queue: 'emails', name: 'newsletter', attempts: '2' });
  expect(failed.payload).toEqual({ failedReason: 'no such mailbox', prev: 'active' });
  const names = (await events()).map(({ event, resource }) => `${event} ${resource.id}`);
  expect(names).toEqual(
    expect.arrayContaining([
      'bullmq.job.waiting bullmq.job.emails.1',
      'bullmq.job.active bullmq.job.emails.1',
      'bullmq.job.completed bullmq.job.emails.1',
    ]),
  );
  await eventually('the queue is drained', async () =>
    (await events()).some(({ event }) => event === 'bullmq.queue.drained'),
  );
});

test('the data of a job is in the payload only where that is asked for', async () => {
  const { queue, run, events } = watched({ data: true });
  await queue.add('welcome', { to: 'a' });
  run(async () => await Promise.resolve({ sent: 1 }));
  const completed = await eventually('it is completed', async () => (await events())[0]);
  expect(completed).toMatchObject({
    event: 'bullmq.job.completed',
    payload: { data: { to: 'a' }, returnvalue: '{"sent":1}' },
  });
});

test('a job of the engine brings the automations that led to it, and one that is gone is refused', async () => {
  const { queue, run, events, tried } = watched({}, (bull) => bull);
  const data = { automation: { id: 'b' }, triggering_event: { cause_chain: ['a'] } };
  await queue.add('mail', data);
  await queue.add('gone', data, { removeOnFail: true });
  run(async () => await Promise.reject(new UnrecoverableError('no')));
  await eventually(
    'both failed',
    async () => (await tried()).filter(({ wrong, events: made }) => wrong ?? made[0]).length === 2,
  );
  expect(await events()).toMatchObject([{ event: 'bullmq.job.failed', cause_chain: ['a', 'b'] }]);
  expect((await tried()).flatMap(({ wrong }) => wrong ?? [])).toEqual([
    'entry.jobId: names a job that is gone, so what led to it is not known',
  ]);
});

test('a job that is gone keeps its id, and what nobody asked for is passed over', async () => {
  const { spec, foreign } = watched();
  const entries = [
    { event: 'failed', jobId: '7', failedReason: 'no' },
    { event: 'progress', jobId: '7' },
  ];
  const incoming = entries.map((entry) => ({ source: 'jobs/emails', entry, headers: {}, id: 'x' }));
  expect(await new JobReader(foreign, spec, 'emails').complete(incoming)).toMatchObject([
    { entry: { event: 'failed', jobId: '7', queue: 'emails' } },
    null,
  ]);
});
