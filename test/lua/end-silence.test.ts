import { expect, test } from 'vitest';
import { addSilence } from '../../src/redis/steps/add-silence.ts';
import { endSilence } from '../../src/redis/steps/end-silence.ts';
import { ms, World } from '../support/world.ts';

test('a silence ends now and the change is counted; one that is over, or none, changes nothing', async () => {
  const world = new World();
  await addSilence(world.redis, world.store, { id: 's-1', said: '{"reason":"a b"}', forMs: 60_000 });
  world.at(5);
  expect(await endSilence(world.redis, world.store, 's-1')).toBe('ended');
  const after = { silences: { 's-1': `${ms(0)} ${ms(5)} {"reason":"a b"}`, version: '2' } };
  expect(await world.state()).toEqual(after);
  expect(await endSilence(world.redis, world.store, 's-1')).toBe('over');
  expect(await endSilence(world.redis, world.store, 's-2')).toBe('gone');
  expect(await endSilence(world.redis, world.store, 'version')).toBe('gone');
  expect(await world.state()).toEqual(after);
});

test('one whose time has come by itself is over', async () => {
  const world = new World();
  await addSilence(world.redis, world.store, { id: 's-1', said: '{}', forMs: 1_000 });
  world.at(1);
  expect(await endSilence(world.redis, world.store, 's-1')).toBe('over');
});
