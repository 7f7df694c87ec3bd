import { type Attack, mustHold } from '../attack.ts';
import { logScene, WATCH } from '../log-scene.ts';

export const attack: Attack = {
  by: 'producer',
  what: 'sends an id of 20 minutes ahead, so that absences of others come out at once',
  run: () =>
    logScene([WATCH], async (scene) => {
      await scene.send('on');
      await scene.send('x', `${(await scene.nowMs()) + 20 * 60_000}-0`);
      await scene.probe();
      const absences = await scene.absences();
      mustHold(`no absence comes out (${absences} did)`, absences === 0);
      return 'no absence came out';
    }),
};
