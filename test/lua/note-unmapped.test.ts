import { expect, test } from 'vitest';
import { noteUnmapped } from '../../src/redis/steps/note-unmapped.ts';
import { World } from '../support/world.ts';

const KEEP_MS = 3 * 86_400_000;

const note = (world: World, id: string | null) =>
  noteUnmapped(
    world.redis,
    world.store,
    { source: 'shop', id, reason: 'resource.id: is required', fields: ['body', '{}', 'headers', '{}'] },
    KEEP_MS,
  );

test('what does not map is one dead letter, however often it comes', async () => {
  const world = new World();
  expect(await note(world, 'shop:1')).toBe('noted');
  expect(await note(world, 'shop:1')).toBe('repeated');
  const letters = await world.redis.xrange(world.store.keys.dead, '-', '+');
  expect(letters.map(([, fields]) => fields)).toEqual([
    [
      ...['source', 'sources', 'entry', 'shop 1', 'reason', 'resource.id: is required', 'error', ''],
      ...['attempts', '1', 'fields', JSON.stringify(['body', '{}', 'headers', '{}'])],
    ],
  ]);
});

test('without an id each is a letter of its own', async () => {
  const world = new World();
  for (const word of [await note(world, null), await note(world, null)]) expect(word).toBe('noted');
  expect(await world.redis.xlen(world.store.keys.dead)).toBe(2);
  expect(await world.redis.exists(world.store.keys.received)).toBe(0);
});
