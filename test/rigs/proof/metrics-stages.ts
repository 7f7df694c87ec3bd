import { Queue, type QueueOptions, Worker } from 'bullmq';
import { type AutomationDocument, divide, Watchfire, type WatchfireOptions } from '../../../src/index.ts';
import { layoutOf } from '../../../src/model/partition.ts';
import { beginAt, noteSource } from '../../../src/redis/sources.ts';
import { eventually } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';

/** An engine that has something wrong with it, or nothing: where it is scraped, and which alerts have to fire. */
export type Staged = Readonly<{
  name: string;
  targets: readonly string[];
  fires: readonly string[];
  stop: () => Promise<void>;
}>;

export type Stage = () => Promise<Staged>;

/** A Redis of its own for each stage that spoils it; the others share one. */
type Given = Readonly<{ settings?: Readonly<Record<string, string>>; options?: WatchfireOptions; parts?: string[] }>;

/** What makes a stage: an engine, its server, and what is called again and again. */
type Scene = Readonly<{
  watchfire: Watchfire;
  server: PrivateServer;
  address: string;
  every: (what: () => Promise<unknown>) => void;
  ends: (what: () => unknown) => void;
}>;

const EVERY_MS = 250;

const automation = (more: object = {}): AutomationDocument =>
  ({
    id: 'a',
    name: 'a',
    trigger: { posture: 'Reactive', expect: ['x'], for_each: ['id'] },
    actions: [{ type: 'queue', queue: 'q' }],
    ...more,
  }) as AutomationDocument;

let numbers = 0;
const event = (more: object = {}) => {
  numbers += 1;
  return { event: 'x', resource: { id: `r${numbers}` }, ...more };
};

/** A stage by what is done in its scene. */
function stage(
  name: string,
  fires: readonly string[],
  play: (scene: Scene) => Promise<void>,
  given: Given = {},
): Stage {
  return async () => {
    const server = await PrivateServer.start(given.settings ? { settings: given.settings } : {});
    const watchfire = new Watchfire({ redis: server.url, namespace: name, ...given.options });
    const address = await watchfire.serveHttp('127.0.0.1:0', { parts: given.parts ?? ['worker'] });
    const timers: NodeJS.Timeout[] = [];
    const endings: (() => unknown)[] = [];
    const every = (what: () => Promise<unknown>): void => {
      timers.push(setInterval(() => void what().catch(() => undefined), EVERY_MS));
    };
    await play({ watchfire, server, address, every, ends: (what) => endings.push(what) });
    return {
      name,
      targets: [address],
      fires,
      stop: async () => {
        for (const timer of timers) clearInterval(timer);
        for (const ending of endings) await ending();
        await watchfire.close();
        await server.remove();
      },
    };
  };
}

/** How BullMQ reaches the queue q of an engine. */
function reaching({ watchfire, server }: Scene): QueueOptions {
  const { port, password } = new URL(server.url);
  return {
    connection: { host: '127.0.0.1', port: Number(port), ...(password && { password }) },
    prefix: watchfire.queuePrefix,
  };
}

/** Takes the jobs of the queue q. */
function consume(scene: Scene, handle: () => Promise<void>): void {
  const worker = new Worker('q', handle, reaching(scene));
  worker.on('error', () => undefined);
  scene.ends(() => worker.close(true));
}

/** A job in the queue q that waits. */
async function fill(scene: Scene): Promise<void> {
  const queue = new Queue('q', reaching(scene));
  await queue.add('waits', {});
  await queue.close();
}

/** As if a program read a source, which is so. */
async function reads(
  { watchfire: { connections, store }, every }: Scene,
  note: Readonly<{ behind?: number; waitsMs?: number; error?: string }> = {},
): Promise<void> {
  const { redis } = connections;
  await beginAt(redis, store, 'shop', { place: '0-0', read: 0 });
  every(() => noteSource(redis, store, 'shop', { atMs: Date.now(), behind: 0, waitsMs: 0, error: null, ...note }));
}

/** Nothing is wrong with it. */
export const HEALTHY: Stage = stage('healthy', [], async (scene) => {
  const { watchfire, every } = scene;
  await watchfire.put(automation());
  await watchfire.put(
    automation({
      id: 'absence',
      name: 'absence',
      trigger: { posture: 'Proactive', after: ['x'], expect: ['y'], for_each: ['id'], within: 1 },
    }),
  );
  await watchfire.startWorker();
  await reads(scene);
  consume(scene, async () => undefined);
  every(() => watchfire.emit(event()));
});

/** Each has one thing wrong with it, and what follows from that. */
export const FAILURES: readonly Stage[] = [
  async () => ({
    name: 'down',
    // Nobody listens there, and none of the servers here gets that port.
    targets: ['127.0.0.1:1'],
    fires: ['WatchfireProcessDown'],
    stop: async () => undefined,
  }),
  stage('away', ['WatchfireRedisAway', 'WatchfireNotReady'], async ({ watchfire, server }) => {
    await watchfire.startWorker();
    await server.kill();
  }),
  stage('unstarted', ['WatchfireNotReady', 'WatchfireNoWorker', 'WatchfireBehind'], async ({ watchfire }) => {
    await watchfire.put(automation());
    await watchfire.emit(event());
  }),
  stage('slow', ['WatchfireSlow'], async ({ watchfire, every }) => {
    await watchfire.startWorker();
    // As if they had waited for so long.
    const late = () => `${Date.now() - 20_000}-*`;
    every(() =>
      watchfire.connections.redis.xadd(watchfire.store.keys.events, late(), 'event', 'x', 'resource.id', 'r'),
    );
  }),
  stage('late', ['WatchfireEventsLate'], async ({ watchfire, every }) => {
    await watchfire.startWorker();
    every(() => watchfire.emit(event({ occurred: new Date(Date.now() - 60_000).toISOString() })));
  }),
  stage('poisoned', ['WatchfireDeadLetters'], async ({ watchfire, every }) => {
    await watchfire.startWorker();
    every(() => watchfire.connections.redis.xadd(watchfire.store.keys.events, '*', 'event', ''));
  }),
  stage('unread', ['WatchfireSourceUnread'], async (scene) => await reads(scene, { error: 'ECONNREFUSED' })),
  stage('outrun', ['WatchfireSourceBehind'], async (scene) => await reads(scene, { behind: 1_000, waitsMs: 120_000 })),
  stage('cut', ['WatchfireSourceLost'], async (scene) => {
    const { watchfire, every } = scene;
    await reads(scene);
    every(() => watchfire.connections.redis.hincrby(watchfire.store.keys.sources, 'shop lost', 1));
  }),
  stage('trimmed', ['WatchfireStateLost'], async ({ watchfire }) => {
    const { redis } = watchfire.connections;
    await watchfire.startWorker();
    await watchfire.put(automation({ trigger: { posture: 'Reactive', expect: ['x'], threshold: 9 } }));
    await watchfire.emit(event());
    await eventually('there is state to be removed', async () => (await watchfire.windows({ limit: 1 })).total > 0);
    await redis.del(
      ...(await redis.keys('{trimmed}:windows:*')),
      watchfire.store.keys.firings,
      watchfire.store.keys.plans,
    );
  }),
  stage('overfull', ['WatchfireQuotaFull'], async ({ watchfire, every }) => {
    await watchfire.put(
      automation({ trigger: { posture: 'Reactive', expect: ['x'], for_each: ['id'], threshold: 9, within: '1h' } }),
    );
    await watchfire.setQuotas({ windowsPerAutomation: 1 });
    await watchfire.startWorker();
    every(() => watchfire.emit(event()));
  }),
  stage('unanswered', ['WatchfireConditionErrors'], async ({ watchfire, every }) => {
    await watchfire.put(automation({ trigger: { posture: 'Reactive', expect: ['x'], where: 'payload.amount > 1' } }));
    await watchfire.startWorker();
    every(() => watchfire.emit(event()));
  }),
  stage('divided', ['WatchfireDefinitionsBehind'], async ({ watchfire }) => {
    await divide(watchfire, layoutOf(2, 'id'));
    await watchfire.put(automation());
    // As if it had been changed once more, and no worker had brought it to the partitions.
    await watchfire.connections.redis.incr(watchfire.store.keys.generation);
  }),
  stage(
    'crowded',
    ['WatchfireQueuePaused', 'WatchfireFiringsWait', 'WatchfireNoConsumer'],
    async (scene) => {
      const { watchfire } = scene;
      await watchfire.put(automation());
      // Full before the first firing: else it depends on how fast the events come how many get their jobs before anyone looks.
      await fill(scene);
      await watchfire.startWorker();
      for (let i = 0; i < 1_500; i += 1) await watchfire.emit(event());
    },
    { options: { maxQueueDepth: 1 } },
  ),
  stage('failing', ['WatchfireJobsFailed'], async (scene) => {
    await scene.watchfire.put(automation({ actions: [{ type: 'queue', queue: 'q', opts: { attempts: 1 } }] }));
    await scene.watchfire.startWorker();
    consume(scene, async () => {
      throw new Error('fails');
    });
    await scene.watchfire.emit(event());
  }),
  stage(
    'undelivered',
    ['WatchfireDeliveriesFailed'],
    async ({ watchfire }) => {
      await watchfire.put(
        automation({ actions: [{ type: 'webhook', url: 'http://127.0.0.1:1/', retry: { attempts: 1 } }] }),
      );
      await watchfire.startWorker();
      await watchfire.startActions();
      await watchfire.emit(event());
    },
    { parts: ['worker', 'actions'] },
  ),
  stage('flooded', ['WatchfireBudgetUsedUp'], async ({ watchfire, every }) => {
    await watchfire.put(automation({ budget: 1 }));
    await watchfire.startWorker();
    every(() => watchfire.emit(event()));
  }),
  stage(
    'full',
    ['WatchfireMemoryShort'],
    async ({ server, watchfire }) => {
      await watchfire.startWorker();
      const used = async (): Promise<number> =>
        Number(/used_memory:(\d+)/.exec(await server.redis.info('memory'))?.[1]);
      for (let i = 0; (await used()) < 0.93 * LIMIT; i += 1)
        await server.redis.set(`ballast ${i}`, 'x'.repeat(BALLAST));
    },
    { settings: { maxmemory: '32mb' } },
  ),
  stage('set-back', ['WatchfireClockBack'], async ({ watchfire }) => {
    const { redis } = watchfire.connections;
    const aheadMs = Date.now() + 600_000;
    await watchfire.put(automation());
    await redis.xadd(watchfire.store.keys.events, `${aheadMs}-0`, 'event', 'x', 'resource.id', 'r');
    await redis.set(watchfire.store.keys.position, `${aheadMs}-0`);
  }),
];

/** `maxmemory` of the stage whose memory is short, in bytes. */
const LIMIT = 32 * 1_048_576;

/** Characters of a value that fills it, few beside what is left. */
const BALLAST = 100_000;
