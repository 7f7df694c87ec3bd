import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { parse } from 'yaml';
import { type AutomationDocument, ManualClock, type TriggeredAction, Watchfire } from '../../src/index.ts';
import { Progress, type Told } from './progress.ts';
import type { Step } from './story.ts';
import { toEvent } from './to-event.ts';

const AUTOMATIONS = path.join(import.meta.dirname, 'automations');

/** Queues the automations name, and the one for actions of any other type. */
const QUEUES = ['maintainers', 'actions'];

/** Long before the first sample, for the automations to be there. */
const BEGINNING_MS = Date.parse('2010-01-01T00:00:00Z');

/** Nothing of a replay is too old to be kept. */
const FOREVER_MS = 100 * 365 * 86_400_000;

export type ReplayOptions = Readonly<{
  redis: string;
  namespace: string;
  steps: readonly Step[];
  tell: (told: Told) => void;
  /** Pause after each step, for people to read along; 0: as fast as it goes. */
  paceMs: number;
  /** Aborted: the replay ends at its next step. */
  signal: AbortSignal;
}>;

/** What came of it: entries by outcome, firings, jobs in the order they were handled, dead letters. */
export type Replayed = {
  outcomes: Readonly<Record<string, number>>;
  firings: number;
  jobs: readonly TriggeredAction[];
  dead: number;
};

/**
 * Sends the steps, which are in order of time, through a real engine: a worker of Watchfire, and BullMQ workers that take
 * its jobs. The engine decides in the time of the steps and waits in real time, so it lives through years in seconds.
 */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { redis, namespace, tell, signal } = options;
  const clock = new ManualClock(BEGINNING_MS);
  const kept = { retentionMs: FOREVER_MS, ledgerRetentionMs: FOREVER_MS };
  const watchfire = new Watchfire({ redis, namespace, clock, ...kept });
  const progress = new Progress(tell, signal);
  const connection = new Redis(redis, { maxRetriesPerRequest: null });
  const handlers = QUEUES.map((queue) => handlerOf(queue, connection, watchfire.queuePrefix, progress));
  try {
    for (const document of await automations()) await watchfire.put(document as AutomationDocument);
    await watchfire.startWorker(progress.hooks());
    const sent = await send(watchfire, clock, options);
    await progress.until(() => progress.seen === sent);
    const { keys } = watchfire.store;
    const firings = await watchfire.connections.redis.xlen(keys.firings);
    // Every automation here has an action for each of its firings.
    await progress.until(() => progress.fired.size === firings && progress.handled.length === progress.added);
    const dead = await watchfire.connections.redis.xlen(keys.dead);
    return { outcomes: progress.outcomes, firings, jobs: progress.handled, dead };
  } finally {
    await Promise.all(handlers.map((handler) => handler.close()));
    connection.disconnect();
    await watchfire.close();
  }
}

/** An ordinary BullMQ worker: all it has to know of Watchfire is the prefix of the queues. */
function handlerOf(queue: string, connection: Redis, prefix: string, progress: Progress): Worker<TriggeredAction> {
  const handle = async (name: string, action: TriggeredAction): Promise<void> => progress.job(queue, name, action);
  const worker = new Worker<TriggeredAction>(queue, ({ name, data }) => handle(name, data), { connection, prefix });
  worker.on('failed', (_, error) => progress.failed(error));
  worker.on('error', (error) => progress.failed(error));
  return worker;
}

/** @returns how many events were sent */
async function send(watchfire: Watchfire, clock: ManualClock, options: ReplayOptions): Promise<number> {
  const { steps, tell, paceMs, signal } = options;
  let sent = 0;
  for (const step of steps) {
    signal.throwIfAborted();
    clock.moveTo(step.atMs);
    tell({ kind: 'step', step });
    for (const delivery of step.deliveries) await watchfire.emit(toEvent(delivery));
    sent += step.deliveries.length;
    if (paceMs > 0) await pause(paceMs, undefined, { signal });
  }
  return sent;
}

/** The YAML files beside this one, as `watchfire apply examples/github/automations/*.yaml` would put them. */
async function automations(): Promise<unknown[]> {
  const files = (await readdir(AUTOMATIONS)).sort();
  return await Promise.all(files.map(async (file) => parse(await readFile(path.join(AUTOMATIONS, file), 'utf8'))));
}
