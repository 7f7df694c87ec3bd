import { expect, test } from 'vitest';
import { EVENT_ID_LIMIT } from '../../src/model/event.ts';
import type { ChildFiring, Firing } from '../../src/model/firing.ts';
import { play, playOn } from '../support/timeline.ts';
import { ms, START_MS, World } from '../support/world.ts';

/** Times of a story as seconds after the start of the timeline. */
function inSeconds({ story }: Firing | ChildFiring): Record<string, unknown> {
  const times = ['start', 'end', 'due', 'since'];
  const entries = Object.entries(story ?? {}).map(([name, value]) => {
    return [name, times.includes(name) ? (Number(value) - START_MS) / 1_000 : value];
  });
  return Object.fromEntries(entries);
}

const reactive = { posture: 'Reactive', expect: ['x'] };
const alerting = { ...reactive, resolve: { on: ['ok'], after: 30 }, remind: 20 };
const absent = { posture: 'Proactive', after: ['a'], expect: ['x'], threshold: 3, within: 10 };
const pays = { ...reactive, threshold: 5, within: 60, sum: 'payload.v' };

test.each<[what: string, trigger: object, line: string, ...stories: object[]]>([
  [
    'the first window reaches back, and the next one begins where it ended',
    { ...reactive, threshold: 2, within: 60 },
    'x@0 x@1 x@60 x@61',
    { kind: 'tumbling', start: -900, end: 60, count: 2, threshold: 2 },
    { kind: 'tumbling', start: 60, end: 120, count: 2, threshold: 2 },
  ],
  [
    'an arming event begins the window',
    { ...reactive, after: ['a'], within: 60 },
    'a@5 x@7',
    { kind: 'tumbling', start: 5, end: 65, count: 1, threshold: 1 },
  ],
  ['without within there is none', reactive, 'x@0', { kind: 'count', count: 1, threshold: 1 }],
  [
    'but the time from which on it was armed',
    { ...reactive, after: ['a'] },
    'a@5 x@7',
    { kind: 'count', start: 5, count: 1, threshold: 1 },
  ],
  [
    'a sliding window ends with its newest event',
    { ...reactive, threshold: 2, within: 10, window: 'sliding' },
    'x@3 x@0+4',
    { kind: 'sliding', start: -7, end: 3, since: 0, count: 2, threshold: 2 },
  ],
  [
    'different values',
    { ...reactive, threshold: 2, within: 60, distinct: 'payload.v' },
    'x=1@0 x=1@1 x=2@2',
    { kind: 'tumbling', start: -900, end: 60, of: 'distinct', count: 2, threshold: 2 },
  ],
  [
    'a sum, to the last digit',
    { ...pays, threshold: 0.3 },
    'x=0.1@0 x=0.2@1',
    { kind: 'tumbling', start: -900, end: 60, of: 'sum', count: 0.1 + 0.2, threshold: 0.3 },
  ],
  [
    'a sum beyond all numbers',
    pays,
    'x=-1e308@0 x=1e308@1 x=1e308@2 x=1e308@3',
    { kind: 'tumbling', start: -900, end: 60, of: 'sum', count: 1e308, threshold: 5 },
  ],
  [
    'a sum that is none JSON can write',
    { ...pays, threshold: 1.5e308 },
    'x=1e308@0 x=1e308@1',
    { kind: 'tumbling', start: -900, end: 60, of: 'sum', count: null, threshold: 1.5e308 },
  ],
  [
    'an absence knows what opened its window and how much it lacks',
    absent,
    'a@0 x@1 -@10',
    { kind: 'absence', start: 0, end: 10, opener: 'a@0', count: 1, threshold: 3 },
  ],
  [
    'one that was opened when it was over already had to be settled later',
    absent,
    'a@0+50 -@60',
    { kind: 'absence', start: 0, end: 10, due: 50, opener: 'a@0', count: 0, threshold: 3 },
  ],
  [
    'a standing window',
    { posture: 'Proactive', expect: ['x'], within: 10, threshold: 2 },
    'x@1 -@10',
    { kind: 'silence', start: 0, end: 10, count: 1, threshold: 2 },
  ],
  [
    'an alert ends with an event',
    alerting,
    'x@0 ok@9',
    { kind: 'count', count: 1, threshold: 1 },
    { kind: 'alert', start: 0 },
  ],
  [
    'or by time, and is reminded of',
    alerting,
    'x@0 -@40',
    { kind: 'count', count: 1, threshold: 1 },
    { kind: 'reminder', start: 0 },
    { kind: 'alert', start: 0, end: 30 },
  ],
  [
    'an absence that was over when it was decided',
    { ...absent, threshold: 1 },
    'a@0 x@11 -@12',
    { kind: 'absence', start: 0, end: 10, opener: 'a@0', count: 0, threshold: 1 },
    { kind: 'alert', start: 0 },
  ],
])('the ledger says what a firing was made of: %s', async (_what, trigger, line, ...stories) => {
  const { world } = await play(trigger, line);
  expect((await world.firings()).map(inSeconds)).toEqual(stories);
});

test('a composite says the same of its children, and of theirs', async () => {
  const pair = {
    type: 'sequence',
    triggers: [
      { ...reactive, threshold: 2 },
      { ...reactive, expect: ['y'] },
    ],
  };
  const trigger = { type: 'compound', require: 'all', within: 60, triggers: [absent, pair] };
  const { world } = await play(trigger, 'a@0 x@20 x@21 y@22');
  const [root] = await world.firings();
  if (!root) throw new Error('nothing fired');
  const [absence, sequence] = root.children;
  expect(inSeconds(root)).toEqual({ kind: 'compound', start: 10, end: 22, count: 2, threshold: 2 });
  expect(absence && inSeconds(absence)).toEqual({
    ...{ kind: 'absence', start: 0, end: 10, opener: 'a@0', count: 0, threshold: 3 },
  });
  expect(sequence && inSeconds(sequence)).toEqual({ kind: 'sequence', start: 21, end: 22, count: 2, threshold: 2 });
  expect(sequence?.children.map(inSeconds)).toEqual([
    { kind: 'count', count: 2, threshold: 2 },
    { kind: 'count', count: 1, threshold: 1 },
  ]);
  expect([absence, sequence, ...(sequence?.children ?? [])].map((child) => [child?.revision, child?.decided])).toEqual([
    [1, ms(20)],
    [1, ms(22)],
    [1, ms(21)],
    [1, ms(22)],
  ]);
});

test('a firing names the worker that decided it, and a child the one that decided the child', async () => {
  const world = new World();
  const pair = [reactive, { ...reactive, expect: ['y'] }];
  await world.put({ id: 'a', name: 'A', trigger: { type: 'compound', require: 'all', triggers: pair } });
  await playOn(world.as('one"'), 'x@0');
  await playOn(world.as('two'), 'y@1');
  const [root] = await world.firings();
  expect([root?.worker, ...(root?.children.map(({ worker }) => worker) ?? [])]).toEqual(['two', 'one"', 'two']);
});

test('what is settled by a change of definitions names no worker', async () => {
  const { world } = await play(absent, 'a@0');
  await world.as('one').at(20).put({ id: 'b', name: 'B', trigger: reactive });
  const [firing] = await world.firings();
  expect(firing).not.toHaveProperty('worker');
});

test('it is bounded: with the longest id of an opener a story has less than 300 bytes', async () => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { ...absent, threshold: 1_000_000, within: '1w' } });
  await world.at(0).meet('a', { id: 'i'.repeat(EVENT_ID_LIMIT) });
  await world.at(604_801).settle();
  const [[, fields = []] = []] = await world.redis.xrange(world.store.keys.firings, '-', '+');
  const story = fields[fields.indexOf('story') + 1] ?? '';
  expect(story).toContain('iii');
  expect(story.length).toBeLessThan(300);
});
