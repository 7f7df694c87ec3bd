import { describe, expect, test } from 'vitest';
import { ENGINE_GROUP } from '../../src/redis/keys.ts';
import { ensureGroup } from '../../src/redis/log.ts';
import { claimFormat } from '../../src/redis/steps/claim-format.ts';
import { mendKeys } from '../../src/redis/steps/mend-keys.ts';
import { World } from '../support/world.ts';

const claim = (world: World, own = '7') => claimFormat(world.redis, world.store, own);

describe('a namespace without a number', () => {
  test('and without any key is claimed, once', async () => {
    const world = new World();
    expect(await claim(world)).toEqual({ word: 'claimed', number: null });
    expect(await world.state()).toEqual({ format: '7' });
    expect(await claim(world)).toEqual({ word: 'same', number: '7' });
    expect(await world.state()).toEqual({ format: '7' });
  });

  test('whose log was filled before the first worker came is claimed, a consumer group there or not', async () => {
    for (const grouped of [false, true]) {
      const world = new World();
      await world.send('x');
      if (grouped) await ensureGroup(world.redis, world.store.keys.events, ENGINE_GROUP);
      const { events } = await world.state();
      expect(await claim(world)).toEqual({ word: 'claimed', number: null });
      expect(await world.state()).toEqual({ events, format: '7' });
    }
  });

  test.each<[string, (world: World) => Promise<unknown>]>([
    ['a definition', (world) => world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive' } })],
    ['an applied entry', (world) => world.meet('x')],
    ['what an idle worker leaves', (world) => world.redis.hset(world.store.keys.audit, 'processed', '0')],
  ])('that has %s is of an older version, and stays as it is', async (_, leave) => {
    const world = new World();
    await leave(world);
    const before = await world.state();
    expect(await claim(world)).toEqual({ word: 'older', number: null });
    expect(await world.state()).toEqual(before);
  });
});

test.each([
  ['7', 'same'],
  ['6', 'older'],
  ['8', 'newer'],
  ['10', 'newer'],
  ['x', 'newer'],
  ['leaving 6', 'older'],
  ['leaving 8', 'newer'],
  ['leaving x', 'newer'],
])('the number %s beside 7 is the %s one, with state or without, and nothing changes', async (number, word) => {
  const world = new World();
  await world.redis.set(world.store.keys.format, number);
  expect(await claim(world)).toEqual({ word, number });
  await world.meet('x');
  const before = await world.state();
  expect(await claim(world)).toEqual({ word, number });
  expect(await world.state()).toEqual(before);
});

test('of several that claim at once one does, and the others see its number', async () => {
  const world = new World();
  const words = (await Promise.all([claim(world), claim(world), claim(world)])).map(({ word }) => word);
  expect(words.sort()).toEqual(['claimed', 'same', 'same']);
});

test('a number that was removed under a running worker comes back with its next look at the log', async () => {
  const world = await World.claimed();
  await world.meet('x');
  const { format } = await world.state();
  await world.redis.del(world.store.keys.format);
  await mendKeys(world.redis, world.store, '0', 'm');
  expect((await world.state()).format).toBe(format);
  await world.redis.set(world.store.keys.format, '99');
  await mendKeys(world.redis, world.store, '0', 'm');
  expect((await world.state()).format).toBe('99');
});
