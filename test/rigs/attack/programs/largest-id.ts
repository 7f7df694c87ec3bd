import { type Attack, mustHold } from '../attack.ts';
import { LARGEST_ID, logScene } from '../log-scene.ts';

export const attack: Attack = {
  by: 'producer',
  what: 'takes the largest id there is, so that nobody can append anything any more',
  run: () =>
    logScene([], async (scene) => {
      await scene.probe();
      await scene.send('x', LARGEST_ID);
      await scene.probe();
      mustHold('nothing is rejected', (await scene.counted('rejected')) === 0);
      const bad = (await scene.watchfire.diagnose()).filter(
        ({ grade, name }) => grade === 'bad' && /log|ids|lost/.test(name),
      );
      mustHold('the doctor finds nothing bad in the log afterwards', bad.length === 0);
      return 'the log takes events again, nothing is lost';
    }),
};
