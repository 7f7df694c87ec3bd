import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { until } from '../../../scripts/local-cluster.ts';
import { systemClock } from '../../../src/clock.ts';
import { Watchfire, type WatchfireOptions } from '../../../src/index.ts';
import { FRONT } from '../../../src/model/fed.ts';
import { GLOBAL_PARTITION, layoutOf, partitionNames } from '../../../src/model/partition.ts';
import { at } from '../../../src/redis/cluster.ts';
import { durabilityOf } from '../../../src/redis/durability.ts';
import { append, isAfter } from '../../../src/redis/log.ts';
import { divide } from '../../../src/redis/partitions.ts';
import { partitionStore, type Store, storeOf } from '../../../src/redis/store.ts';
import { commandLine } from '../../support/usage.ts';
import { randomOf } from '../chaos/load.ts';
import { type Row, tableOf } from '../chaos/table.ts';
import { Crowd } from '../crowd.ts';
import { changedEngine } from '../engine-copy.ts';
import { type Done, type FaultParts, make, scheduleOf } from './faults.ts';
import { LACKS } from './lacks.ts';
import { type Options, optionsOf, USAGE } from './options.ts';
import { Producer, type Roads } from './producer.ts';
import { Scene } from './scene.ts';
import { AUTOMATIONS, WITHIN_MS } from './traffic.ts';
import { judge, type Verdict } from './verdict.ts';

const NAMESPACE = 'chaos';

/**
 * All is answered, applied and relayed so long after the last fault and the last event. Where the slot of the jobs had moved or failed over,
 * what was relayed since a minute before it is relayed again: on a machine with much else to do that takes minutes.
 */
const DRAIN_BOUND_MS = 600_000;

/** After the last deadline of a job: the lag, and the looks of the scheduler. */
const AFTER_DEADLINES_MS = 5_000;

/** Nothing was sent for longer than this: what waits for less to be fed is a mark. */
const FED_MS = 10_000;

/** From the end of one such hold to the next. */
const AFTER_HOLD_MS = 1_000;

/** Nobody takes the jobs. */
const DEPTH = 10_000_000;

type Outcome = Readonly<{ course: number[]; done: readonly Done[]; drainMs: number; crashes: readonly string[] }>;

/** Sends while everything goes wrong, then waits until all is dealt with. */
async function run(options: Options, producer: Producer, watchfire: Watchfire, parts: FaultParts): Promise<Outcome> {
  const { crowd, say } = parts;
  const over = new AbortController();
  const killing = killWorkers(options, parts, over.signal);
  const holding = options.without === null ? null : holdWorkers(parts, watchfire, over.signal);
  const sending = producer.run(options.seconds, options.rate);
  const done: Done[] = [];
  const faults = scheduleOf(options, parts.random);
  const end = performance.now() + options.seconds * 1_000;
  for (const [i, kind] of faults.entries()) {
    await pause(Math.max(0, (end - performance.now()) / (faults.length - i + 1)) * parts.random());
    done.push(await make(kind, parts));
  }
  const course = await sending;
  over.abort();
  done.push(...(await killing));
  await holding;
  say('all is sent, the last fault is done');
  const begin = performance.now();
  if (!(await producer.answered(DRAIN_BOUND_MS))) throw new Error('events were not answered');
  say('all is answered');
  // What was begun has come due by then: absences wait as much longer as events came late, which waited for an outage to end.
  const dueMs = WITHIN_MS + AFTER_DEADLINES_MS + producer.longestMs;
  await pause(dueMs);
  await until(
    'all is fed, applied and relayed',
    async () => {
      const { behind, unrelayed, partitions } = await watchfire.status();
      const isFed = partitions?.feeds.every(({ waitingMs }) => waitingMs < FED_MS) ?? false;
      return isFed && behind === 0 && unrelayed === 0;
    },
    DRAIN_BOUND_MS,
  );
  const drainMs = performance.now() - begin - dueMs;
  say('drained');
  const crashes = [...crowd.crashes];
  await crowd.stop();
  return { course, done, drainMs, crashes };
}

/**
 * Holds one worker after the other until others have fed what it fed; then it goes on with what it knew. That is what the missing protection is
 * for.
 */
async function holdWorkers({ crowd, random }: FaultParts, watchfire: Watchfire, over: AbortSignal): Promise<void> {
  const { store, connections } = watchfire;
  const redis = at(connections.redis, store);
  while (!over.aborted) {
    const goOn = crowd.hold(random());
    // Else it would be believed to live for as long as all of this takes. The others say within a second that they do.
    await redis.del(store.keys.workers);
    const [last] = await redis.xrevrange(store.keys.events, '+', '-', 'COUNT', 1);
    await until(
      'others feed what it fed',
      async () => {
        const feeds = (await watchfire.status()).partitions?.feeds ?? [];
        const own = feeds.filter(({ source, partition }) => source === FRONT && partition !== GLOBAL_PARTITION);
        return over.aborted || own.every(({ fed }) => isAfter(fed, last?.[0] ?? '0-0'));
      },
      DRAIN_BOUND_MS,
    ).finally(goOn);
    await pause(AFTER_HOLD_MS, undefined, { signal: over }).catch(() => undefined);
  }
}

async function killWorkers(options: Options, parts: FaultParts, over: AbortSignal): Promise<Done[]> {
  const done: Done[] = [];
  const everyMs = (options.seconds * 1_000) / Math.max(1, options.workerKills);
  while (done.length < options.workerKills && !over.aborted) {
    await pause(everyMs, undefined, { signal: over }).catch(() => undefined);
    if (!over.aborted) done.push(await make('worker kill', parts));
  }
  return done;
}

function rowsOf(
  options: Options,
  producer: Producer,
  { course, done, drainMs, crashes }: Outcome,
  verdict: Verdict,
): Row[] {
  const counted = (kind: Done['kind']): number => done.filter((one) => one.kind === kind).length;
  const failovers = done.filter(({ kind }) => kind === 'kill').map(({ tookMs }) => tookMs);
  const errors = [...producer.errors.values()].reduce((all, count) => all + count, 0);
  const { kept, firings, absences, jobs, fed, lost, disorder, notForwarded } = verdict;
  const { doubled, false: falsely, missing, jobsLost, jobsFalse } = verdict;
  // Only this mode promises that a failover loses nothing.
  const promised = options.durability === 'replicated';
  return [
    ['seed', String(options.seed)],
    ['durability', options.durability],
    ...(options.without === null ? [] : [['without', options.without] satisfies Row]),
    ['partitions', options.partitions],
    ['primaries killed and failed over', counted('kill')],
    ['slots moved', counted('move')],
    ['nodes cut off and healed', counted('cut')],
    ['workers killed', counted('worker kill')],
    ['events/s asked', options.rate],
    ['events/s acknowledged', producer.acknowledged.size / options.seconds],
    ['seconds without an answer', course.filter((count) => count === 0).length],
    ['longest answer (ms)', producer.longestMs],
    ['longest failover (ms)', Math.max(0, ...failovers)],
    ['errors that a sender got', errors, promised ? false : errors > 0],
    ['sent', producer.sent.size],
    ['acknowledged', producer.acknowledged.size],
    ['in the logs', kept],
    ['fed to partitions', fed],
    ['firings', firings],
    ['absences', absences],
    ['jobs', jobs],
    ['acknowledged and lost', lost, promised && lost > 0],
    ['fed twice or out of order', disorder, disorder > 0],
    ['not forwarded to the global partition', notForwarded, notForwarded > 0],
    ['firings doubled', doubled, doubled > 0],
    ['firings false', falsely, falsely > 0],
    ['firings missing', missing, missing > 0],
    ['jobs lost', jobsLost, promised && jobsLost > 0],
    ['jobs of lost firings', jobsFalse, promised && jobsFalse > 0],
    ['workers that crashed', crashes.length, crashes.length > 0],
    ['drain (ms)', drainMs],
  ];
}

/** How events go: to their partitions as any producer's, or by the front log as an XADD that is acknowledged when it is as durable. */
function roadsOf(watchfire: Watchfire, front: Store, { durability, front: share }: Options): Roads {
  const { connections } = watchfire;
  const guarantee = { durability, minReplicas: 1, durabilityTimeoutMs: 5_000 };
  const kept = durabilityOf(connections, front, guarantee, systemClock);
  return {
    straight: (event) => watchfire.emit(event),
    front: (event) => {
      const data = JSON.stringify(event);
      const write = (redis: Redis): Promise<string> => append(redis, front, '*', ['data', data]);
      return kept?.write(write, event.id) ?? write(connections.toward(front));
    },
    share,
  };
}

type Staged = Readonly<{ options: Options; watchfire: Watchfire; parts: FaultParts; front: Store }>;

/** @returns whether anything is wrong, after it was printed with all else */
async function runAndJudge({ options, watchfire, parts, front }: Staged, begin: number): Promise<boolean> {
  const layout = layoutOf(options.partitions, 'id');
  await divide(watchfire, layout);
  for (const automation of AUTOMATIONS) await watchfire.put(automation);
  await Promise.all(Array.from({ length: options.workers }, () => parts.crowd.add()));
  parts.say('workers run');
  const producer = new Producer(roadsOf(watchfire, front, options), randomOf(options.seed));
  const outcome = await run(options, producer, watchfire, parts);
  parts.say(`acknowledged in each second: ${outcome.course.join(' ')}`);
  const stores = partitionNames(layout).filter((name) => name !== GLOBAL_PARTITION);
  const verdict = await judge({
    redis: watchfire.connections.redis,
    front,
    partitions: stores.map((name) => partitionStore(front, name)),
    global: partitionStore(front, GLOBAL_PARTITION),
    acknowledged: producer.acknowledged,
  });
  const rows = rowsOf(options, producer, outcome, verdict);
  process.stdout.write(`${tableOf([...rows, ['whole run (s)', (performance.now() - begin) / 1_000]])}\n`);
  for (const line of [...verdict.examples, ...outcome.crashes]) process.stdout.write(`${line}\n`);
  for (const [text, count] of producer.errors) process.stdout.write(`${count} times: ${text}\n`);
  return rows.some(([, , isWrong]) => isWrong === true);
}

/** @returns the exit status: without a protection it has to go wrong */
function concluded({ without, seed }: Options, isWrong: boolean, crowd: Crowd): number {
  if (without !== null) {
    process.stdout.write(
      `${isWrong ? 'WRONG, as it has to be' : 'NOTICED NOTHING'} without ${without}, seed ${seed}\n`,
    );
    return isWrong ? 0 : 1;
  }
  if (isWrong) process.stdout.write(`${crowd.complaints.slice(-20).join('')}\n`);
  process.stdout.write(isWrong ? `WRONG, seed ${seed}\n` : `all zeros, seed ${seed}\n`);
  return isWrong ? 1 : 0;
}

async function main(): Promise<number> {
  const options = commandLine(USAGE, () => optionsOf(process.argv.slice(2)));
  const begin = performance.now();
  const say = (sentence: string): void => {
    if (options.verbose) process.stderr.write(`${((performance.now() - begin) / 1_000).toFixed(1)} s  ${sentence}\n`);
  };
  process.stdout.write(`seed ${options.seed}\n`);
  const folder = await mkdtemp(path.join(tmpdir(), 'watchfire-cluster-'));
  const disk: Record<string, string> = options.durability === 'fsync' ? { appendfsync: 'always' } : {};
  const scene = await Scene.start(folder, options.timeout, disk);
  say(`cluster at ${scene.cluster.url}`);
  const settings = { durability: options.durability, maxQueueDepth: DEPTH, maxQueueBytes: 1e12 };
  const place = { redis: scene.cluster.url, namespace: NAMESPACE } satisfies WatchfireOptions;
  const crowd = new Crowd({
    redisUrl: place.redis,
    namespace: NAMESPACE,
    settings,
    cache: path.join(folder, 'cache'),
    spares: 1,
    ...(options.without !== null && { program: changedEngine(folder, LACKS[options.without]) }),
  });
  // Also where this program ends by an error: nobody else knows them.
  process.once('exit', () => crowd.end());
  const logger = pino({ level: options.verbose ? 'warn' : 'silent' }, pino.destination(2));
  const watchfire = new Watchfire({ ...place, ...settings, logger });
  const watchdog = setTimeout(() => {
    process.stdout.write(`given up after ${options.limit} s, seed ${options.seed}\n`);
    crowd.end();
    process.exit(1);
  }, options.limit * 1_000);
  try {
    const front = storeOf(NAMESPACE);
    const stores = partitionNames(layoutOf(options.partitions, 'id')).map((name) => partitionStore(front, name));
    const namespaces = [front, ...stores].map(({ namespace }) => namespace);
    const parts: FaultParts = { scene, crowd, options, namespaces, random: randomOf(options.seed + 1), say };
    return concluded(options, await runAndJudge({ options, watchfire, parts, front }, begin), crowd);
  } catch (error) {
    process.stdout.write(`${crowd.complaints.slice(-20).join('')}\n`);
    throw error;
  } finally {
    clearTimeout(watchdog);
    crowd.end();
    await watchfire.close();
    await scene.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
