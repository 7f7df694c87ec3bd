import { expect, test } from 'vitest';
import { play, playOn } from '../support/timeline.ts';
import type { World } from '../support/world.ts';

/** Rules 17.11: keys that never touch state come and go, and what they left stays. */
const limit = { posture: 'Reactive', expect: ['x'], threshold: 1, within: 0 };
const absence = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 60 };
const alert = { ...limit, resolve: { on: ['ok'] } };
const three = { ...limit, threshold: 3, within: 60 };

async function put(world: World, trigger: object): Promise<void> {
  await world.put({ id: 'a', name: 'A', trigger });
}

test('a quiet time stays when its cooldown goes', async () => {
  const { world } = await play({ ...limit, cooldown: 3_600 }, 'x@0');
  await put(world, limit);
  expect(await playOn(world, 'x@3599.999 x@3600 x@3601')).toBe('cooling fired fired');
});

test('also when other changes come behind that', async () => {
  const { world } = await play({ ...limit, cooldown: 3_600 }, 'x@0');
  await put(world, limit);
  await world.put({ id: 'a', name: 'B', trigger: limit });
  expect(await playOn(world, 'x@3599.999 x@3600')).toBe('cooling fired');
});

test('it is forgotten when it is over', async () => {
  const { world, name } = await play({ ...limit, cooldown: 100 }, 'x@0');
  await put(world, limit);
  await playOn(world, '-@160');
  const left = Object.keys(await world.state()).filter((key) => /^(windows|deadlines):/.test(key));
  expect(left.filter((key) => key.endsWith(name))).toEqual([]);
  expect(await world.redis.exists(world.store.keys.quota_used)).toBe(0);
});

test('a window goes on when a cooldown comes', async () => {
  const trigger = { ...three, threshold: 2 };
  const { world } = await play(trigger, 'x@0');
  await put(world, { ...trigger, cooldown: 3_600 });
  expect(await playOn(world, 'x@1 x@61')).toBe('fired cooling');
});

test.each([
  [
    'of an absence',
    absence,
    'a@0 -@60',
    '-@660 -@1260 x@1300',
    ['a triggered@60 a@0', 'a triggered@660 a@0 #1', 'a resolved@1300 x@1300'],
  ],
  [
    'of a key',
    alert,
    'x@0',
    '-@600 -@1200 ok@1300',
    ['a triggered@0 x@0', 'a triggered@600 x@0 #1', 'a resolved@1300 ok@1300'],
  ],
])('an alert %s keeps its reminders when they go', async (_, trigger, before, after, told) => {
  const { world } = await play({ ...trigger, remind: 600, remind_limit: 1 }, before);
  await put(world, trigger);
  await playOn(world, after);
  expect(await world.told()).toEqual(told);
});

test('an alert that had no reminders gets none', async () => {
  const { world } = await play(absence, 'a@0 -@60');
  await put(world, { ...absence, remind: 600 });
  await playOn(world, '-@660 x@700');
  expect(await world.told()).toEqual(['a triggered@60 a@0', 'a resolved@700 x@700']);
});

test.each([
  ['goes', { collect: 10 }, {}, 'a triggered@2 x@2'],
  ['comes', {}, { collect: 10 }, 'a triggered@2 x@2 [x@1 x@2] of 2'],
  ['is lowered', { collect: 10 }, { collect: 1 }, 'a triggered@2 x@2 [x@2] of 3'],
])('a window goes on when `collect` %s', async (_, before, after, told) => {
  const { world, name } = await play({ ...three, ...before }, 'x@0');
  await put(world, { ...three, ...after });
  await playOn(world, 'x@1 x@2');
  expect(await world.told()).toEqual([told]);
  expect((await world.state())[`last:${name}`]).toBeUndefined();
});
