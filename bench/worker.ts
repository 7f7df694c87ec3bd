import { pino } from 'pino';
import { Watchfire } from '../src/index.ts';
import { serve } from './program.ts';

/** A worker in a process of its own: `worker.ts URL NAMESPACE`. It takes part once it is asked to `start`. */
const [redis = '', namespace = ''] = process.argv.slice(2);
const watchfire = new Watchfire({
  redis,
  namespace,
  maxQueueDepth: 100_000_000,
  logger: pino({ level: 'warn' }, pino.destination(2)),
});

/** How long each job took from the `sent` in its event's payload until Redis confirmed it, in ms. */
let delays: number[] = [];

serve(
  {
    start: async () => {
      await watchfire.startWorker({
        onJobs: (jobs) => {
          const now = performance.timeOrigin + performance.now();
          for (const { data } of jobs) {
            const sent = data.triggering_event?.payload.sent;
            if (typeof sent === 'number') delays.push(now - sent);
          }
        },
      });
    },
    delays: () => {
      const taken = delays;
      delays = [];
      return taken;
    },
  },
  () => watchfire.close(),
);
