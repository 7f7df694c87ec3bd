import { expect, test } from 'vitest';
import { type Line, play, playLine, toldOf } from '../support/timeline.ts';

const on = (name: string) => ({ posture: 'Reactive', expect: [name], within: 0 });
const sequence = { type: 'sequence', within: 60, triggers: [on('a'), on('b')], unless: ['c'] };
const all = { ...sequence, type: 'compound', require: 'all' };

/** Rules 17.9. */
const LINES: Line[] = [
  [
    'a sequence without something in between',
    sequence,
    'a@0 c@5 b@10 a@20 b@25',
    'fired reset fired fired fired',
    'a triggered@25 b@25 (0 1)',
  ],
  ['what happened behind it stays', sequence, 'a@10 c@9.999+11 b@12', 'fired idle fired', 'a triggered@12 b@12 (0 1)'],
  ['what happened when it did goes', sequence, 'a@10 c@10+11 b@12', 'fired reset fired'],
  [
    'what goes is what happened before it, not all',
    { ...all, triggers: [on('a'), on('b'), on('d')] },
    'a@1 b@5 c@3+6 d@7 a@8',
    'fired fired reset fired fired',
    'a triggered@8 a@8 (0 1 2)',
  ],
  ['it is not remembered', sequence, 'c@5 a@3+6 b@7', 'idle fired fired', 'a triggered@7 b@7 (0 1)'],
  [
    'an event can empty the group and then count for a child',
    { ...all, unless: ['a'] },
    'b@0 a@1 b@2',
    'fired reset fired fired',
    'a triggered@2 b@2 (0 1)',
  ],
  [
    'an object is a pattern, too',
    { ...sequence, unless: [{ event: 'c', where: 'payload.v > 1' }] },
    'a@0 c=1@1 b@2 a@3 c=2@4 b@5',
    'fired applied fired fired reset fired',
    'a triggered@2 b@2 (0 1)',
  ],
  [
    'where one child is enough there is nothing to empty',
    { ...all, require: 'any' },
    'a@0 c@1 b@2',
    'fired idle fired',
    'a triggered@0 a@0 (0)',
    'a triggered@2 b@2 (1)',
  ],
  [
    'a composite in a composite loses what is its own',
    { ...all, triggers: [{ ...sequence }, on('d')], unless: [] },
    'd@0 a@1 c@2 b@3 a@4 b@5',
    'fired fired reset fired fired fired',
    'a triggered@5 b@5 (0 1)',
  ],
];

test.each(LINES)('%s', async (...line) => {
  expect(await playLine(line)).toEqual(toldOf(line));
});

test('an event empties the group of its own key', async () => {
  const { world } = await play({ ...sequence, for_each: ['id'] }, 'z@0');
  for (const [name, resource] of Object.entries({ a: 'r', A: 's' })) await world.meet(name.toLowerCase(), { resource });
  await world.at(1).meet('c', { resource: 's' });
  for (const resource of ['r', 's']) await world.at(2).meet('b', { id: `b of ${resource}`, resource });
  expect(await world.told()).toEqual(['a triggered@2 r b of r (0 1)']);
});

test('nothing is left of a group that is empty', async () => {
  const { world, name } = await play(sequence, 'a@0 c@1');
  const state = await world.state();
  expect(Object.keys(state).filter((key) => key.includes(name))).toEqual([`trigger:${name}`]);
});

test('a group that keeps something is forgotten when that is over', async () => {
  const { world, name } = await play(all, 'a@0 b@-1+1 c@-1+1 -@119.999');
  expect(Object.keys(await world.state()).filter((key) => key.startsWith(`composite:${name}`))).toEqual([]);
});
