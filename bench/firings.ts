import { parseAutomation } from '../src/model/automation.ts';
import { parseFiring } from '../src/model/firing.ts';
import { jobsOf } from '../src/relay/jobs.ts';
import { costs, each, spentBy, withCosts } from './drain.ts';
import { appear, define, empty, endOf, type Log, logOf, STORE, until, withWorkers } from './engine.ts';
import { cpuOf, inPairs, type Sample, serverCpu, spentIn, timed } from './measure.ts';
import { withProgram } from './program.ts';
import type { Context, Result } from './result.ts';
import { order } from './shop.ts';

export const AUTOMATION = {
  id: 'each',
  name: 'each one',
  trigger: { posture: 'Reactive', expect: ['order.failed'], threshold: 1, within: 0, for_each: ['id'] },
  actions: [{ type: 'queue', queue: 'jobs' }],
};

/** What fires, the queue of its jobs, and what else there is before it does. */
export type Firing = Readonly<{ document: object; queue: string; prepare?: (context: Context) => Promise<void> }>;

const QUEUED: Firing = { document: AUTOMATION, queue: 'jobs' };

/** Every event fires and becomes a job: from the log to BullMQ, and the relay's part of it alone. */
export async function run(context: Context): Promise<Result[]> {
  const jobs = context.short ? 4_000 : 30_000;
  const bulk = (): Promise<Sample> => bare(context, jobs);
  const all = await inPairs(context.pairs, () => engine(context, jobs, false), bulk);
  const relayed = await inPairs(context.pairs, () => engine(context, jobs, true), bulk);
  const common = { unit: 'jobs/s', better: 'more', against: 'addBulk of the same jobs, 50 a call' } as const;
  const spent = { ...common, unit: 'µs/job', better: 'less', targets: [], note: '' } as const;
  return [
    {
      ...common,
      name: 'every event fires and becomes a job, one worker',
      value: all.value,
      base: all.base,
      ratio: all.ratio,
      targets: [{ of: 'ratio', bound: 0.8 }],
      turns: true,
      note: `${all.note}; addBulk ${all.baseNote}`,
    },
    {
      ...common,
      name: 'firings that stand in the ledger become jobs, one worker',
      value: relayed.value,
      base: relayed.base,
      ratio: relayed.ratio,
      targets: [{ of: 'ratio', bound: 1 }],
      turns: true,
      note: relayed.note,
    },
    { ...spent, ...spentIn(all), name: 'every event fires and becomes a job: processor time of Redis and Node' },
    { ...spent, ...spentIn(relayed), name: 'firings that stand in the ledger: processor time of Redis and Node' },
  ];
}

function failures(count: number): [before: Log, log: Log] {
  const before = logOf(2_000, 0, (i) => order('order.failed', i % 100));
  return [before, logOf(count, endOf(before), (i) => order('order.failed', i % 100))];
}

/** Jobs a second; with `standing` the firings are there, and nothing is left to do but to relay them. */
export async function engine(
  context: Context,
  jobs: number,
  standing: boolean,
  { document, queue, prepare }: Firing = QUEUED,
): Promise<Sample> {
  const { redis } = context;
  await empty(context);
  await define(redis, [document]);
  await prepare?.(context);
  const [before, log] = failures(jobs);
  return await withWorkers(context, 1, async ([worker]) => {
    if (!worker) throw new Error('no worker');
    await appear(redis, before);
    await worker.ask('start');
    await untilRelayed(context, queue, before.length);
    const own = await spentBy([worker]);
    const server = standing ? await record(context, jobs) : await appear(redis, log);
    const ms = await timed(() => untilRelayed(context, queue, before.length + jobs));
    const spent = { server: (await serverCpu(redis)) - server, own: (await spentBy([worker])) - own };
    return { value: (jobs / ms) * 1_000, note: costs(spent, jobs), costs: each(spent, jobs) };
  });
}

async function untilRelayed({ redis }: Context, queue: string, count: number): Promise<void> {
  await until(async () => (await redis.llen(`${STORE.prefixes.bull}:${queue}:wait`)) === count);
}

/** Fields of a firing of the automation above, without its id. */
function fieldsOf(data: string): string[] {
  const event = {
    related: [],
    follows: null,
    cause_chain: [],
    ...JSON.parse(data),
    received: new Date().toISOString(),
  };
  const now = String(Date.now());
  const known = [
    'automation',
    AUTOMATION.id,
    'revision',
    '1',
    'path',
    '',
    'name',
    AUTOMATION.name,
    'posture',
    'Reactive',
  ];
  const found = [
    'state',
    'Triggered',
    'triggered',
    now,
    'decided',
    now,
    'labels',
    JSON.stringify({ id: event.resource.id }),
  ];
  return [...known, ...found, 'event', JSON.stringify(event), 'children', '[]'];
}

const idOf = (i: number): string => i.toString(16).padStart(32, '0');

const RECORD = `for i = ARGV[1], ARGV[2] do
  redis.call('XADD', KEYS[1], '*', 'firing', string.format('%032x', i), unpack(ARGV, 3))
end`;

/** Has so many firings appear in the ledger in one moment. Answers the server's processor time up to then, in µs. */
async function record({ redis }: Context, count: number): Promise<number> {
  const [, [[, data = ''] = []]] = failures(1);
  const transaction = redis
    .multi()
    .eval(RECORD, 1, STORE.keys.firings, 1, count, ...fieldsOf(data))
    .info('cpu');
  return cpuOf(String((await transaction.exec())?.at(-1)?.[1]));
}

/** The same jobs, made by hand beforehand. */
async function bare(context: Context, jobs: number): Promise<Sample> {
  await empty(context);
  const automation = parseAutomation(AUTOMATION);
  const [, log] = failures(jobs);
  const made = log.flatMap(([, data], i) => jobsOf(parseFiring(['firing', idOf(i), ...fieldsOf(data)]), automation));
  return await withProgram('bare.ts', [context.url], async (program) => {
    await program.ask('bulk', made.slice(0, 2_000));
    return await withCosts(
      context,
      program,
      jobs,
      async () => (jobs / (await program.ask<number>('bulk', made))) * 1_000,
    );
  });
}
