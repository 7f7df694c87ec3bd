import { type Attack, mustHold } from '../attack.ts';
import { logScene } from '../log-scene.ts';

/** Six hours are 2,160 of its windows: far more than any machine takes for the attack. */
const WITHIN_S = 10;

const STANDING = {
  id: 'standing',
  name: 'standing',
  trigger: { posture: 'Proactive', expect: ['never'], within: WITHIN_S, repeat: true },
};

export const attack: Attack = {
  by: 'producer',
  what: 'sends an id of 6 hours ahead, so that a standing window of 10 s fires for all of them at once',
  run: () => {
    const begun = performance.now();
    return logScene([STANDING], async (scene) => {
      await scene.send('x', `${(await scene.nowMs()) + 6 * 3_600_000}-0`);
      await scene.probe();
      const firings = (await scene.fired()).filter((line) => line.startsWith('standing')).length;
      const most = 2 + (performance.now() - begun) / (WITHIN_S * 1_000);
      mustHold(`it fires once in ${WITHIN_S} s (${firings} firings came out)`, firings <= most);
      return 'no window of the future came out';
    });
  },
};
