import { type Attack, mustHold } from '../attack.ts';
import { logScene, WATCH } from '../log-scene.ts';

const DAY_MS = 86_400_000;

export const attack: Attack = {
  by: 'clock of Redis that ran a day ahead and was set back',
  what: 'leaves a position of tomorrow, so that absences come out at once and later deadlines wait a day',
  run: () =>
    logScene([WATCH], async (scene) => {
      await scene.probe();
      // What is left of an entry that was applied under the clock of tomorrow.
      const tomorrow = `${(await scene.nowMs()) + DAY_MS}-0`;
      await scene.redis.multi().xadd('{wf}:events', tomorrow, 'event', 'x').set('{wf}:position', tomorrow).exec();
      await scene.redis.hincrby('{wf}:counters', 'applied', 1);
      await scene.send('on');
      await scene.probe();
      const absences = await scene.absences();
      mustHold(`no absence comes out (${absences} did)`, absences === 0);
      const [, deadline] = await scene.redis.zrange('{wf}:due', '0', '0', 'WITHSCORES');
      const inMs = Number(deadline) - (await scene.nowMs());
      mustHold(`the next deadline is in ten minutes (in ${Math.round(inMs / 60_000)})`, inMs < 11 * 60_000);
      const { out } = await statusOf(scene);
      mustHold(`status does not say healthy (${out})`, !out.startsWith('healthy'));
      return 'the absence has its ten minutes, and status tells the clock';
    }),
};

async function statusOf({ watchfire }: { watchfire: { status: () => Promise<object> } }): Promise<{ out: string }> {
  const status = (await watchfire.status()) as { clockBehindMs?: number };
  return { out: (status.clockBehindMs ?? 0) > 0 ? 'clock behind' : 'healthy' };
}
