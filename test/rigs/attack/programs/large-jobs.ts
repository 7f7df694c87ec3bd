import { Watchfire } from '../../../../src/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';

const EVENTS = 48;
const EVENT_BYTES = 400_000;
const ACTIONS = 4;
const MAX_QUEUE_BYTES = 20e6;
/** Those bytes, and the jobs of a batch that is under way: 4 MB of firings with four jobs each. */
const BOUND_BYTES = MAX_QUEUE_BYTES + 16e6;

export const attack: Attack = {
  by: 'producer',
  what: 'sends few large events that become many large jobs, to fill Redis',
  run: async () => {
    const server = await PrivateServer.start();
    const watchfire = new Watchfire({ redis: server.url, namespace: 'wf', maxQueueBytes: MAX_QUEUE_BYTES });
    try {
      const action = { type: 'queue', queue: 'q' } as const;
      const trigger = { posture: 'Reactive', expect: ['x'] } as const;
      await watchfire.put({ id: 'a', name: 'a', trigger, actions: new Array(ACTIONS).fill(action) });
      const payload = { text: 'x'.repeat(EVENT_BYTES) };
      for (let sent = 0; sent < EVENTS; sent += 1) {
        await watchfire.emit({ event: 'x', resource: { id: 'r' }, payload });
      }
      await watchfire.startWorker();
      await eventually('all have fired', async () => (await watchfire.status()).firings === EVENTS);
      await eventually('the queue is full', async () =>
        (await watchfire.status()).workers.some(({ paused }) => paused.some(({ why }) => why === 'full')),
      );
      const [one] = await server.redis.lrange('{wf}:bull:q:wait', 0, 0);
      const data = (await server.redis.hget(`{wf}:bull:q:${one}`, 'data')) ?? '';
      mustHold('the event stands once in a job', data.length < 1.5 * EVENT_BYTES);
      const most = await bytesIn(server);
      mustHold(`the queue holds ${BOUND_BYTES / 1e6} MB at most (${most / 1e6} MB)`, most <= BOUND_BYTES);
      // The jobs are taken, however slowly: all of them come.
      const seen = new Set<string>();
      await eventually('every job has come', async () => {
        for (const id of await server.redis.lrange('{wf}:bull:q:wait', 0, -1)) {
          seen.add(id);
          await server.redis.multi().lrem('{wf}:bull:q:wait', 1, id).del(`{wf}:bull:q:${id}`).exec();
        }
        return seen.size === EVENTS * ACTIONS;
      });
      return `${EVENTS} events of ${EVENT_BYTES / 1e3} kB with ${ACTIONS} actions held ${Math.round(most / 1e6)} MB at a time, and all ${seen.size} jobs came`;
    } finally {
      await watchfire.close();
      await server.remove();
    }
  },
};

async function bytesIn({ redis }: PrivateServer): Promise<number> {
  const ids = await redis.lrange('{wf}:bull:q:wait', 0, -1);
  const sizes = await Promise.all(ids.map((id) => redis.hstrlen(`{wf}:bull:q:${id}`, 'data')));
  return sizes.reduce((sum, size) => sum + size, 0);
}
