import { expect, test } from 'vitest';
import { play } from '../support/timeline.ts';
import { meetRow, outcomeOf, type Row, showWindow } from '../support/window-table.ts';

const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 10 };
const two = { ...watch, threshold: 2 };
const pulse = { ...watch, after: ['x'], expect: ['x', 'done'] };
const twice = { ...pulse, threshold: 2 };
const standing = { posture: 'Proactive', expect: ['x'], within: 10 };

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
  [
    'P0 not one of the moment at which the alert began',
    watch,
    'alert 5 1 9000',
    'a@5',
    'armed',
    '[5,15) 0 last new alert 5 1 9000',
  ],
  ['P0 a heartbeat that ended already is late', pulse, 'early 6', 'x@5', 'late', 'early 6'],
  ['P0 not one that ended before', pulse, 'early 4', 'x@5', 'armed+counted', '[5,15) 0 last new early 4'],
  ['P0 not one that is followed by too few', twice, 'early 6', 'x@5', 'armed+counted', '[5,15) 1 last new early 6'],
  ['P0 with threshold 0 not one that nothing follows', { ...pulse, threshold: 0 }, '-', 'x@5', 'restarted', '-'],
  ['P0 with threshold 0 one that is followed by one', { ...pulse, threshold: 0 }, 'early 6', 'x@5', 'late', 'early 6'],
  [
    'P0 an arming event alone is not late for what follows it',
    watch,
    'early 16',
    'a@5',
    'armed',
    '[5,15) 0 last new early 16',
  ],
  ['P1 a heartbeat is satisfied by what came at its own time', pulse, 'early 5', 'x@5', 'satisfied', 'early 5'],
  [
    'P1 with threshold 0 nothing satisfies by itself',
    { ...watch, threshold: 0 },
    '-',
    'a@5',
    'armed',
    '[5,15) 0 last new',
  ],
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
    'P6 only when nothing is missing any more',
    two,
    'alert 1 2 9000 renewed 7',
    'x@5',
    'made-up',
    'alert 1 1 9000 renewed 7 early 5',
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
    'P7 not of one that began after it',
    watch,
    '[2,12) 0 last old alert 1 1 9000',
    'x@0.999',
    'late',
    '[2,12) 0 last old alert 1 1 9000 early 0.999',
  ],
  [
    'P7 nor of a standing one',
    standing,
    '[2,12) 0 silent 1 last old alert -9 1 9000',
    'x@1',
    'late',
    '[2,12) 0 silent 1 last old alert -9 1 9000',
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
    'P10 not what another one of the same time follows',
    two,
    '[0,10) 1 armed 7 last old early 7',
    'x@5',
    'satisfied',
    'early 5 7',
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
  [
    'P11 what was expected behind it counts for the next window',
    twice,
    '[0,10) 1 last old early 7',
    'x@5',
    'restarted',
    '[5,15) 1 last new early 7',
  ],
  ['P11 and closes it, if it is enough', pulse, '[0,10) 0 last old early 7', 'x@5', 'restarted', 'early 7'],
  [
    'P11 but never a standing one',
    { ...standing, threshold: 0 },
    '[0,10) 0 silent 0 last old',
    'x@5',
    'restarted',
    '[5,15) 0 silent 0 last new',
  ],
];

test.each(ROWS)('%s', async (...row) => {
  expect(await meetRow(row)).toEqual(outcomeOf(row));
});

test('P3 a heartbeat whose window is over when it comes leaves the alert', async () => {
  const { told } = await play(pulse, 'x@0 -@10 x@5+100 -@200');
  expect(told).toEqual(['a triggered@10 x@0', 'a triggered@15 x@5']);
});

test('P10 armed again, the window is that of the arming event, whenever the events came', async () => {
  const [inOrder, late] = [await play(watch, 'a@0 x@5 a@7 -@20'), await play(watch, 'a@0 a@7 x@5+8 -@20')];
  expect(late.told).toEqual(['a triggered@17 a@7']);
  const ids = async ({ world }: typeof late) => (await world.firings()).map(({ id }) => id);
  expect(await ids(late)).toEqual(await ids(inOrder));
});

test('P10 nothing is armed again by an event that lies before what satisfied, also when nothing is remembered', async () => {
  const { world, name } = await play(watch, 'a@0 a@5 x@7', { early_ms: 0 });
  expect(showWindow(await world.state(), name)).toBe('-');
});

test('P6 an alert that was renewed is armed by the newest event of all its windows', async () => {
  const { told } = await play(watch, 'a@0 a@8 -@10 a@5+20 -@20 x@6+21 -@30');
  expect(told).toEqual(['a triggered@10 a@8', 'a triggered@15 a@5', 'a resolved@6 x@6', 'a triggered@18 a@5']);
});
