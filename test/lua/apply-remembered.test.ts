import { describe, expect, test } from 'vitest';
import { play } from '../support/timeline.ts';
import { showWindow } from '../support/window-table.ts';
import type { World } from '../support/world.ts';

const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 10 };

const early = async ({ world, name }: { world: World; name: string }): Promise<string> =>
  /early .*/.exec(showWindow(await world.state(), name))?.[0] ?? '-';

describe('what is remembered of a key', () => {
  const long = { ...watch, within: 60 };

  test('is the first and the last times in each span of the window, as many as satisfy it', async () => {
    expect(await early(await play({ ...long, threshold: 2 }, 'x@1 x@2 x@3 x@4 x@5 x@61 x@62'))).toBe(
      'early 1 2 4 5 61 62',
    );
  });

  test('in spans that count from 1970, in order of time', async () => {
    expect(await early(await play(long, 'x@50 x@55 x@59 x@61 x@65 x@69'))).toBe('early 50 59 61 69');
    expect(await early(await play({ ...long, threshold: 2 }, 'x@5 x@3+6 x@4+6'))).toBe('early 3 4 5');
  });

  test('is no more than the newest hundred', async () => {
    const times = Array.from({ length: 103 }, (_, i) => i);
    const steps = times.map((time) => `x@${time}`).join(' ');
    expect(await early(await play({ ...watch, within: 1 }, steps))).toBe(`early ${times.slice(3).join(' ')}`);
  });

  test('is forgotten half an hour after the newest of it came', async () => {
    const remembered = await play(long, 'x@0 x@5 a@0+1804.999');
    expect(remembered.told).toEqual([]);
    const forgotten = await play(long, 'x@0 x@5 a@0+1805 -@1900');
    expect(forgotten.told).toEqual(['a triggered@60 a@0']);
  });

  test('stays forgotten when as_of goes back', async () => {
    const { told } = await play(long, 'x@0 other@1000+1850 a@0+1851 -@4000');
    expect(told).toEqual(['a triggered@60 a@0']);
  });

  test('is not known to a trigger without arming events', async () => {
    const { world } = await play({ posture: 'Proactive', expect: ['x'], within: 10 }, 'x@1');
    expect(Object.keys(await world.state()).filter((key) => key.startsWith('early'))).toEqual([]);
  });

  test('counts from when the last of it came, where that is later', async () => {
    expect((await play(long, 'x@0+100 a@0+1999.999 -@9000')).told).toEqual([]);
    expect((await play(long, 'x@0+100 a@0+2000 -@9000')).told).toEqual(['a triggered@60 a@0']);
  });

  test('lasts as long as the namespace says', async () => {
    expect((await play(long, 'x@0 a@0+99.999 -@200', { early_ms: 100_000 })).told).toEqual([]);
    expect((await play(long, 'x@0 a@0+100 -@200', { early_ms: 100_000 })).told).toEqual(['a triggered@60 a@0']);
  });

  test('goes on in the next half hour', async () => {
    const { world, told } = await play(long, 'x@10 x@1810 a@1805+1811 -@4000');
    expect(told).toEqual([]);
    const hashes = Object.keys(await world.state()).filter((key) => key.startsWith('early:'));
    expect(hashes).toHaveLength(2);
  });

  test('is known from the half hour before', async () => {
    expect((await play(long, 'x@1790 a@1785+1810 -@4000')).told).toEqual([]);
  });

  test('is known from the half hour that came, when as_of has gone back before it', async () => {
    expect((await play(long, 'x@1700+2590 a@1690+2591 -@9000')).told).toEqual([]);
  });

  test('is nothing where the namespace remembers nothing', async () => {
    const { world, told } = await play(long, 'x@0 a@0+1 -@61', { early_ms: 0 });
    expect(told).toEqual(['a triggered@60 a@0']);
    expect(Object.keys(await world.state()).filter((key) => key.startsWith('early'))).toEqual([]);
  });
});
