import { setTimeout as pause } from 'node:timers/promises';
import { Watchfire } from '../src/index.ts';
import { serve } from './program.ts';

/** Takes events by HTTP or from a stream in a process of its own, or appends the same ones itself: `door.ts URL NAMESPACE`. */
const [redis = '', namespace = ''] = process.argv.slice(2);
const watchfire = new Watchfire({ redis, namespace, maxBacklog: 1_000_000_000 });

/** Commands that are sent at once, as a producer sends them that does not wait for each answer. */
const AT_ONCE = 100;

/** Between two looks at how far a source is. */
const LOOK_MS = 20;

/** Resolves when a source has brought so many events. */
async function until(source: string, events: number): Promise<void> {
  while ((await watchfire.sources()).find(({ name }) => name === source)?.events !== events) await pause(LOOK_MS);
}

serve(
  {
    open: async () => (await watchfire.startHttpIn('127.0.0.1:0')).port,
    read: async ({ file, source, events }: { file: string; source: string; events: number }) => {
      await watchfire.startSources({ file });
      await until(source, events);
      await watchfire.pauseSource(source);
    },
    goOn: async ({ source, events }: { source: string; events: number }) => {
      await watchfire.resumeSource(source);
      await until(source, events);
    },
    append: async ({ events, data }: { events: number; data: string }) => {
      const { connections, store } = watchfire;
      for (let sent = 0; sent < events; sent += AT_ONCE) {
        const pipeline = connections.redis.pipeline();
        for (let i = sent; i < Math.min(events, sent + AT_ONCE); i += 1)
          pipeline.xadd(store.keys.events, '*', 'data', data);
        await pipeline.exec();
      }
    },
  },
  () => watchfire.close(),
);
