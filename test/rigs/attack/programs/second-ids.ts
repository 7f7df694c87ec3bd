import { type Attack, mustHold } from '../attack.ts';
import { logScene, WATCH } from '../log-scene.ts';

export const attack: Attack = {
  by: 'producer',
  what: 'sends ids in seconds into an empty log, so that absences are dated to 1970',
  run: () =>
    logScene([WATCH], async (scene) => {
      await scene.send('on', `${Math.floor((await scene.nowMs()) / 1_000)}-0`);
      await scene.probe();
      const absences = await scene.absences();
      mustHold(`no absence of 1970 comes out (${absences} did)`, absences === 0);
      return 'no absence came out';
    }),
};
