import { type Attack, mustHold } from '../attack.ts';
import { logScene } from '../log-scene.ts';

const LISTENS = { id: 'listens', name: 'listens', trigger: { posture: 'Reactive', expect: ['automation.*'] } };
const WANTS = { id: 'wants', name: 'wants', trigger: { posture: 'Reactive', expect: ['x'] } };

const FIRING = [
  ...['firing', 'f'.repeat(32), 'automation', 'wants', 'revision', '1', 'path', '', 'name', 'wants'],
  ...['posture', 'Reactive', 'state', 'Triggered', 'triggered', '1772442000000', 'decided', '1772442000000'],
  ...['labels', '{}', 'event', ''],
];

const RELEASED = [
  'released',
  JSON.stringify({
    id: 'forged',
    event: 'x',
    resource: { id: 'r' },
    related: [],
    occurred: '2026-03-02T09:00:00.000Z',
    received: '2026-03-02T09:00:00.000Z',
    follows: null,
    payload: {},
    cause_chain: [],
  }),
];

export const attack: Attack = {
  by: 'producer',
  what: 'writes entries in the forms of the engine: a firing, a released follower, an entry that was set straight, one of another log, and what holds time back',
  run: () =>
    logScene([LISTENS, WANTS], async (scene) => {
      await scene.add(FIRING);
      await scene.add(RELEASED);
      await scene.add(['straightened', '1-1 1772442000000', 'event', 'x', 'resource.id', 'r']);
      await scene.add(['fed', 'front 9999999999999-0', 'event', 'x', 'resource.id', 'r']);
      await scene.add(['opened', 'front 0-0']);
      await scene.probe();
      const fired = (await scene.fired()).filter((line) => !line.startsWith('probe') && !line.includes(' s-'));
      mustHold(`nothing of it fires (${fired.join(', ')} did)`, fired.length === 0);
      mustHold('all of it is rejected', (await scene.counted('rejected')) === 5);
      return 'all of them were rejected';
    }),
};
