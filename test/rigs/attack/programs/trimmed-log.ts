import { eventually } from '../../../support/eventually.ts';
import { type Attack, mustHold } from '../attack.ts';
import { command } from '../command.ts';
import { logScene } from '../log-scene.ts';

export const attack: Attack = {
  by: 'producer',
  what: 'trims events of others out of the log before they are applied; that must be counted, and never be called healthy',
  run: () =>
    logScene(
      [],
      async (scene) => {
        for (let i = 0; i < 10; i += 1) await scene.send('x');
        await scene.watchfire.startWorker();
        await scene.probe();
        const pipeline = scene.redis.multi();
        for (let i = 0; i < 10; i += 1) pipeline.xadd('{wf}:events', '*', 'event', 'x', 'resource.id', 'r');
        // As `XADD … MAXLEN 1` of a producer, at a moment when ten wait.
        pipeline.xadd('{wf}:events', 'MAXLEN', '1', '*', 'event', 'y', 'resource.id', 'r');
        await pipeline.exec();
        await eventually('the loss is counted', async () => (await scene.counted('lost')) >= 10);
        const { host, port } = scene.redis.options;
        const status = command(['status', '--engine-only'], { REDIS_URL: `redis://${host}:${port}` });
        const code = await status.status;
        mustHold(`status is not healthy (${status.printed().split('\n')[0]})`, code === 1);
        return 'ten lost entries were counted, status is not healthy';
      },
      { worker: false },
    ),
};
