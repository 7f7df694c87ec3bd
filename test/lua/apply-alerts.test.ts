import { expect, test } from 'vitest';
import { isKept, type Line, play, playLine, playOn, toldOf } from '../support/timeline.ts';

const both = { posture: 'Reactive', expect: ['x'], threshold: 2, within: 60, resolve: { on: ['ok'], after: 300 } };
const single = { ...both, threshold: 1, within: 0, resolve: { on: ['ok'] } };
const silence = { ...single, resolve: { after: 300 } };
const armed = { ...single, after: ['a'], within: 10 };
const sliding = { ...both, within: 10, window: 'sliding', resolve: { on: ['ok'] } };

const DAYS30 = 30 * 24 * 3_600;

/** Rules 17.6. */
const LINES: Line[] = [
  [
    'a key fires once for each alert, until an event or a silence ends it',
    both,
    'x@0 x@10 x@20 x@30 ok@40 x@50 x@55 -@354.999 -@355',
    'counted fired active active resolved counted fired',
    'a triggered@10 x@10',
    'a resolved@40 ok@40',
    'a triggered@55 x@55',
    'a resolved@355 x@55',
  ],
  [
    'L1 what is older than the newest event of the alert ends nothing',
    single,
    'x@10 x@20 ok@19.999+21 ok@20+22',
    'fired active late resolved',
    'a triggered@10 x@10',
    'a resolved@20 ok@20',
  ],
  [
    'L1 not even when it is older than the firing alone',
    single,
    'x@10 ok@9.999+11 x@12',
    'fired late active',
    'a triggered@10 x@10',
  ],
  ['without an alert nothing ends', single, 'ok@0', 'idle'],
  [
    'L1 the window goes with the alert',
    both,
    'x@0 x@59 x@119 ok@120 x@121 x@122',
    'counted fired active resolved counted fired',
    'a triggered@59 x@59',
    'a resolved@120 ok@120',
    'a triggered@122 x@122',
  ],
  [
    'L1 not one that arming has opened since',
    armed,
    'a@0 x@1 a@5 ok@6 x@7',
    'armed fired active resolved fired',
    'a triggered@1 x@1',
    'a resolved@6 ok@6',
    'a triggered@7 x@7',
  ],
  [
    'L1 one that was armed before the newest event of the alert',
    armed,
    'a@0 x@1 a@5 x@6 ok@7 x@8',
    'armed fired active active resolved not-armed',
    'a triggered@1 x@1',
    'a resolved@7 ok@7',
  ],
  [
    'L2 what is older than the newest event of the alert does not prolong it',
    silence,
    'x@0 x@100 x@50+110 -@400',
    'fired active active',
    'a triggered@0 x@0',
    'a resolved@400 x@100',
  ],
  [
    'L2 arming alone does not prolong it',
    { ...armed, resolve: { after: 300 } },
    'a@0 x@1 a@100 -@301',
    'armed fired active',
    'a triggered@1 x@1',
    'a resolved@301 x@1',
  ],
  [
    'an event settles an end that lies before it',
    silence,
    // Everything is 50 s late until the last event has come.
    'x@0 z@100+150 x@300',
    'fired applied fired',
    'a triggered@0 x@0',
    'a resolved@300 x@0',
    'a triggered@300 x@300',
  ],
  [
    'but not one of the millisecond before',
    silence,
    'x@0 z@100+150 x@299.999',
    'fired applied active',
    'a triggered@0 x@0',
  ],
  [
    'what happened before the recovery is late',
    single,
    'x@0 ok@10 x@9.999+11 x@10+12',
    'fired resolved late fired',
    'a triggered@0 x@0',
    'a resolved@10 ok@10',
    'a triggered@10 x@10',
  ],
  [
    'what happened before the last event of an alert that silence ended is late',
    { ...silence, threshold: 2 },
    'x@0 x@10 x@20 -@320 x@19.999+321 x@20.001+322',
    'counted fired active late counted',
    'a triggered@10 x@10',
    'a resolved@320 x@20',
  ],
  [
    'what is armed while a key is quiet is watched, but not from before the recovery',
    { ...armed, within: 200, cooldown: 100 },
    'a@0 x@1 ok@7 a@6.999+8 x@101',
    'armed fired resolved cooling not-armed',
    'a triggered@1 x@1',
    'a resolved@7 ok@7',
  ],
  [
    'the end of an alert leaves the key quiet',
    { ...single, cooldown: 100 },
    'x@0 ok@5 x@6 x@100',
    'fired resolved cooling fired',
    'a triggered@0 x@0',
    'a resolved@5 ok@5',
    'a triggered@100 x@100',
  ],
  [
    'a recovery that came first ends the alert at once',
    single,
    'ok@10 x@5+11 x@6+12 x@11+13',
    'idle fired late fired',
    'a triggered@5 x@5',
    'a resolved@10 x@5',
    'a triggered@11 x@11',
  ],
  ['not one of its own time', single, 'ok@10 x@10+11 x@11', 'idle fired active', 'a triggered@10 x@10'],
  [
    'of several the newest one counts',
    single,
    'ok@10 ok@3+11 x@5+12',
    'idle idle fired',
    'a triggered@5 x@5',
    'a resolved@10 x@5',
  ],
  [
    'the recovery of an alert is remembered as well',
    single,
    'x@0 ok@10 x@5+1000 x@11+1001',
    'fired resolved fired fired',
    'a triggered@0 x@0',
    'a resolved@10 ok@10',
    'a triggered@5 x@5',
    'a resolved@10 x@5',
    'a triggered@11 x@11',
  ],
  [
    'the window goes with what was over at once',
    { ...single, within: 60 },
    'ok@10 x@5+11 x@11',
    'idle fired fired',
    'a triggered@5 x@5',
    'a resolved@10 x@5',
    'a triggered@11 x@11',
  ],
  [
    'a sliding window is emptied, and not quiet',
    sliding,
    'x@0 x@1 x@2 ok@3 x@2.999+4 x@4 x@5',
    'counted fired active resolved late counted fired',
    'a triggered@1 x@1',
    'a resolved@3 ok@3',
    'a triggered@5 x@5',
  ],
  [
    'what happened before the newest event of the firing is late, also behind an older recovery',
    sliding,
    'x@9 x@5+9 ok@6+10 x@8.999+11 x@9.5+12',
    'counted fired resolved late counted',
    'a triggered@5 x@5',
    'a resolved@6 ok@6',
  ],
  [
    'an event that resolves is not counted',
    { ...single, expect: ['x', 'ok'] },
    'x@0 ok@5 ok@6',
    'fired resolved fired',
    'a triggered@0 x@0',
    'a resolved@5 ok@5',
    'a triggered@6 ok@6',
  ],
];

test.each(LINES)('%s', async (...line) => {
  expect(await playLine(line)).toEqual(toldOf(line));
});

test.each([
  ['an alert for 30 days', single, 'x@0', DAYS30],
  ['an alert for 30 days behind its newest event', single, 'x@0 x@100 x@50+110', DAYS30 + 100],
  ['a recovery for half an hour', single, 'ok@5', 1_805],
  ['a recovery for half an hour behind the last that came', single, 'ok@5 ok@3+6', 1_806],
  ['the floor of an alert that silence ended for 60 s', silence, 'x@0 -@300', 360],
])('a key keeps %s', async (_, trigger, line, until) => {
  expect(await isKept(trigger, `${line} -@${until - 0.001}`)).toBe(true);
  expect(await isKept(trigger, `${line} -@${until}`)).toBe(false);
});

test('an alert is forgotten in silence', async () => {
  const { told } = await play(single, `x@0 -@${DAYS30} ok@${DAYS30 + 1}`);
  expect(told).toEqual(['a triggered@0 x@0']);
});

test('the floor of a recovery is kept for 60 s', async () => {
  const { words } = await play({ ...single, resolve: { on: ['ok'] } }, 'x@0 ok@10 x@9+69.999 x@9.5+70');
  expect(words).toBe('fired resolved late fired');
});

test('a recovery that came first is remembered for half an hour', async () => {
  const { told } = await play(single, 'ok@10 x@5+1809.999');
  expect(told).toEqual(['a triggered@5 x@5', 'a resolved@10 x@5']);
  const { told: later } = await play(single, 'ok@10 x@5+1810');
  expect(later).toEqual(['a triggered@5 x@5']);
});

test('what is enabled again has no alert whose time has passed, and no window beside it', async () => {
  const { world } = await play({ ...armed, within: 1_000, resolve: { after: 300 } }, 'a@0 x@1 a@5');
  const change = (enabled: boolean) =>
    world.put({ id: 'a', name: 'A', trigger: { ...armed, within: 1_000, resolve: { after: 300 } }, enabled });
  await change(false);
  world.at(301);
  await change(true);
  await playOn(world, '-@302');
  expect(await playOn(world, 'x@303')).toBe('not-armed');
  expect(await world.told()).toEqual(['a triggered@1 x@1']);
});

test('what is enabled again goes on with an alert whose time has not passed', async () => {
  const { world } = await play(silence, 'x@0');
  await world.put({ id: 'a', name: 'A', trigger: silence, enabled: false });
  world.at(299.999);
  await world.put({ id: 'a', name: 'A', trigger: silence });
  await playOn(world, '-@300');
  expect(await world.told()).toEqual(['a triggered@0 x@0', 'a resolved@300 x@0']);
});
