import { describe, expect, test } from 'vitest';
import { meetRow, outcomeOf, type Row, showWindow } from '../support/window-table.ts';
import { World } from '../support/world.ts';

const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 10 };
const two = { ...watch, threshold: 2 };
const pulse = { ...watch, after: ['x'], expect: ['x', 'done'] };

/** Rules 7.3 where events come in another order than they happened. */
const ROWS: Row[] = [
  [
    'P2 arms again: only the event is remembered',
    watch,
    '[0,10) 0 last old',
    'a@5',
    'open',
    '[0,10) 0 armed 5 last new',
  ],
  ['P2 and when it was armed last', watch, '[0,10) 0 armed 7 last old', 'a@5', 'open', '[0,10) 0 armed 7 last new'],
  ['P0 an arming event from before the alert is late', watch, 'alert 5 1 9000', 'a@4.999', 'late', 'alert 5 1 9000'],
  ['P0 a heartbeat that ended already is late', pulse, 'early 6', 'x@5', 'late', 'early 6'],
  ['P0 not one that ended before', pulse, 'early 4', 'x@5', 'armed+counted', '[5,15) 0 last new early 4'],
  [
    'P0 a heartbeat ends the alert even so',
    pulse,
    'alert 5 1 9000 early 6',
    'x@5',
    'late+resolved',
    'early 6',
    'a resolved@5 new',
  ],
  ['P1 satisfied by what came before', watch, 'early 5', 'a@5', 'satisfied', 'early 5'],
  [
    'P1 not by what lies at its end or before its start',
    watch,
    'early 4.999 15',
    'a@5',
    'armed',
    '[5,15) 0 last new early 4.999 15',
  ],
  ['P1 counts what came before', two, 'early 6', 'a@5', 'armed', '[5,15) 1 last new early 6'],
  [
    'P1 satisfied, the alert ends by the arming event',
    watch,
    'alert -9 1 9000 early 6',
    'a@5',
    'satisfied+resolved',
    'early 6',
    'a resolved@5 new',
  ],
  [
    'P6 what was armed behind the recovery is watched',
    watch,
    'alert 1 1 9000 renewed 7',
    'x@5',
    'made-up+resolved+armed-again',
    '[7,17) 0 last alerted early 5',
    'a resolved@5 new',
  ],
  [
    'P6 unless another expected event lies behind it',
    watch,
    'alert 1 1 9000 renewed 7 early 8',
    'x@5',
    'made-up+resolved',
    'early 5 8',
    'a resolved@5 new',
  ],
  [
    'P7 late, but the recovery of an older window',
    watch,
    '[2,12) 0 last old alert -9 1 9000',
    'x@1',
    'late+resolved',
    '[2,12) 0 last old early 1',
    'a resolved@1 new',
  ],
  [
    'P7 one of several that were missing',
    two,
    '[2,12) 0 last old alert -9 2 9000',
    'x@1',
    'late',
    '[2,12) 0 last old alert -9 1 9000 early 1',
  ],
  [
    'P10 what was armed behind it is watched',
    watch,
    '[0,10) 0 armed 7 last old',
    'x@5',
    'satisfied+armed-again',
    '[7,17) 0 last old early 5',
  ],
  ['P10 not what was armed at the same time', watch, '[0,10) 0 armed 5 last old', 'x@5', 'satisfied', 'early 5'],
  [
    'P10 not what another expected event of the window follows',
    two,
    '[0,10) 1 armed 7 last old early 8',
    'x@5',
    'satisfied',
    'early 5 8',
  ],
  [
    'P10 what was expected behind it counts for the new window',
    two,
    '[0,10) 1 armed 7 last old early 12',
    'x@5',
    'satisfied+armed-again',
    '[7,17) 1 last old early 5 12',
  ],
  [
    'P10 and satisfies it, if it is enough',
    watch,
    '[0,10) 0 armed 7 last old early 12',
    'x@5',
    'satisfied',
    'early 5 12',
  ],
];

test.each(ROWS)('%s', async (...row) => {
  expect(await meetRow(row)).toEqual(outcomeOf(row));
});

/** Plays `event@time` steps, each arriving at `+` its second time if it has one; `-@time` is a look of the scheduler. */
async function play(trigger: object, line: string): Promise<{ world: World; name: string; told: string[] }> {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger });
  const { name } = await world.node('a');
  for (const step of line.split(' ')) {
    const [, event = '', t, at = t] = /^(\S+?)@([-\d.]+)(?:\+([\d.]+))?$/.exec(step) ?? [];
    world.at(Number(at));
    if (event === '-') await world.settle();
    else await world.meet(event, { id: `${event}@${t}`, t: Number(t) });
  }
  return { world, name, told: await world.told() };
}

const early = async ({ world, name }: { world: World; name: string }): Promise<string> =>
  /early .*/.exec(showWindow(await world.state(), name))?.[0] ?? '-';

describe('what is remembered of a key', () => {
  const long = { ...watch, within: 60 };

  test('is the first and the last times in each span of the window, as many as satisfy it', async () => {
    expect(await early(await play({ ...long, threshold: 2 }, 'x@1 x@2 x@3 x@4 x@5 x@61 x@62'))).toBe(
      'early 1 2 4 5 61 62',
    );
  });

  test('is no more than the newest hundred', async () => {
    const steps = Array.from({ length: 103 }, (_, i) => `x@${i}`).join(' ');
    expect((await early(await play({ ...watch, within: 1 }, steps))).split(' ')).toHaveLength(101);
  });

  test('is forgotten half an hour after the newest of it came', async () => {
    const remembered = await play(long, 'x@0 x@5 a@0+1804.999');
    expect(remembered.told).toEqual([]);
    const forgotten = await play(long, 'x@0 x@5 a@0+1805 -@1900');
    expect(forgotten.told).toEqual(['a triggered@60 a@0']);
  });

  test('stays forgotten when as_of goes back', async () => {
    const { told } = await play(long, 'x@0 other@1800 other@1801+2700 a@0+2701 -@4000');
    expect(told).toEqual(['a triggered@60 a@0']);
  });

  test('is not known to a trigger without arming events', async () => {
    const { world } = await play({ posture: 'Proactive', expect: ['x'], within: 10 }, 'x@1');
    expect(Object.keys(await world.state()).filter((key) => key.startsWith('early'))).toEqual([]);
  });

  test('is nothing where the namespace remembers nothing', async () => {
    const world = new World();
    await world.redis.hset(world.store.keys.settings, 'early_ms', 0);
    await world.put({ id: 'a', name: 'A', trigger: long });
    await world.meet('x', { t: 0 });
    await world.at(1).meet('a', { id: 'a0', t: 0 });
    await world.at(61).settle();
    expect(await world.told()).toEqual(['a triggered@60 a0']);
  });
});

describe('an absence that is over when it is decided', () => {
  const long = { ...watch, within: 60 };

  test('ends at the first of the times that was enough', async () => {
    const { told, world, name } = await play(long, 'x@70 x@80 a@0+100 -@100');
    expect(told).toEqual(['a triggered@60 a@0', 'a resolved@70 a@0']);
    expect(showWindow(await world.state(), name)).toBe('early 70 80');
  });

  test('misses less when some came', async () => {
    const { world, name } = await play({ ...long, threshold: 3 }, 'x@70 a@0+100 -@100');
    expect(showWindow(await world.state(), name)).toMatch(/alert 0 2 /);
  });

  test('does not go up into a compound that needs others', async () => {
    const pair = { type: 'compound', require: 2, triggers: [long, { expect: ['b'] }] };
    expect((await play(pair, 'x@70 a@0+100 -@100 b@101')).told).toEqual([]);
    expect((await play(pair, 'a@0 -@60 b@101')).told).toHaveLength(1);
  });

  test('goes up where one child is enough', async () => {
    const any = { type: 'compound', require: 'any', triggers: [long, { expect: ['b'] }] };
    expect((await play(any, 'x@70 a@0+100 -@100')).told).toHaveLength(1);
  });
});

describe('taken back', () => {
  const pair = { type: 'compound', require: 2, triggers: [watch, { expect: ['b'] }] };

  test('an absence that was made good leaves its compound', async () => {
    expect((await play(pair, 'a@0 -@10 b@11')).told).toHaveLength(1);
    expect((await play(pair, 'a@0 -@10 x@10.5 b@11')).told).toEqual([]);
  });

  test('not a sequence: there it has happened', async () => {
    const sequence = { type: 'sequence', triggers: [watch, { expect: ['b'] }] };
    expect((await play(sequence, 'a@0 -@10 x@10.5 b@11')).told).toHaveLength(1);
  });

  test('nor the firing of another key', async () => {
    const keyed = { ...pair, triggers: [{ ...watch, for_each: ['id'] }, { expect: ['b'] }] };
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: keyed });
    for (const resource of ['r1', 'r2']) await world.meet('a', { id: `a ${resource}`, resource });
    await world.at(10).settle();
    await world.at(11).meet('x', { resource: 'r1' });
    await world.at(12).meet('b');
    expect(await world.told()).toHaveLength(1);
  });
});
