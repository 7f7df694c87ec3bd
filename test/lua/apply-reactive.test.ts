import { describe, expect, test } from 'vitest';
import { indexFaults } from '../support/deadlines.ts';
import { meet, meetRow, outcomeOf, type Row, showWindow } from '../support/window-table.ts';
import { ms, World } from '../support/world.ts';

const plain = { posture: 'Reactive', expect: ['x'], threshold: 3, within: 10 };
const armed = { ...plain, after: ['a'] };
const both = { ...plain, after: ['x'], threshold: 2 };
const now = { ...plain, within: 0 };

const DAYS30 = 30 * 24 * 3_600;

/** Rules 7.2, row by row. */
const ROWS: Row[] = [
  ['R1 arms where nothing was', armed, '-', 'a@5', 'armed', '[5,15) 0 keep 75'],
  ['R1 arms again at the very end of a window', armed, '[0,10) 1 keep 70', 'a@10', 'armed', '[10,20) 0 keep 80'],
  ['R1 not a millisecond before', armed, '[0,10) 1 keep 70', 'a@9.999', 'open', '[0,10) 1 keep 70'],
  ['R1 the arming event is not one of the further occurrences', both, '-', 'x@5', 'armed+counted', '[5,15) 0 keep 75'],
  ['R1 with threshold 0 it fires at once', { ...both, threshold: 0 }, '-', 'x@5', 'fired', '-', 'a triggered@5 new'],
  [
    'R2 arming inside an open window neither extends nor resets it',
    armed,
    '[0,10) 1 keep 70',
    'a@5',
    'open',
    '[0,10) 1 keep 70',
  ],
  ['R3 what is not armed does not count', armed, '-', 'x@5', 'not-armed', '-'],
  ['R4 a first window reaches back', plain, '-', 'x@5', 'counted', '[-895,15) 1 keep 75'],
  ['R5 too old', plain, '[0,10) 1 keep 70', 'x@-0.001', 'late', '[0,10) 1 keep 70'],
  ['R5 exactly at the start counts', plain, '[0,10) 1 keep 70', 'x@0', 'counted', '[0,10) 2 keep 70'],
  ['R5 deaf after a firing', plain, '[10,20) 0 keep 80', 'x@9.999', 'resting', '[10,20) 0 keep 80'],
  ['R5 from before the window that fired', plain, '[10,20) 0 keep 80', 'x@-0.001', 'late', '[10,20) 0 keep 80'],
  ['R5 from before what armed', armed, '[10,20) 0 keep 80', 'x@9', 'late', '[10,20) 0 keep 80'],
  ['R6 disarmed when its time is over', armed, '[0,10) 2 keep 70', 'x@10', 'disarmed', '-'],
  ['R7 a new window, not reaching back', plain, '[0,10) 2 keep 70', 'x@10', 'counted', '[10,20) 1 keep 80'],
  ['R7 that begins with its event', plain, '[0,10) 2 keep 70', 'x@13', 'counted', '[13,23) 1 keep 83'],
  ['R8 counts up to the last millisecond', plain, '[0,10) 1 keep 70', 'x@9.999', 'counted', '[0,10) 2 keep 70'],
  [
    'R2 without a window it is kept longer',
    { ...armed, within: 0 },
    '[0,0) 1 keep 2592000',
    'a@5',
    'open',
    `[0,0) 1 due 5 keep ${5 + DAYS30}`,
  ],
  [
    'R10 without a window an armed trigger counts on',
    { ...armed, within: 0 },
    '[0,0) 0',
    'x@5',
    'counted',
    `[0,0) 1 due 5 keep ${5 + DAYS30}`,
  ],
  [
    'R1 armed and expected at once counts from the next on',
    { ...both, within: 0, threshold: 1 },
    '-',
    'x@5',
    'armed+counted',
    `[5,5) 0 keep ${5 + DAYS30}`,
  ],
  [
    'R10 without a window the count goes on',
    now,
    '[-895,5) 1',
    'x@20',
    'counted',
    `[-895,5) 2 due 20 keep ${20 + DAYS30}`,
  ],
  [
    'R11 fires, and the next window follows on the first',
    plain,
    '[0,10) 2 keep 70',
    'x@5',
    'fired',
    '[10,20) 0 keep 80',
    'a triggered@5 new',
  ],
  [
    'R11 fires in a window opened by the event itself',
    { ...plain, threshold: 1 },
    '-',
    'x@5',
    'fired',
    '[15,25) 0 keep 85',
    'a triggered@5 new',
  ],
  ['R11 an armed trigger is done', armed, '[0,10) 2 keep 70', 'x@5', 'fired', '-', 'a triggered@5 new'],
  ['R11 without a window every so many fire', now, '[-895,5) 2', 'x@20', 'fired', '-', 'a triggered@20 new'],
  [
    'R11 threshold 0 acts like 1',
    { ...plain, threshold: 0 },
    '-',
    'x@5',
    'fired',
    '[15,25) 0 keep 85',
    'a triggered@5 new',
  ],
];

test.each(ROWS)('%s', async (...row) => {
  expect(await meetRow(row)).toEqual(outcomeOf(row));
});

describe('how long a window is kept', () => {
  test('60 s after its end', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: plain });
    await world.meet('x');
    const { name } = await world.node('a');
    await world.at(69.999).settle();
    expect(showWindow(await world.state(), name)).toBe('[-900,10) 1 keep 70');
    await world.at(70).settle();
    const state = await world.state();
    expect(Object.keys(state).filter((key) => /^(windows|deadlines):/.test(key))).toEqual([]);
  });

  test('60 s after it was opened, when it was opened late', async () => {
    expect(await meet(new World(), { trigger: plain, before: '-', event: 'x', t: -300, at: 50 })).toEqual([
      'counted',
      '[-1200,-290) 1 due 50 keep 110',
    ]);
  });

  test('60 s after the end of the next one, when that is over earlier', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: plain });
    await world.at(50).meet('x', { t: -300 });
    // From here on everything is 350 s late.
    await world.at(51).meet('x', { t: -280 });
    const state = await world.state();
    expect(showWindow(state, (await world.node('a')).name)).toBe('[-280,-270) 1 keep -210');
    expect(indexFaults(state)).toEqual([]);
  });

  test('without `within` 30 days after its last event', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: now });
    await world.meet('x');
    await world.at(3_600).meet('x');
    const { name } = await world.node('a');
    await world.at(3_600 + DAYS30 - 0.001).settle();
    expect(showWindow(await world.state(), name)).toBe(`[-900,0) 2 due 3600 keep ${3_600 + DAYS30}`);
    await world.at(3_600 + DAYS30).settle();
    expect(showWindow(await world.state(), name)).toBe('-');
  });

  test('without `within` by when that event happened, where as_of lies behind it', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: now });
    await world.meet('other', { t: -100 });
    await world.at(5).meet('x', { t: -90 });
    await world.at(6).meet('x', { t: -50 });
    const { name } = await world.node('a');
    expect(showWindow(await world.state(), name)).toBe(`[-990,-90) 2 due -50 keep ${DAYS30 - 50}`);
  });

  test('by the lag too: as_of is that of the entry', async () => {
    const world = new World();
    await world.meet('other', { t: -100 });
    expect(await meet(world, { trigger: plain, before: '-', event: 'x', t: -90, at: 10 })).toEqual([
      'counted',
      '[-990,-80) 1 keep -20',
    ]);
  });
});

test('an event dated ahead counts when it is received', async () => {
  expect(
    await meet(new World(), { trigger: { ...plain, threshold: 1 }, before: '-', event: 'x', t: 31_536_000, at: 0 }),
  ).toEqual(['fired', '[10,20) 0 keep 80', 'a triggered@0 new']);
});

test('keys are apart, whatever stands in them', async () => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { ...plain, threshold: 2, for_each: ['id', 'x'] } });
  const { name } = await world.node('a');
  const labels: Record<string, string>[] = [
    { id: 'a+b', x: '' },
    { id: 'a', x: 'b' },
    { id: 'a' },
    { id: 'ä, 😀', x: '"\n' },
  ];
  for (const resource of labels) await world.meet('x', { resource });
  expect(await world.told()).toEqual([]);
  expect(Object.keys((await world.state())[`windows:${name}`] ?? {})).toHaveLength(4);
  for (const resource of labels) await world.meet('x', { resource });
  expect((await world.firings()).map((firing) => firing.labels)).toEqual(labels.map((one) => ({ x: '', ...one })));
});

test('windows tumble, they do not slide', async () => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: plain });
  for (const at of [0, 9, 11, 12]) await world.at(at).meet('x');
  expect(await world.told()).toEqual([]);
  expect(await world.at(13).meet('x', { id: 'third' })).toBe('applied fired');
});

test('events without id are told apart by their entries', async () => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { ...plain, for_each: ['id'] } });
  for (let i = 0; i < 3; i += 1) await world.append(['event', 'x', 'resource.id', 'r']);
  expect(await world.drain()).toEqual(['applied counted', 'applied counted', 'applied fired']);
  expect(await world.told()).toEqual([`a triggered@0 r entry-${ms(0)}-2`]);
});
