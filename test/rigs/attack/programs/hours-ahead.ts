import { type Attack, mustHold } from '../attack.ts';
import { logScene } from '../log-scene.ts';

const STANDING = {
  id: 'standing',
  name: 'standing',
  trigger: { posture: 'Proactive', expect: ['never'], within: 10, repeat: true },
};

export const attack: Attack = {
  by: 'producer',
  what: 'sends an id of 6 hours ahead, so that a standing window of 10 s fires for all of them at once',
  run: () =>
    logScene([STANDING], async (scene) => {
      await scene.send('x', `${(await scene.nowMs()) + 6 * 3_600_000}-0`);
      await scene.probe();
      const firings = (await scene.fired()).filter((line) => line.startsWith('standing')).length;
      mustHold(`it fires once in 10 s (${firings} firings came out)`, firings <= 3);
      return 'no window of the future came out';
    }),
};
