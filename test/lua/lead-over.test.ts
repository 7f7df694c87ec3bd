import { expect, test } from 'vitest';
import { leadOver } from '../../src/redis/steps/lead-over.ts';
import { World } from '../support/world.ts';

test('commands are carried out in their order, bytes as they are, while the state has the form they begin with', async () => {
  const world = new World();
  const { redis, store } = world;
  const { format, clock } = store.keys;
  const bytes = Buffer.from([0, 255, 128, 10]);
  expect(await leadOver(redis, store, '', [['SET', format, 'leaving 1']])).toBe('led');
  const commands = [
    ['HSET', clock, 'newest', bytes, 'arrival', ''],
    ['HDEL', clock, 'arrival'],
  ] as const;
  expect(await leadOver(redis, store, 'leaving 1', commands)).toBe('led');
  expect(await redis.hgetallBuffer(clock)).toEqual({ newest: bytes });
  expect(await world.state()).toMatchObject({ format: 'leaving 1' });
});

test.each(['', '2', 'leaving 2', '3'])(
  'commands for another form than the one that stands there change nothing: %s',
  async (form) => {
    const world = new World();
    const { redis, store } = world;
    await redis.set(store.keys.format, 'leaving 1');
    expect(await leadOver(redis, store, form, [['SET', store.keys.position, '1-1']])).toBe('other');
    expect(await world.state()).toEqual({ format: 'leaving 1' });
  },
);
