import { describe, expect, test } from 'vitest';
import { Counts } from '../../../src/measure/counts.ts';
import { Distribution } from '../../../src/measure/distribution.ts';
import { Pulse } from '../../../src/measure/pulse.ts';
import { TakingPart } from '../../../src/measure/taking-part.ts';

describe('counts', () => {
  test('are kept by both labels', () => {
    const counts = new Counts();
    counts.add('a', 'x');
    counts.add('a', 'x', 2);
    counts.add('a', 'y');
    counts.add('b');
    expect([...counts.each()]).toEqual([
      ['a', 'x', 3],
      ['a', 'y', 1],
      ['b', '', 1],
    ]);
  });

  test('of values beyond the bound are one series, and those before it go on', () => {
    const counts = new Counts(2);
    for (const name of ['a', 'b', 'c', 'd', 'a']) counts.add(name, 'x');
    expect([...counts.each()]).toEqual([
      ['a', 'x', 2],
      ['b', 'x', 1],
      ['other', 'x', 2],
    ]);
  });

  test('begin anew once they are taken', () => {
    const counts = new Counts();
    counts.add('a');
    expect(counts.take()).toEqual([['a', '', 1]]);
    expect(counts.take()).toEqual([]);
  });
});

test('a distribution counts a value in every bucket that it fits into, and one beyond all bounds in the last', () => {
  const spread = new Distribution([1, 10]);
  for (const value of [0.5, 1, 2, 11]) spread.observe(value);
  spread.observe(-3, 2);
  expect(spread.cumulative()).toEqual([4, 5, 6]);
  expect(spread.sum).toBe(14.5);
});

test('what stands still for longer than it may is named', () => {
  const pulse = new Pulse();
  const slow = { name: 'slow', overdueMs: (nowMs: number) => nowMs };
  pulse.add(slow);
  pulse.add({ name: 'quick', overdueMs: () => 0 });
  expect([pulse.stalled(100, 100), pulse.stalled(101, 100)]).toEqual([[], ['slow']]);
  pulse.remove(slow);
  expect(pulse.stalled(101, 100)).toEqual([]);
});

describe('a process takes part', () => {
  test('when each of its parts has started, and until it stops', () => {
    const parts = new TakingPart();
    const reason = (nowMs = 0) => parts.reason(['worker', 'actions'], nowMs);
    expect(reason()).toBe('worker has not started yet');
    parts.begin('worker');
    expect(reason()).toBe('worker has not started yet');
    parts.ready('worker');
    expect(reason()).toBe('actions has not started yet');
    parts.ready('actions');
    expect(reason()).toBe(null);
    parts.drain();
    expect(reason()).toBe('this process is stopping');
  });

  test('as long as what gave a sign of life goes on to give some', () => {
    const parts = new TakingPart();
    parts.ready('worker');
    expect(parts.reason(['worker'], 1_000_000)).toBe(null);
    parts.seen('worker', 1_000_000);
    expect(parts.reason(['worker'], 1_010_000)).toBe(null);
    expect(parts.reason(['worker'], 1_011_000)).toBe('worker gave no sign of life for 11 s');
  });
});
