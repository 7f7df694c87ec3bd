import { expect, test } from 'vitest';
import { isKept, type Line, play, playLine, playOn, toldOf } from '../support/timeline.ts';

const row = { posture: 'Reactive', expect: ['x'], threshold: 3, within: 0, reset: ['ok'] };
const pair = { ...row, threshold: 2 };
const window = { ...pair, within: 10 };
const armed = { ...window, after: ['a'] };
const sliding = { ...window, window: 'sliding', cooldown: 0 };
const order = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 10, reset: ['c'] };
const standing = { posture: 'Proactive', expect: ['x'], within: 10, reset: ['c'] };

/** Rules 17.5, of Reactive triggers. */
const REACTIVE: Line[] = [
  [
    'three in a row',
    row,
    'x@0 x@1 ok@2 x@3 x@4 x@5',
    'counted counted reset counted counted fired',
    'a triggered@5 x@5',
  ],
  [
    'a firing ends a run',
    pair,
    'x@0 x@1 x@2 ok@3 x@4 x@5',
    'counted fired counted reset counted fired',
    'a triggered@1 x@1',
    'a triggered@5 x@5',
  ],
  [
    'a reset from before the run is nothing',
    pair,
    'x@10 ok@9.999+11 x@20',
    'counted idle fired',
    'a triggered@20 x@20',
  ],
  ['a reset of its first moment ends it', pair, 'x@10 ok@10+11 x@20', 'counted reset counted'],
  ['what happened before the first of a run is late', window, 'x@100 x@99.999+101', 'counted late'],
  ['what happened before the reset is late', window, 'x@0 ok@5 x@4.999+6', 'counted reset late'],
  [
    'what happened when it was reset counts',
    pair,
    'ok@3 x@0+4 ok@5 x@5+6 x@7',
    'idle counted reset counted fired',
    'a triggered@7 x@7',
  ],
  [
    'a firing makes nobody deaf',
    window,
    'x@0 x@1 x@2 x@3',
    'counted fired counted fired',
    'a triggered@1 x@1',
    'a triggered@3 x@3',
  ],
  ['what happened before a firing rests', window, 'x@0 x@1 x@0.5+2', 'counted fired resting', 'a triggered@1 x@1'],
  [
    'a new window begins with the reset',
    window,
    'x@0 ok@8 x@9 x@17',
    'counted reset counted fired',
    'a triggered@17 x@17',
  ],
  ['and ends when its time is over', window, 'x@0 ok@8 x@9 x@18', 'counted reset counted counted'],
  [
    'values go',
    { ...pair, distinct: 'payload.v' },
    'x=a@0 ok@1 x=b@2 x=a@3',
    'counted reset counted fired',
    'a triggered@3 x=a@3',
  ],
  [
    'an event can reset and then count',
    { ...pair, reset: [{ event: 'x', where: 'payload.v == 0' }] },
    'x=1@0 x=0@1 x=1@2',
    'counted reset+counted fired',
    'a triggered@2 x=1@2',
  ],
  ['an armed window is gone', armed, 'a@0 x@1 ok@2 x@3', 'armed counted reset not-armed'],
  [
    'an event can reset and then arm',
    { ...armed, threshold: 1, reset: ['a'] },
    'a@0 a@5 x@14',
    'armed reset+armed fired',
    'a triggered@14 x@14',
  ],
  [
    'a sliding window is emptied',
    sliding,
    'x@0 ok@5 x@4.999+6 x@6 x@7',
    'counted reset late counted fired',
    'a triggered@7 x@7',
  ],
  [
    'but not by what lies before its oldest event',
    sliding,
    'x@10 ok@9.999+11 x@12',
    'counted idle fired',
    'a triggered@12 x@12',
  ],
  [
    'nor when it is empty',
    sliding,
    'x@0 x@1 ok@5 x@4+6 x@7',
    'counted fired idle counted fired',
    'a triggered@1 x@1',
    'a triggered@7 x@7',
  ],
  [
    'what is quiet stays so',
    { ...pair, threshold: 1, cooldown: 10 },
    'x@0 ok@1 x@2 x@10',
    'fired idle cooling fired',
    'a triggered@0 x@0',
    'a triggered@10 x@10',
  ],
  [
    'an alert stays',
    { ...window, threshold: 1, resolve: { on: ['up'] } },
    'x@0 ok@1 x@2 up@3',
    'fired reset active resolved',
    'a triggered@0 x@0',
    'a resolved@3 up@3',
  ],
];

/** The same of absences. */
const PROACTIVE: Line[] = [
  ['a cancelled order is no absence', order, 'a@0 c@5 -@20', 'armed reset'],
  ['whenever it came', order, 'c@5 a@3+6 -@20', 'idle reset'],
  ['not one of before the order', order, 'c@2.999 a@3 -@20', 'idle armed', 'a triggered@13 a@3'],
  ['one of the same time', order, 'c@3 a@3+4 -@20', 'idle reset'],
  ['of the last moment of its window', order, 'c@12.999 a@3+14 -@20', 'idle reset'],
  ['not of the next', order, 'c@13 a@3+14 -@20', 'idle armed', 'a triggered@13 a@3'],
  ['of several the newest is remembered', order, 'c@5 c@3+6 a@4+7 -@20', 'idle idle reset'],
  [
    'what is remembered stays while another window ends by it',
    order,
    'a@0 c@5 a@4+6 a@5.001+7 -@20',
    'armed reset reset armed',
    'a triggered@15.001 a@5.001',
  ],
  [
    'what is armed behind it is watched',
    order,
    'a@0 a@7 c@5+8 -@20',
    'armed open reset+armed-again',
    'a triggered@17 a@7',
  ],
  ['not what is armed at its time', order, 'a@0 a@5 c@5+6 -@20', 'armed open reset'],
  ['the alert ends', order, 'a@0 -@10 c@5+11', 'armed reset+resolved', 'a triggered@10 a@0', 'a resolved@5 c@5'],
  ['not by what happened behind its window', order, 'a@0 -@10 c@10+11', 'armed idle', 'a triggered@10 a@0'],
  ['nor by what happened before it', order, 'a@2 -@12 c@1.999+13', 'armed idle', 'a triggered@12 a@2'],
  [
    'the alert ends beside the window of another order',
    order,
    'a@0 -@10 a@12 c@5+13 -@30',
    'armed armed reset+resolved',
    'a triggered@10 a@0',
    'a resolved@5 c@5',
    'a triggered@22 a@12',
  ],
  [
    'what was armed behind it is watched, also when the alert ends',
    order,
    'a@0 a@8 -@10 c@5+20 -@21',
    'armed open reset+resolved+armed-again',
    'a triggered@10 a@8',
    'a resolved@5 c@5',
    'a triggered@18 a@8',
  ],
  [
    'not what was armed before that window',
    order,
    'a@0 a@8 -@10 a@12 c@5+13 -@30',
    'armed open armed reset+resolved',
    'a triggered@10 a@8',
    'a resolved@5 c@5',
    'a triggered@22 a@12',
  ],
  [
    'nor what was armed at its time, whatever else has been called off',
    order,
    'a@0 a@5 -@10 c@20 c@5+21 -@30',
    'armed open idle reset+resolved',
    'a triggered@10 a@5',
    'a resolved@5 c@5',
  ],
  [
    'nor what has been called off, when the alert of an order before it is made up for',
    order,
    'a@0 a@8 -@10 c@15 x@5+16 -@30',
    'armed open idle made-up+resolved',
    'a triggered@10 a@8',
    'a resolved@5 x@5',
  ],
  [
    'an event can reset and then arm',
    { ...order, reset: ['a'] },
    'a@0 a@5 -@20',
    'armed reset+armed',
    'a triggered@15 a@5',
  ],
  ['a standing window begins anew', standing, 'c@5 -@14.999 -@15', 'reset', 'a triggered@15 c@5'],
  ['its alert stays', standing, '-@10 c@12 x@13', 'reset restarted+resolved', 'a triggered@10 -', 'a resolved@13 x@13'],
  [
    'and what was counted goes',
    { ...standing, threshold: 2 },
    'x@1 c@5 x@6 -@15',
    'counted reset counted',
    'a triggered@15 x@6',
  ],
  [
    'a reset from before it is nothing',
    { ...standing, for_each: ['id'] },
    'x@5 c@4.999+6 -@15',
    'restarted idle',
    'a triggered@15 r x@5',
  ],
];

test.each([...REACTIVE, ...PROACTIVE])('%s', async (...line) => {
  expect(await playLine(line)).toEqual(toldOf(line));
});

test.each([
  ['of an absence', order, 'c@0', 1_800],
  ['of an absence, the longest that any of them is', order, 'c@5 c@3+6', 1_806],
  ['of an empty run', row, 'x@0 ok@5', 65],
  ['of an empty window', window, 'x@0 ok@5', 75],
  ['of a run that goes on', row, 'x@0 ok@5 x@6', 30 * 24 * 3_600 + 6],
])('a reset %s is remembered as long as it has to be', async (_, trigger, line, until) => {
  expect(await isKept(trigger, `${line} -@${until - 0.001}`)).toBe(true);
  expect(await isKept(trigger, `${line} -@${until}`)).toBe(false);
});

test.each([
  ['ok', row],
  ['ok', armed],
  ['ok', sliding],
])('without a window %s leaves nothing', async (event, trigger) => {
  expect(await isKept(trigger, `${event}@0`)).toBe(false);
});

test('nothing is armed again that a newer reset calls off', async () => {
  // Everything is 100 s late, and the windows are open: as_of is 0 when the last three come.
  const trigger = { ...order, within: 20 };
  const { world, words } = await play(trigger, 'z@0+100 a@-30+100');
  expect(words).toBe('applied armed');
  expect(await playOn(world, 'c@1+101 a@-10+101')).toBe('idle reset');
});

test('the trigger has to cover what resets', async () => {
  const { told } = await play({ ...pair, match: { id: 'r' }, where: 'payload.v > 0' }, 'x=1@0 ok=0@1 x=1@2');
  expect(told).toEqual(['a triggered@2 x=1@2']);
});
