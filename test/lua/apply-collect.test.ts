import { expect, test } from 'vitest';
import { type Line, play, playLine, toldOf } from '../support/timeline.ts';

const three = { posture: 'Reactive', expect: ['x'], threshold: 3, within: 60, collect: 10 };
const pair = { ...three, threshold: 2 };
const absent = { posture: 'Proactive', after: ['a'], expect: ['x'], threshold: 3, within: 10, collect: 10 };
const sliding = { ...pair, within: 10, window: 'sliding', cooldown: 0 };

/** Rules 17.8. */
const LINES: Line[] = [
  [
    'a firing brings the events of its window, with itself',
    three,
    'x@0 x@1 x@2',
    'counted counted fired',
    'a triggered@2 x@2 [x@0 x@1 x@2] of 3',
  ],
  [
    'in the order in which they were applied',
    three,
    'x@5 x@3+6 x@7',
    'counted counted fired',
    'a triggered@7 x@7 [x@5 x@3 x@7] of 3',
  ],
  [
    'the last of them, when there are more',
    { ...three, collect: 2 },
    'x@0 x@1 x@2',
    'counted counted fired',
    'a triggered@2 x@2 [x@1 x@2] of 3',
  ],
  ['one alone', { ...pair, collect: 1 }, 'x@0 x@1', 'counted fired', 'a triggered@1 x@1 [x@1] of 2'],
  [
    'the next window begins with none',
    { ...pair, within: 0 },
    'x@0 x@1 x@2 x@3',
    'counted fired counted fired',
    'a triggered@1 x@1 [x@0 x@1] of 2',
    'a triggered@3 x@3 [x@2 x@3] of 2',
  ],
  [
    'nor are those of a window that is over among them',
    { ...pair, within: 10 },
    'x@0 x@10 x@11',
    'counted counted fired',
    'a triggered@11 x@11 [x@10 x@11] of 2',
  ],
  [
    'nor those before a reset',
    { ...pair, reset: ['ok'] },
    'x@0 ok@1 x@2 x@3',
    'counted reset counted fired',
    'a triggered@3 x@3 [x@2 x@3] of 2',
  ],
  [
    'an absence brings what was counted although it was too few, not what armed',
    absent,
    'a@0 x@1 x@2 -@10',
    'armed counted counted',
    'a triggered@10 x@2 [x@1 x@2] of 2',
  ],
  ['an absence of all brings none', absent, 'a@0 -@10', 'armed', 'a triggered@10 a@0 [] of 0'],
  [
    'the event that arms is not among them, even if it is expected',
    { ...pair, after: ['x'] },
    'x@0 x@1 x@2 x@3',
    'armed+counted counted fired armed+counted',
    'a triggered@2 x@2 [x@1 x@2] of 2',
  ],
  [
    'nor is that of a heartbeat',
    { ...absent, after: ['x'], threshold: 2 },
    'x@0 x@1 x@2 -@11.999 -@12',
    'armed+counted counted restarted',
    'a triggered@12 x@2 [] of 0',
  ],
  [
    'what came before the arming event is not among them',
    { ...absent, threshold: 2 },
    'x@5 a@3+6 -@13',
    'idle armed',
    'a triggered@13 a@3 [] of 0',
  ],
  [
    'a value of 0 is',
    { ...pair, threshold: 10, sum: 'payload.v' },
    'x=0@0 x=10@1',
    'counted fired',
    'a triggered@1 x=10@1 [x=0@0 x=10@1] of 2',
  ],
  [
    'of equal values the first',
    { ...pair, distinct: 'payload.v' },
    'x=a@0 x=a@1 x=b@2',
    'counted counted fired',
    'a triggered@2 x=b@2 [x=a@0 x=b@2] of 2',
  ],
  [
    'of a sliding window those in its list',
    sliding,
    'x@0 x@10 x@9+11',
    'counted counted fired',
    'a triggered@9 x@9 [x@10 x@9] of 2',
  ],
  [
    'of them the last',
    { ...sliding, threshold: 3, collect: 2 },
    'x@0 x@1 x@2',
    'counted counted fired',
    'a triggered@2 x@2 [x@1 x@2] of 3',
  ],
  [
    'of a sliding window of values the event with the newest time of each',
    { ...sliding, distinct: 'payload.v' },
    'x=a@0 x=a@5 x=a@3+6 x=b@7',
    'counted counted counted fired',
    'a triggered@7 x=b@7 [x=a@5 x=b@7] of 2',
  ],
  [
    'of equal times the event that was applied first',
    { ...sliding, expect: ['x', 'y'], distinct: 'payload.v' },
    'x=a@5 y=a@5 x=b@7',
    'counted counted fired',
    'a triggered@7 x=b@7 [x=a@5 x=b@7] of 2',
  ],
  [
    'reminders and ends bring none',
    { ...pair, threshold: 1, remind: 100, resolve: { on: ['ok'] } },
    'x@0 -@100 ok@101',
    'fired resolved',
    'a triggered@0 x@0 [x@0] of 1',
    'a triggered@100 x@0 #1',
    'a resolved@101 ok@101',
  ],
];

test.each(LINES)('%s', async (...line) => {
  expect(await playLine(line)).toEqual(toldOf(line));
});

test.each([
  ['a firing', three, 'x@0 x@1 x@2'],
  ['a firing of a sliding window', sliding, 'x@0 x@1'],
  ['a reset', { ...three, after: ['a'], reset: ['ok'] }, 'a@0 x@1 ok@2'],
  ['an absence', absent, 'a@0 x@1 -@10'],
  ['what satisfies', { ...absent, threshold: 2 }, 'a@0 x@1 x@2'],
  ['the end of its time', { ...three, within: 10 }, 'x@0 -@70'],
  ['the end of the time of a sliding window', sliding, 'x@0 -@70'],
])('no document is left behind %s', async (_, trigger, line) => {
  const { world, name } = await play(trigger, line);
  expect((await world.state())[`last:${name}`]).toBeUndefined();
});

test('as many documents are kept as a firing brings', async () => {
  const { world, name } = await play({ ...three, collect: 2, threshold: 9 }, 'x@0 x@1 x@2 x@3');
  expect(Object.keys((await world.state())[`last:${name}`] ?? {})).toHaveLength(2);
});

test.each([
  ['that are in the list', { ...sliding, threshold: 3 }, 'x@0 x@11'],
  ['as there are values', { ...sliding, distinct: 'payload.v' }, 'x=a@0 x=a@5'],
])('a sliding window keeps as many documents %s', async (_, trigger, line) => {
  const { world, name } = await play(trigger, line);
  expect(Object.keys((await world.state())[`last:${name}`] ?? {})).toHaveLength(1);
});

test.each([
  ['a tumbling window', three],
  ['a sliding window', { ...sliding, threshold: 3 }],
])('of more than a million bytes the oldest of %s go', async (_, trigger) => {
  const text = 'v'.repeat(400_000);
  const { world } = await play(trigger, 'z@0');
  for (const id of ['one', 'two', 'three']) await world.meet('x', { id, payload: { text } });
  expect(await world.told()).toEqual(['a triggered@0 three [two three] of 3']);
});
