import { Watchfire } from '../src/index.ts';
import { serve } from './program.ts';

/** Takes events by HTTP in a process of its own, or appends the same ones itself: `door.ts URL NAMESPACE`. */
const [redis = '', namespace = ''] = process.argv.slice(2);
const watchfire = new Watchfire({ redis, namespace, maxBacklog: 1_000_000_000 });

/** Commands that are sent at once, as a producer sends them that does not wait for each answer. */
const AT_ONCE = 100;

serve(
  {
    open: async () => (await watchfire.startHttpIn('127.0.0.1:0')).port,
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
