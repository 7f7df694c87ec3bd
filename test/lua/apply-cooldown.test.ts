import { expect, test } from 'vitest';
import { isKept, type Line, play, playLine, playOn, toldOf } from '../support/timeline.ts';

const hourly = { posture: 'Reactive', expect: ['x'], threshold: 1, within: 0, cooldown: 3_600 };
const pairs = { ...hourly, threshold: 2, cooldown: 10 };
const tumbling = { ...hourly, within: 10, cooldown: 5 };
const armed = { ...tumbling, after: ['a'] };

/** Rules 17.4. */
const LINES: Line[] = [
  [
    'a key is quiet until its time is over',
    hourly,
    'x@0 x@10 x@3599.999 x@3600 x@3601',
    'fired cooling cooling fired cooling',
    'a triggered@0 x@0',
    'a triggered@3600 x@3600',
  ],
  [
    'the time begins when the event happened, not when it came',
    { ...hourly, cooldown: 10 },
    'x@0+50 x@9.999+51 x@10+51',
    'fired cooling fired',
    'a triggered@0 x@0',
    'a triggered@10 x@10',
  ],
  ['what happened before the firing is quiet, too', hourly, 'x@100 x@50+101', 'fired cooling', 'a triggered@100 x@100'],
  [
    'nothing is counted meanwhile',
    pairs,
    'x@0 x@1 x@5 x@6 x@11 x@12',
    'counted fired cooling cooling counted fired',
    'a triggered@1 x@1',
    'a triggered@12 x@12',
  ],
  [
    'a cooldown of 0 is none',
    { ...hourly, cooldown: 0 },
    'x@0 x@0.001',
    'fired fired',
    'a triggered@0 x@0',
    'a triggered@0.001 x@0.001',
  ],
  [
    'a window that is deaf for longer stays so',
    tumbling,
    'x@0 x@4 x@6 x@10',
    'fired cooling resting fired',
    'a triggered@0 x@0',
    'a triggered@10 x@10',
  ],
  [
    'a key that is quiet for longer than its window stays so',
    { ...tumbling, cooldown: 15 },
    'x@0 x@12 x@15',
    'fired cooling fired',
    'a triggered@0 x@0',
    'a triggered@15 x@15',
  ],
  [
    'what is armed meanwhile is watched afterwards',
    armed,
    'a@0 x@1 a@3 x@4 x@6',
    'armed fired cooling cooling fired',
    'a triggered@1 x@1',
    'a triggered@6 x@6',
  ],
  [
    'until the window is over that began when it was armed',
    armed,
    'a@0 x@1 a@3 a@5 x@13',
    'armed fired cooling cooling disarmed',
    'a triggered@1 x@1',
  ],
  [
    'a window that is over is opened anew by what arms meanwhile',
    { ...armed, cooldown: 20 },
    'a@0 x@1 a@3 a@13 x@21',
    'armed fired cooling cooling fired',
    'a triggered@1 x@1',
    'a triggered@21 x@21',
  ],
  [
    'an event that arms and is expected opens a window with count 0',
    { ...armed, after: ['x'], cooldown: 10 },
    'x@0 x@1 x@2 x@11',
    'armed+counted fired cooling fired',
    'a triggered@1 x@1',
    'a triggered@11 x@11',
  ],
  [
    'what resets does so, and only the rest of it is cooling',
    { ...armed, expect: ['x', 'ok'], reset: ['ok'] },
    'a@0 x@1 a@3 ok@4 x@7',
    'armed fired cooling reset+cooling not-armed',
    'a triggered@1 x@1',
  ],
];

test.each(LINES)('%s', async (...line) => {
  expect(await playLine(line)).toEqual(toldOf(line));
});

test('a quiet key is kept for 60 s behind its time', async () => {
  const trigger = { ...hourly, cooldown: 100 };
  expect(await isKept(trigger, 'x@0 -@159.999')).toBe(true);
  expect(await isKept(trigger, 'x@0 -@160')).toBe(false);
});

test('a key that is quiet until before it was heard of is kept for 60 s', async () => {
  const trigger = { ...hourly, cooldown: 10 };
  // Everything is 50 s late from here on.
  expect(await isKept(trigger, 'x@0+50 -@159.999')).toBe(true);
  expect(await isKept(trigger, 'x@0+50 -@160')).toBe(false);
});

test('arming without `within` keeps the window that was armed meanwhile', async () => {
  const trigger = { ...armed, within: 0, cooldown: 100 };
  const days = 30 * 24 * 3_600;
  const line = 'a@0 x@1 a@2 a@50';
  expect(await isKept(trigger, `${line} -@${days + 49.999}`)).toBe(true);
  expect(await isKept(trigger, `${line} -@${days + 50}`)).toBe(false);
});

test('a time that is set stays when the cooldown is changed', async () => {
  const { world } = await play(hourly, 'x@0');
  await world.put({ id: 'a', name: 'A', trigger: { ...hourly, cooldown: 10 } });
  expect(await playOn(world, 'x@3599.999 x@3600 x@3610')).toBe('cooling fired fired');
});

test('a child that is quiet tells its composite nothing', async () => {
  const children = [
    { ...hourly, cooldown: 10 },
    { posture: 'Reactive', expect: ['b'] },
  ];
  const { told } = await play({ type: 'compound', require: 'all', triggers: children }, 'x@0 x@5 b@6 x@7 b@8 x@11');
  expect(told).toEqual(['a triggered@6 b@6 (0 1)', 'a triggered@11 x@11 (0 1)']);
});
