import { describe, expect, test } from 'vitest';
import { meetRow, outcomeOf, type Row, showWindow } from '../support/window-table.ts';
import { World } from '../support/world.ts';

const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 10 };
const two = { ...watch, threshold: 2 };
const beat = { ...watch, after: ['x'] };
const pulse = { ...watch, after: ['x'], expect: ['x', 'done'] };
const standing = { posture: 'Proactive', expect: ['x'], within: 10 };
const DAYS30 = 30 * 24 * 3_600;

/** Rules 7.3, row by row. */
const ROWS: Row[] = [
  ['P1 arms', watch, '-', 'a@5', 'armed', '[5,15) 0 last new'],
  ['P1 beside an alert that stays', watch, 'alert -9 1 9000', 'a@5', 'armed', '[5,15) 0 last new alert -9 1 9000'],
  ['P1 a heartbeat needs the next one', { ...beat, threshold: 2 }, '-', 'x@5', 'armed+counted', '[5,15) 0 last new'],
  ['P2 unless it is older than the window', watch, '[2,12) 0 last old', 'a@1', 'open', '[2,12) 0 last old'],
  [
    'P3 a heartbeat ends the alert at once',
    beat,
    'alert -9 1 9000',
    'x@5',
    'armed+counted+resolved',
    '[5,15) 0 last new',
    'a resolved@5 new',
  ],
  [
    'P3 unless it is older than the alert',
    beat,
    '[6,16) 0 last old alert 6 1 9000',
    'x@5',
    'late',
    '[6,16) 0 last old alert 6 1 9000',
  ],
  [
    'P3 exactly when the alert began',
    beat,
    'alert 5 1 9000',
    'x@5',
    'armed+counted+resolved',
    '[5,15) 0 last new',
    'a resolved@5 new',
  ],
  ['P5 what is not expected does not count', watch, '-', 'a@5', 'armed', '[5,15) 0 last new'],
  ['P5a P6 nothing to watch', watch, '-', 'x@5', 'idle', 'early 5'],
  ['P6 makes up for what was missing', two, 'alert -9 2 9000', 'x@5', 'made-up', 'alert -9 1 9000 early 5'],
  [
    'P6 and ends the alert when it was the last',
    two,
    'alert -9 1 9000',
    'x@5',
    'made-up+resolved',
    'early 5',
    'a resolved@5 new',
  ],
  ['P6 exactly when the alert began', two, 'alert 5 1 9000', 'x@5', 'made-up+resolved', 'early 5', 'a resolved@5 new'],
  ['P6 not when it is older than the alert', two, 'alert 5 1 9000', 'x@4.999', 'idle', 'alert 5 1 9000 early 4.999'],
  [
    'P7 late: neither counted nor remembered as last',
    watch,
    '[2,12) 0 last old',
    'x@1.999',
    'late',
    '[2,12) 0 last old early 1.999',
  ],
  ['P8 exactly at the start counts', two, '[2,12) 0 last old', 'x@2', 'counted', '[2,12) 1 last new early 2'],
  ['P9 counted', two, '[0,10) 0 last old', 'x@9.999', 'counted', '[0,10) 1 last new early 9.999'],
  ['P10 satisfied: the window closes', two, '[0,10) 1 last old', 'x@5', 'satisfied', 'early 5'],
  [
    'P10 and the alert ends',
    two,
    '[0,10) 1 last old alert -9 1 9000',
    'x@5',
    'satisfied+resolved',
    'early 5',
    'a resolved@5 new',
  ],
  ['P10 another event ends a pulse', pulse, '[0,10) 0 last old', 'done@5', 'satisfied', 'early 5'],
  ['P11 a heartbeat starts the next window', beat, '[0,10) 0 last old', 'x@5', 'restarted', '[5,15) 0 last new'],
  [
    'P11 and ends the alert, once',
    beat,
    '[0,10) 0 last old alert -9 1 9000',
    'x@5',
    'restarted+resolved',
    '[5,15) 0 last new',
    'a resolved@5 new',
  ],
  [
    'P11 a standing window starts anew',
    standing,
    '[0,10) 0 silent 1 last old',
    'x@5',
    'restarted',
    '[5,15) 0 silent 0 last new',
  ],
  [
    'P11 and ends the alert',
    standing,
    '[0,10) 0 silent 1 alert -9 1 9000',
    'x@5',
    'restarted+resolved',
    '[5,15) 0 silent 0 last new',
    'a resolved@5 new',
  ],
  [
    'P8 ends the silence',
    { ...standing, threshold: 2 },
    '[0,10) 0 silent 1',
    'x@5',
    'counted',
    '[0,10) 1 silent 0 last new',
  ],
];

test.each(ROWS)('%s', async (...row) => {
  expect(await meetRow(row)).toEqual(outcomeOf(row));
});

describe('a keyed standing trigger', () => {
  const keyed = { ...standing, for_each: ['id'] };

  test('P4 watches a key from its first event on, and remembers it for 30 days', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: keyed });
    const { name } = await world.node('a');
    expect(await world.at(5).meet('x', { id: 'first' })).toBe('applied restarted');
    expect(showWindow(await world.state(), name, 'r')).toBe(`[5,15) 0 keep ${5 + DAYS30} silent 0 last first`);
    await world.at(8).meet('x', { id: 'second' });
    expect(showWindow(await world.state(), name, 'r')).toBe(`[8,18) 0 keep ${8 + DAYS30} silent 0 last second`);
  });

  test('P4 does not reach back', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: { ...keyed, threshold: 3 } });
    expect(await world.at(5).meet('x')).toBe('applied counted');
    expect(await world.meet('x', { t: 4 })).toBe('applied late');
    expect(await world.at(14).meet('x')).toBe('applied counted');
  });

  test('opened by an old event it is due at once, and rolls on its own grid', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: { ...keyed, within: 30, repeat: true } });
    await world.at(100).meet('other');
    await world.meet('x', { id: 'old', t: 0 });
    const { name } = await world.node('a');
    expect(showWindow(await world.state(), name, 'r')).toBe(`[0,30) 0 due 100 keep ${100 + DAYS30} silent 0 last old`);
    await world.settle();
    expect(await world.told()).toEqual(['a triggered@30 r old']);
    expect(showWindow(await world.state(), name, 'r')).toBe(
      `[90,120) 0 keep ${100 + DAYS30} silent 1 last old alert 0 1 ${100 + DAYS30}`,
    );
  });
});

describe('rules 15', () => {
  const switched = {
    id: 's',
    name: 'S',
    trigger: { posture: 'Proactive', after: ['a'], expect: ['b'], within: 60, for_each: ['id'] },
  };

  /** `event@time` or `-@time` for a look of the scheduler. */
  async function play(document: object, line: string): Promise<string[]> {
    const world = new World();
    await world.put(document);
    for (const step of line.split(' ')) {
      const [name = '', at] = step.split('@');
      world.at(Number(at));
      if (name === '-') await world.settle();
      else await world.meet(name, { id: step });
    }
    return await world.told();
  }

  test.each([
    ['dead-man’s switch, satisfied', 'a@0 b@20 -@100', []],
    ['dead-man’s switch, fires and recovers', 'a@0 -@60 b@100', ['s triggered@60 r a@0', 's resolved@100 r b@100']],
    ['A-B-A', 'a@0 b@5 a@10 -@70', ['s triggered@70 r a@10']],
    [
      'late re-arm',
      'a@0 a@100 -@160 b@170',
      ['s triggered@60 r a@0', 's triggered@160 r a@100', 's resolved@170 r b@170'],
    ],
    ['unhealthy, unhealthy, healthy', 'a@0 -@60 a@100 b@120', ['s triggered@60 r a@0', 's resolved@120 r b@120']],
    ['late b, nothing else being late', 'a@0 b@75', ['s triggered@60 r a@0', 's resolved@75 r b@75']],
  ])('%s', async (_, line, told) => {
    expect(await play(switched, line)).toEqual(told);
  });

  test.each([
    ['heartbeat', 'h@0 h@10 -@40 h@45 -@75', ['h triggered@40 h@10', 'h resolved@45 h@45', 'h triggered@75 h@45']],
    ['heartbeat nobody looked at', 'h@0 h@10 h@45', ['h triggered@40 h@10', 'h resolved@45 h@45']],
  ])('%s', async (_, line, told) => {
    const trigger = { posture: 'Proactive', after: ['h'], expect: ['h'], within: 30 };
    expect(await play({ id: 'h', name: 'H', trigger }, line)).toEqual(told);
  });

  test.each([
    ['standing window', true, 'x@3 x@11 -@71', ['w triggered@41 x@11', 'w triggered@71 x@11']],
    ['standing window in an outage', true, '-@100', ['w triggered@30 -', 'w triggered@60 -', 'w triggered@90 -']],
    [
      'one alert of a silence',
      false,
      '-@100 x@110 -@200',
      ['w triggered@30 -', 'w resolved@110 x@110', 'w triggered@140 x@110'],
    ],
  ])('%s', async (_, repeat, line, told) => {
    const trigger = { posture: 'Proactive', expect: ['x'], within: 30, repeat };
    expect(await play({ id: 'w', name: 'W', trigger }, line)).toEqual(told);
  });

  test('late b, everything being 20 s late', async () => {
    const world = new World();
    await world.put(switched);
    await world.at(20).meet('a', { t: 0 });
    await world.at(75).meet('b', { t: 55 });
    await world.at(1_000).settle();
    expect(await world.told()).toEqual([]);
  });

  test('lag', async () => {
    const world = new World();
    await world.put({
      id: 'l',
      name: 'L',
      trigger: { posture: 'Proactive', after: ['p'], expect: ['q'], within: 300 },
    });
    await world.meet('p', { id: 'p', t: -600 });
    for (const at of [60, 240, 299.999]) await world.at(at).settle();
    expect(await world.told()).toEqual([]);
    await world.at(300).settle();
    expect(await world.told()).toEqual(['l triggered@-300 p']);
  });
});

test('while the system runs behind, an event settles its own windows that ended before it', async () => {
  const world = new World();
  await world.meet('other', { t: -100 });
  const trigger = { ...watch, after: ['a'], for_each: ['id'] };
  await world.put({ id: 'a', name: 'A', trigger });
  await world.meet('a', { id: 'a1', t: -100, resource: 'one' });
  await world.meet('a', { id: 'a2', t: -100, resource: 'two' });
  // The windows end at -90. With a lag of 100 s as_of is -95 then, so nothing is due; the event closes its own key's only.
  await world.at(5).meet('x', { id: 'x1', t: -60, resource: 'one' });
  expect(await world.told()).toEqual(['a triggered@-90 one a1', 'a resolved@-60 one x1']);
  await world.at(10).settle();
  expect(await world.told()).toContain('a triggered@-90 two a2');
});

test('a window of its own is over at its end for an event, though it is not due yet', async () => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: watch });
  await world.at(60).meet('a', { id: 'a1', t: 0 });
  // A lag of 60 s: as_of is 1.
  await world.at(61).meet('x', { id: 'x1', t: 10 });
  expect(await world.told()).toEqual(['a triggered@10 a1', 'a resolved@10 x1']);
});
