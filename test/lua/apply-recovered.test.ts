import { describe, expect, test } from 'vitest';
import { play } from '../support/timeline.ts';
import { showWindow } from '../support/window-table.ts';
import { World } from '../support/world.ts';

const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 10 };

describe('an absence that is over when it is decided', () => {
  const long = { ...watch, within: 60 };

  test('ends at the first of the times that was enough', async () => {
    const { told, world, name } = await play(long, 'x@70 x@80 a@0+100 -@100');
    expect(told).toEqual(['a triggered@60 a@0', 'a resolved@70 a@0']);
    expect(showWindow(await world.state(), name)).toBe('early 70 80');
  });

  test('ends at the one that completed what was missing, and the others stay remembered', async () => {
    const { told, world, name } = await play({ ...long, threshold: 2 }, 'x@70 x@80 x@90 a@0+100 -@100');
    expect(told).toEqual(['a triggered@60 a@0', 'a resolved@80 a@0']);
    expect(showWindow(await world.state(), name)).toBe('early 70 80 90');
  });

  test('ends also by what came at the very end of its window, and not by what came in it', async () => {
    expect((await play(long, 'x@60 a@0+100 -@100')).told).toEqual(['a triggered@60 a@0', 'a resolved@60 a@0']);
    const { told } = await play({ ...long, threshold: 2 }, 'x@59 x@60 a@0+100 -@100');
    expect(told).toEqual(['a triggered@60 a@0', 'a resolved@60 a@0']);
  });

  test('comes out the same whenever the scheduler looks', async () => {
    expect((await play(long, 'x@70 a@0+100 -@9000')).told).toEqual(['a triggered@60 a@0', 'a resolved@70 a@0']);
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

  test('goes up into a sequence: there it has happened', async () => {
    const sequence = { type: 'sequence', triggers: [long, { expect: ['b'] }] };
    expect((await play(sequence, 'x@70 a@0+100 -@100 b@101')).told).toHaveLength(1);
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
    expect((await play(pair, 'a@0 x@10.5 b@11')).told).toEqual([]);
  });

  test('not a sequence: there it has happened', async () => {
    const sequence = { type: 'sequence', triggers: [watch, { expect: ['b'] }] };
    expect((await play(sequence, 'a@0 -@10 x@10.5 b@11')).told).toHaveLength(1);
  });

  test('nor where one child is enough: it has gone further up', async () => {
    const any = { ...pair, require: 'any' };
    const inner = { type: 'compound', require: 2, triggers: [any, { expect: ['c'] }] };
    expect((await play(inner, 'a@0 -@10 x@10.5 c@11')).told).toHaveLength(1);
  });

  test('and nothing is left of it, also beside others that stay', async () => {
    const three = { type: 'compound', require: 3, triggers: [watch, { expect: ['b'] }, { expect: ['c'] }] };
    const { world } = await play(three, 'a@0 b@1 -@10 x@10.5');
    const state = await world.state();
    const stored = Object.entries(state).filter(([key]) => key.startsWith('composite:'));
    expect(stored.map(([, fields]) => Object.keys(fields).sort())).toEqual([['1.1', 'index']]);
    expect(Object.keys(state).filter((key) => key.startsWith('last:'))).toEqual([]);
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
