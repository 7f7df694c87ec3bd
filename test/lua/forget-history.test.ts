import { expect, test } from 'vitest';
import { forgetHistory } from '../../src/redis/steps/forget-history.ts';
import { ms, World } from '../support/world.ts';

/** Changes of a definition at 0, 10, 20 … s, each behind an event, as large as a node of a stream. */
async function changed(count: number): Promise<World> {
  const world = new World();
  for (let i = 0; i < count; i += 1) {
    await world.at(10 * i).meet('x');
    const trigger = { posture: 'Reactive', expect: [`x${i}`], threshold: 1, within: 0 };
    await world.put({ id: 'a', name: 'A', description: 'd'.repeat(5_000), trigger });
  }
  return world;
}

const generations = async ({ redis, store }: World): Promise<(string | undefined)[]> =>
  (await redis.xrange(store.keys.history, '-', '+')).map(([, fields]) => fields[fields.indexOf('generation') + 1]);

test('changes go with the log before which they lie, all but the last of them', async () => {
  const world = await changed(6);
  const { redis, store } = world;
  expect(await forgetHistory(redis, store)).toBe('clean');
  await redis.xtrim(store.keys.events, 'MINID', String(ms(30)));
  expect(await forgetHistory(redis, store)).toBe('forgotten');
  expect(await generations(world)).toEqual(['3', '4', '5', '6']);
  expect(await forgetHistory(redis, store)).toBe('clean');
});

test('before anything was ever applied all changes stay', async () => {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'], threshold: 1, within: 0 } });
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['y'], threshold: 1, within: 0 } });
  const { redis, store } = world;
  expect(await forgetHistory(redis, store)).toBe('clean');
  expect(await generations(world)).toEqual(['1', '2']);
});

test('where the log is empty the position is its beginning, and the last change stays', async () => {
  const world = await changed(4);
  const { redis, store } = world;
  await world.at(100).meet('x');
  await redis.xtrim(store.keys.events, 'MAXLEN', 0);
  expect(await forgetHistory(redis, store)).toBe('forgotten');
  expect(await generations(world)).toEqual(['4']);
  expect(await forgetHistory(redis, store)).toBe('clean');
});
