import { expect, test } from 'vitest';
import { type MinuteCount, noteMinutes } from '../../src/redis/steps/note-minutes.ts';
import { World } from '../support/world.ts';

const HOUR = 499_000;

const note = (world: World, number: number, counts: readonly MinuteCount[], worker = 'w') =>
  noteMinutes(world.redis, world.store, { hour: HOUR, worker, number, counts });

const keyOf = ({ store }: World): string => store.prefixes.minutes + HOUR;

async function hour(world: World): Promise<Record<string, string>> {
  const { bytes: _, ...counts } = await world.redis.hgetall(keyOf(world));
  return Object.fromEntries(Object.entries(counts).filter(([name]) => !name.startsWith('by ')));
}

test('counts of all workers add up, each call once', async () => {
  const world = new World();
  const fired: MinuteCount = ['07 firing Triggered a', '07 firing Triggered other', 2];
  expect(await note(world, 1, [fired])).toBe('noted');
  expect(await note(world, 1, [fired])).toBe('repeated');
  expect(await note(world, 2, [fired, ['08 event applied', '08 event applied', 5]])).toBe('noted');
  expect(await note(world, 1, [fired], 'another')).toBe('noted');
  expect(await hour(world)).toEqual({ '07 firing Triggered a': '6', '08 event applied': '5' });
});

test('an hour is forgotten two days after its last count', async () => {
  const world = new World();
  await note(world, 1, [['07 event applied', '07 event applied', 1]]);
  const left = await world.redis.pttl(keyOf(world));
  expect(left / 3_600_000).toBeGreaterThan(48);
  expect(left / 3_600_000).toBeLessThanOrEqual(49);
});

test('where there is no room for further names, automations are counted together', async () => {
  const world = new World();
  await note(world, 1, [['07 firing Triggered a', '07 firing Triggered other', 1]]);
  await world.redis.hset(keyOf(world), 'bytes', 1_300_001);
  await note(world, 2, [
    ['07 firing Triggered a', '07 firing Triggered other', 1],
    ['07 firing Triggered b', '07 firing Triggered other', 1],
    ['07 firing Triggered c', '07 firing Triggered other', 1],
  ]);
  expect(await hour(world)).toEqual({ '07 firing Triggered a': '2', '07 firing Triggered other': '2' });
});

test('the bytes of an hour grow with its names, and not with its counts', async () => {
  const world = new World();
  const bytes = async (): Promise<number> => Number(await world.redis.hget(keyOf(world), 'bytes'));
  await note(world, 1, [['07 event applied', '07 event applied', 1]]);
  expect(await bytes()).toBe(16 + 40);
  await note(world, 2, [['07 event applied', '07 event applied', 9]]);
  expect(await bytes()).toBe(16 + 40);
});

test('rubbish that others wrote there is counted anew', async () => {
  const world = new World();
  await world.redis.set(keyOf(world), 'x');
  await note(world, 1, [['07 event applied', '07 event applied', 1]]);
  await world.redis.hset(keyOf(world), '07 event applied', 'x');
  await note(world, 2, [['07 event applied', '07 event applied', 3]]);
  expect(await hour(world)).toEqual({ '07 event applied': '3' });
});
