import { expect, test } from 'vitest';
import { isKept, type Line, play, playLine, playOn, toldOf } from '../support/timeline.ts';

const down = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 60, remind: 600, remind_limit: 2 };
const endless = { ...down, remind_limit: undefined };
const key = { posture: 'Reactive', expect: ['x'], threshold: 1, within: 0, remind: 100, resolve: { on: ['ok'] } };
const silence = { ...key, resolve: { after: 300 } };

/** Rules 17.7. */
const LINES: Line[] = [
  [
    'an absence comes out again, as often as it may',
    down,
    'a@0 -@60 -@659.999 -@660 -@1260 -@5000',
    'armed',
    'a triggered@60 a@0',
    'a triggered@660 a@0 #1',
    'a triggered@1260 a@0 #2',
  ],
  [
    'until it is made up for',
    down,
    'a@0 -@60 -@660 x@700 -@5000',
    'armed made-up+resolved',
    'a triggered@60 a@0',
    'a triggered@660 a@0 #1',
    'a resolved@700 x@700',
  ],
  [
    'without a limit again and again, each at its time, however late they are looked for',
    endless,
    'a@0 -@1860',
    'armed',
    'a triggered@60 a@0',
    'a triggered@660 a@0 #1',
    'a triggered@1260 a@0 #2',
    'a triggered@1860 a@0 #3',
  ],
  [
    'a reminder comes before an event of its own time',
    key,
    'x@0 ok@100',
    'fired resolved',
    'a triggered@0 x@0',
    'a triggered@100 x@0 #1',
    'a resolved@100 ok@100',
  ],
  [
    'also where time has not come so far',
    key,
    // Everything is 50 s late until the last event has come.
    'x@0 z@10+60 ok@120',
    'fired applied resolved',
    'a triggered@0 x@0',
    'a triggered@100 x@0 #1',
    'a resolved@120 ok@120',
  ],
  [
    'not before an event of the millisecond before',
    key,
    'x@0 z@10+60 ok@99.999+120 -@200',
    'fired applied resolved',
    'a triggered@0 x@0',
    'a resolved@99.999 ok@99.999',
  ],
  [
    'a reminder has the event of the firing, not the newest of the alert',
    key,
    'x@0 x@50 -@100',
    'fired active',
    'a triggered@0 x@0',
    'a triggered@100 x@0 #1',
  ],
  [
    'a firing that renews the alert begins again with the first',
    endless,
    'a@0 -@60 a@500 -@560 -@660 -@1160',
    'armed armed',
    'a triggered@60 a@0',
    'a triggered@560 a@500',
    'a triggered@1160 a@500 #1',
  ],
  [
    'none at the time at which the alert ends',
    silence,
    'x@0 -@300 -@900',
    'fired',
    'a triggered@0 x@0',
    'a triggered@100 x@0 #1',
    'a triggered@200 x@0 #2',
    'a resolved@300 x@0',
  ],
  [
    'a reminder renews nothing',
    { ...silence, remind: 250 },
    'x@0 -@250 -@300',
    'fired',
    'a triggered@0 x@0',
    'a triggered@250 x@0 #1',
    'a resolved@300 x@0',
  ],
  [
    'reminders of before the firing was known do not come, but have their numbers',
    key,
    // Everything is 900 s late from here on: so much is the most.
    'x@0+1000 -@2000',
    'fired',
    'a triggered@0 x@0',
    'a triggered@1100 x@0 #11',
  ],
  [
    'the others come at their times behind the firing',
    key,
    'x@50+1000 -@2000',
    'fired',
    'a triggered@50 x@50',
    'a triggered@1050 x@50 #10',
  ],
  [
    'the first comes at its time, also where time has not come so far as the firing',
    key,
    'z@-150+0 x@1 -@100.999 -@101',
    'applied fired',
    'a triggered@1 x@1',
    'a triggered@101 x@1 #1',
  ],
  [
    'those that did not come count for the limit',
    { ...key, remind_limit: 10 },
    'x@0+1000 -@3000',
    'fired',
    'a triggered@0 x@0',
  ],
  [
    'an alert that is over at once has none',
    key,
    'ok@10 x@5+11 -@1000',
    'idle fired',
    'a triggered@5 x@5',
    'a resolved@10 x@5',
  ],
  [
    'an absence that is over already has none',
    down,
    // The window ends at 60, what was missing came behind it, and both are known at once.
    'x@70+80 a@0+80 -@2000',
    'idle armed',
    'a triggered@60 a@0',
    'a resolved@70 a@0',
  ],
];

test.each(LINES)('%s', async (...line) => {
  expect(await playLine(line)).toEqual(toldOf(line));
});

test('each reminder is a firing of its own', async () => {
  const { world } = await play(endless, 'a@0 -@1860');
  const firings = await world.firings();
  expect(new Set(firings.map(({ id }) => id)).size).toBe(4);
  expect(firings.map(({ state }) => state)).toEqual(['Triggered', 'Triggered', 'Triggered', 'Triggered']);
});

test('nothing is left of an alert that ended, nor of its firing', async () => {
  expect(await isKept(down, 'a@0 -@60 -@660 x@700')).toBe(false);
  expect(await isKept(silence, 'x@0 -@359.999')).toBe(true);
  expect(await isKept(silence, 'x@0 -@360')).toBe(false);
});

test('an alert keeps the reminders that its trigger had when it began', async () => {
  const { world } = await play(key, 'x@0');
  await world.put({ id: 'a', name: 'A', trigger: { ...key, remind: 10 } });
  await playOn(world, '-@100 ok@110 x@120 -@130');
  expect(await world.told()).toEqual([
    'a triggered@0 x@0',
    'a triggered@100 x@0 #1',
    'a resolved@110 ok@110',
    'a triggered@120 x@120',
    'a triggered@130 x@120 #1',
  ]);
});

test('what is enabled again has used up the reminders whose time has passed', async () => {
  const { world } = await play(key, 'x@0');
  await world.put({ id: 'a', name: 'A', trigger: key, enabled: false });
  world.at(200);
  await world.put({ id: 'a', name: 'A', trigger: key });
  await playOn(world, '-@299.999');
  expect(await world.told()).toEqual(['a triggered@0 x@0']);
  await playOn(world, '-@300');
  expect(await world.told()).toEqual(['a triggered@0 x@0', 'a triggered@300 x@0 #3']);
});

test('one of the moment at which it is enabled is used up, too', async () => {
  const { world } = await play(key, 'x@0');
  await world.put({ id: 'a', name: 'A', trigger: key, enabled: false });
  world.at(100);
  await world.put({ id: 'a', name: 'A', trigger: key });
  await playOn(world, '-@199.999 -@200');
  expect(await world.told()).toEqual(['a triggered@0 x@0', 'a triggered@200 x@0 #2']);
});

test('the cause of a reminder stays that of the firing, whatever keeps the alert', async () => {
  const ids = async (line: string) =>
    (await (await play(key, line)).world.firings()).filter(({ reminder }) => reminder).map(({ id }) => id);
  expect(await ids('x@0 x@50 -@100')).toEqual(await ids('x@0 -@100'));
});
