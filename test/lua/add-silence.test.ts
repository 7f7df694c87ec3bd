import { expect, test } from 'vitest';
import { allSilences } from '../../src/redis/silences.ts';
import { addSilence } from '../../src/redis/steps/add-silence.ts';
import { endSilence } from '../../src/redis/steps/end-silence.ts';
import { ms, World } from '../support/world.ts';

/** As lua/include/limits.lua has them. */
const MOST = 1_000;
const MOST_BYTES = 1_000_000;
const KEPT_S = 7 * 86_400;

const said = (reason = 'why') => JSON.stringify({ automation: 'a', labels: {}, reason, by: 'ana' });
const add = (world: World, id: string, forMs = 60_000, reason = 'why') =>
  addSilence(world.redis, world.store, { id, said: said(reason), forMs });
const idsOf = async (world: World) => (await allSilences(world.redis, world.store)).map(({ id }) => id);

test('a silence holds from now on for as long as it was asked for, and the change is counted', async () => {
  const world = new World();
  expect(await add(world, 's-1')).toEqual({ word: 'added', from: ms(0), until: ms(60) });
  expect(await world.state()).toEqual({ silences: { 's-1': `${ms(0)} ${ms(60)} ${said()}`, version: '1' } });
  expect(await allSilences(world.redis, world.store)).toEqual([
    { id: 's-1', automation: 'a', labels: {}, reason: 'why', by: 'ana', from: ms(0), until: ms(60) },
  ]);
});

test('one that ended is kept for a week, and goes with a later one', async () => {
  const world = new World();
  await add(world, 's-1', 1_000);
  world.at(KEPT_S + 0.999);
  await add(world, 's-2');
  expect(await idsOf(world)).toEqual(['s-1', 's-2']);
  world.at(KEPT_S + 1);
  await add(world, 's-3');
  expect(await idsOf(world)).toEqual(['s-2', 's-3']);
});

test('there are no more than the limit: those that ended make room first, then none is added', async () => {
  const world = new World();
  await add(world, 'old', 1_000);
  world.at(2);
  const one = `${ms(2)} ${ms(10_000)} ${said()}`;
  await world.redis.hset(
    world.store.keys.silences,
    Object.fromEntries(Array.from({ length: MOST - 1 }, (_, i) => [`n-${i}`, one])),
  );
  expect((await add(world, 's-1')).word).toBe('added');
  expect(await idsOf(world)).not.toContain('old');
  const before = await world.state();
  expect(await add(world, 's-2')).toEqual({ word: 'full' });
  expect(await world.state()).toEqual(before);
});

test('together they have no more bytes than the limit', async () => {
  const world = new World();
  const large = 'x'.repeat(MOST_BYTES / 2);
  expect((await add(world, 's-1', 1_000, large)).word).toBe('added');
  expect((await add(world, 's-2', 60_000, large)).word).toBe('full');
  world.at(1);
  expect((await add(world, 's-3', 60_000, large)).word).toBe('added');
  expect(await idsOf(world)).toEqual(['s-3']);
});

test('what others wrote there is no silence and goes first', async () => {
  const world = new World();
  await world.redis.hset(world.store.keys.silences, { odd: 'nonsense', half: `1 ${ms(9)} {"by":1}` });
  await add(world, 's-1');
  expect(await idsOf(world)).toEqual(['s-1']);
  expect(await world.redis.hexists(world.store.keys.silences, 'odd')).toBe(0);
});

test('an ended one stays in the list with its end, once', async () => {
  const world = new World();
  await add(world, 's-1');
  world.at(10);
  expect(await endSilence(world.redis, world.store, 's-1')).toBe('ended');
  expect(await allSilences(world.redis, world.store)).toMatchObject([{ from: ms(0), until: ms(10) }]);
});
