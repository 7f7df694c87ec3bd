import { describe, expect, test } from 'vitest';
import { type Line, play, playLine, toldOf } from '../support/timeline.ts';
import { World } from '../support/world.ts';

const distinct = { posture: 'Reactive', expect: ['x'], threshold: 3, within: 60, distinct: 'payload.v' };
const pair = { ...distinct, threshold: 2 };
const opened = { ...pair, after: ['x'] };
const absent = { posture: 'Proactive', after: ['a'], expect: ['x'], threshold: 2, within: 10, distinct: 'payload.v' };
const sum = { posture: 'Reactive', expect: ['x'], threshold: 100, within: 60, sum: 'payload.v' };
const lacking = { ...absent, distinct: undefined, sum: 'payload.v', threshold: 10 };

const LONG = 'v'.repeat(128);
const tenths = Array.from({ length: 10 }, (_, i) => `x=0.1@${i}`).join(' ');

/** Rules 17.2. */
const LINES: Line[] = [
  [
    'a value counts once',
    distinct,
    'x=a@0 x=a@1 x=b@2 x=a@3 x=c@4',
    'counted counted counted counted fired',
    'a triggered@4 x=c@4',
  ],
  [
    'values of different types differ',
    { ...distinct, threshold: 4 },
    'x=1@0 x="1"@1 x=true@2 x="true"@3',
    'counted counted counted fired',
    'a triggered@3 x="true"@3',
  ],
  [
    'a value that other values are written with differs from them',
    distinct,
    'x=a+b@0 x=a@1 x=b@2',
    'counted counted fired',
    'a triggered@2 x=b@2',
  ],
  ['an empty text is a value', pair, 'x=""@0 x=a@1', 'counted fired', 'a triggered@1 x=a@1'],
  [
    'a new window knows no values',
    { ...pair, within: 10 },
    'x=a@0 x=b@10 x=b@11 x=a@12',
    'counted counted counted fired',
    'a triggered@12 x=a@12',
  ],
  [
    'a firing forgets the values',
    { ...pair, within: 0 },
    'x=a@0 x=b@1 x=a@2 x=a@3 x=b@4',
    'counted fired counted counted fired',
    'a triggered@1 x=b@1',
    'a triggered@4 x=b@4',
  ],
  [
    'the event that arms does not count',
    opened,
    'x=a@0 x=b@1 x=b@2 x=a@3',
    'armed+counted counted counted fired',
    'a triggered@3 x=a@3',
  ],
  ['what has no value arms', opened, 'x=null@0 x=a@1 x=b@2', 'armed counted fired', 'a triggered@2 x=b@2'],
  ['two of one value do not satisfy', absent, 'a@0 x=a@1 x=a@2 -@10', 'armed counted counted', 'a triggered@10 x=a@2'],
  ['two values satisfy', absent, 'a@0 x=a@1 x=b@2 -@10', 'armed counted satisfied'],
  [
    'what has no value is not reported',
    absent,
    'a@0 x=a@1 x=null@2 -@10',
    'armed counted no-value',
    'a triggered@10 x=a@1',
  ],
  [
    'one event makes up for what was missing',
    { ...absent, threshold: 5 },
    'a@0 x=a@1 -@10 x=a@11',
    'armed counted made-up+resolved',
    'a triggered@10 x=a@1',
    'a resolved@11 x=a@11',
  ],
  [
    'P7 one event from before the window makes up for an older one',
    { ...absent, threshold: 5 },
    'a@0 -@10 a@20 x=a@5+21',
    'armed armed late+resolved',
    'a triggered@10 a@0',
    'a resolved@5 x=a@5',
  ],
  [
    'what came before the arming event does not count',
    { ...absent, threshold: 1 },
    'x=a@5 a@3+6 -@20',
    'idle armed',
    'a triggered@13 a@3',
  ],
  [
    'a sum reaches its threshold, and no text adds to it',
    sum,
    'x=60@0 x=30@1 x=ten@2 x=10.5@3',
    'counted counted no-value fired',
    'a triggered@3 x=10.5@3',
  ],
  [
    'a sum is exact to 12 digits',
    { ...sum, threshold: 1 },
    tenths,
    `${'counted '.repeat(9)}fired`,
    'a triggered@9 x=0.1@9',
  ],
  ['a sum is less than its threshold from the twelfth digit on', sum, 'x=99.9999999999@0', 'counted'],
  ['a sum can decrease', sum, 'x=60@0 x=-20@1 x=59@2 x=1@3', 'counted counted counted fired', 'a triggered@3 x=1@3'],
  [
    'a sum keeps all of its digits',
    sum,
    'x=33.3333@0 x=33.3333@1 x=33.3334@2',
    'counted counted fired',
    'a triggered@2 x=33.3334@2',
  ],
  ['a sum of one value fires', { ...sum, threshold: 0.5 }, 'x=0.5@0', 'fired', 'a triggered@0 x=0.5@0'],
  [
    'the event that arms adds nothing',
    { ...sum, after: ['x'] },
    'x=100@0 x=99@1 x=1@2',
    'armed+counted counted fired',
    'a triggered@2 x=1@2',
  ],
  ['too small a sum is an absence', lacking, 'a@0 x=9.5@1 -@10', 'armed counted', 'a triggered@10 x=9.5@1'],
  ['enough is none', lacking, 'a@0 x=9.5@1 x=0.5@2 -@10', 'armed counted satisfied'],
  [
    'any one value makes up for what was missing of a sum',
    lacking,
    'a@0 -@10 x=0@11',
    'armed made-up+resolved',
    'a triggered@10 a@0',
    'a resolved@11 x=0@11',
  ],
  [
    'a heartbeat with a value begins at 0, and starts anew with what was enough',
    { ...lacking, after: ['x'] },
    'x=10@0 x=9@1 x=1@2 -@20',
    'armed+counted counted restarted',
    'a triggered@12 x=1@2',
  ],
];

test.each(LINES)('%s', async (...line) => {
  expect(await playLine(line)).toEqual(toldOf(line));
});

describe('what is no value', () => {
  test.each([
    ['distinct', pair, ['x@0', 'x=null@1', 'x={}@2', 'x=[1]@3']],
    ['sum', sum, ['x@0', 'x=null@1', 'x="100"@2', 'x=true@3', 'x=[100]@4']],
  ])('of %s leaves nothing', async (_, trigger, steps) => {
    const { world, name, words } = await play(trigger, steps.join(' '));
    expect(words).toBe(steps.map(() => 'no-value').join(' '));
    const state = await world.state();
    expect(Object.keys(state).filter((key) => key.endsWith(`:${name}`))).toEqual([`trigger:${name}`]);
  });
});

test.each([
  ['however they are written', ['1', '1.0', '1e0', '10e-1']],
  ['0 and -0', ['0', '-0', '0.0', '-0.0']],
])('equal numbers are one value: %s', async (_, numbers) => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: pair });
  for (const [i, number] of numbers.entries()) {
    await world.at(i).append(['data', `{"id":"${i}","event":"x","resource":{"id":"r"},"payload":{"v":${number}}}`]);
    expect(await world.drain()).toEqual(['applied counted']);
  }
  expect(await world.meet('x', { payload: { v: 2 } })).toBe('applied fired');
});

test.each([
  ['differ behind what is alike', [`${LONG}a`, `${LONG}b`, `${LONG}c`], 'counted counted fired'],
  ['are equal when all of them is', [`${LONG}a`, `${LONG}a`, `${LONG}a`], 'counted counted counted'],
])('long values %s', async (_, values, words) => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: distinct });
  for (const v of values) await world.send('x', { payload: { v } });
  expect(await world.drain()).toEqual(words.split(' ').map((word) => `applied ${word}`));
});
