import { expect, test } from 'vitest';
import { isKept, type Line, playLine, toldOf } from '../support/timeline.ts';

const sliding = { posture: 'Reactive', expect: ['x'], threshold: 3, within: 10, window: 'sliding', cooldown: 0 };
const usual = { ...sliding, cooldown: undefined };
const two = { ...sliding, threshold: 2 };
const distinct = { ...two, distinct: 'payload.v' };

/** Rules 17.3. */
const LINES: Line[] = [
  [
    'enough events within less than the window fire, and each is used for one firing',
    sliding,
    'x@0 x@9 x@11 x@12 x@12.5 x@13 x@14 x@8+15',
    'counted counted counted fired counted counted fired late',
    'a triggered@12 x@12',
    'a triggered@14 x@14',
  ],
  [
    'by default a key is quiet for the length of the window',
    usual,
    'x@0 x@9 x@11 x@12 x@13 x@21.999 x@22 x@23 x@24',
    'counted counted counted fired cooling cooling counted counted fired',
    'a triggered@12 x@12',
    'a triggered@24 x@24',
  ],
  ['S3 what lies the whole window apart does not count together', two, 'x@0 x@10', 'counted counted'],
  ['S3 a millisecond less does', two, 'x@0 x@9.999', 'counted fired', 'a triggered@9.999 x@9.999'],
  ['S3 what lies the window behind the newest is late', sliding, 'x@20 x@10+21', 'counted late'],
  [
    'S3 what is a little younger counts, and fires at its own time',
    sliding,
    'x@20 x@10.001+20 x@10.002+20',
    'counted counted fired',
    'a triggered@10.002 x@10.002',
  ],
  [
    'S5 what happened before the newest event of the firing is late, whichever fired',
    two,
    'x@20 x@15+20 x@19.999+21 x@21+23',
    'counted fired late counted',
    'a triggered@15 x@15',
  ],
  [
    'S5 what happened at its time counts',
    { ...two, expect: ['x', 'y'] },
    'x@0 x@1 y@1 x@2',
    'counted fired counted fired',
    'a triggered@1 x@1',
    'a triggered@2 x@2',
  ],
  [
    'S5 the quiet time begins with the newest event of the firing',
    { ...two, cooldown: 5 },
    'x@20 x@15+20 x@24.999 x@25 x@26',
    'counted fired cooling counted fired',
    'a triggered@15 x@15',
    'a triggered@26 x@26',
  ],
  [
    'S3 equal times count twice',
    { ...sliding, expect: ['x', 'y', 'z'] },
    'x@5 y@5 z@5',
    'counted counted fired',
    'a triggered@5 z@5',
  ],
  ['a window of one event fires each time', { ...sliding, threshold: 1 }, 'x@5', 'fired', 'a triggered@5 x@5'],
  ['S3 equal values count once', distinct, 'x=a@0 x=a@1 x=b@2', 'counted counted fired', 'a triggered@2 x=b@2'],
  [
    'S3 a value that comes again keeps its newest time',
    distinct,
    'x=a@0 x=a@9 x=b@15',
    'counted counted fired',
    'a triggered@15 x=b@15',
  ],
  [
    'S3 an older time takes nothing from it',
    distinct,
    'x=a@9 x=a@1+9 x=b@15',
    'counted counted fired',
    'a triggered@15 x=b@15',
  ],
  [
    'S3 a value that is there is late as well, the window behind the newest',
    distinct,
    'x=a@20 x=a@10+21 x=a@10.001+21',
    'counted late counted',
  ],
  [
    'S3 times with fewer digits, as before the September of 2001, count as others do',
    sliding,
    'x@-772442009+0 x@-772442001+1 x@-772441999.5+2 x@-772441999.1+3 x@-772441999.05+4 x@-772441991+5 x@-772441989.1+6 x@-772441989.08+7',
    'counted counted fired counted counted fired counted counted',
    'a triggered@-772441999.5 x@-772441999.5',
    'a triggered@-772441991 x@-772441991',
  ],
  ['S3 values go with their events', distinct, 'x=a@0 x=b@10', 'counted counted'],
];

test.each(LINES)('%s', async (...line) => {
  expect(await playLine(line)).toEqual(toldOf(line));
});

test.each([
  ['60 s behind the window of the newest event', sliding, 'x@5', 75],
  ['60 s behind the newest of the list, whichever came last', sliding, 'x@5 x@1+5', 75],
  ['60 s behind the floor of a firing', two, 'x@0 x@1', 61],
  ['60 s behind the floor, where time has not come so far', { ...two, threshold: 1 }, 'z@-50+0 x@1', 61],
  ['60 s behind its last change, also behind a firing', two, 'x@0 x@1 x@2+50', 158],
  ['60 s behind the quiet time', usual, 'x@0 x@1 x@2', 72],
  ['60 s behind its last change, when that came late and all is 50 s late since', sliding, 'x@0+50', 160],
])('the record of a key is kept %s', async (_, trigger, line, until) => {
  expect(await isKept(trigger, `${line} -@${until - 0.001}`)).toBe(true);
  expect(await isKept(trigger, `${line} -@${until}`)).toBe(false);
});
