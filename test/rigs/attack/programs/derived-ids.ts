import { type Attack, mustHold } from '../attack.ts';
import { logScene } from '../log-scene.ts';

/** So far ahead ids are taken, and so many honest events come. */
const AHEAD_MS = 15_000;
const HONEST = 40;

export const attack: Attack = {
  by: 'producer',
  what: 'sends ids that events without an id of the next 15 s will get, so that these are dropped as duplicates',
  run: () =>
    logScene([], async (scene) => {
      const nowMs = await scene.nowMs();
      const sent: Promise<string>[] = [];
      for (let ms = nowMs; ms < nowMs + AHEAD_MS; ms += 1) {
        sent.push(scene.add(['id', `entry-${ms}-0`, 'event', 'x', 'resource.id', 'r']));
      }
      await Promise.all(sent);
      await scene.probe();
      const before = await scene.counted('applied');
      for (let i = 0; i < HONEST; i += 1) await scene.send('honest');
      await scene.probe();
      const duplicates = HONEST + 1 - ((await scene.counted('applied')) - before);
      mustHold(`none of ${HONEST} honest events is dropped (${duplicates} were)`, duplicates <= 0);
      return `${AHEAD_MS} ids were rejected, ${HONEST} of ${HONEST} honest events applied`;
    }),
};
