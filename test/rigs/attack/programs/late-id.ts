import { type Attack, mustHold } from '../attack.ts';
import { logScene } from '../log-scene.ts';

export const attack: Attack = {
  by: 'producer',
  what: 'sends an id beyond the year 9999, so that every later event is rejected',
  run: () =>
    logScene([], async (scene) => {
      await scene.probe();
      await scene.send('x', `${260_000_000_000_000}-0`);
      await scene.probe();
      const rejected = await scene.counted('rejected');
      mustHold(`nothing is rejected (${rejected} was)`, rejected === 0);
      return 'nothing was rejected';
    }),
};
