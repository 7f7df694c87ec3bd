import { describe, expect, test } from 'vitest';
import { Applier } from '../../src/apply/applier.ts';
import { Matcher } from '../../src/apply/matcher.ts';
import { lastDeadLetters } from '../../src/inspect/dead-letters.ts';
import { CRASH_ATTEMPTS, leaveWord, takeOver } from '../../src/redis/steps/take-over.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { logLines } from '../support/log-lines.ts';
import { World } from '../support/world.ts';

const MOST = 100;
const ask = (world: World, worker: string) => takeOver(world.redis, world.store, worker, MOST);
const lives = (world: World, worker: string) =>
  world.redis.set(`${world.store.prefixes.worker}${worker}`, '1', 'PX', 60_000);

/** A log of `count` entries that were all given to somebody. */
async function logged(count: number): Promise<{ world: World; ids: string[] }> {
  const world = new World();
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push(await world.send('x'));
  await world.read('gone');
  return { world, ids };
}

/** Applies the first entries that wait. */
const applied = async (world: World, count: number) => await world.apply((await world.waiting()).slice(0, count));

test('where nothing waits there is nothing to take over', async () => {
  const { world } = await logged(0);
  expect(await ask(world, 'w')).toEqual({ word: 'idle', entry: '', count: 0, deaths: 0 });
});

test('the first worker takes a chunk, again and again while it comes through', async () => {
  const { world, ids } = await logged(3);
  for (let i = 0; i < 2 * CRASH_ATTEMPTS; i += 1) {
    expect(await ask(world, 'w')).toEqual({ word: 'take', entry: ids[0], count: MOST, deaths: 0 });
    await leaveWord(world.redis, world.store, 'w');
  }
});

test('beside a worker that is still at it others take less, and are no deaths', async () => {
  const { world, ids } = await logged(3);
  for (const worker of ['a', 'b', 'c', 'd']) await lives(world, worker);
  const turns = [];
  for (const worker of ['a', 'b', 'c', 'd']) turns.push(await ask(world, worker));
  expect(turns.map(({ count }) => count)).toEqual([MOST, 10, 1, 1]);
  expect(turns).toMatchObject(Array(4).fill({ word: 'take', entry: ids[0], deaths: 0 }));
});

test('a worker that is at earlier entries and lives slows nobody down', async () => {
  const { world, ids } = await logged(3);
  await lives(world, 'a');
  await ask(world, 'a');
  await applied(world, 1);
  expect(await ask(world, 'w')).toEqual({ word: 'take', entry: ids[1], count: MOST, deaths: 0 });
});

test('after a death what it had taken is taken in small parts, then chunks again', async () => {
  const { world, ids } = await logged(3);
  await ask(world, 'dead');
  for (let i = 0; i < 2; i += 1) ids.push(await world.send('x'));
  for (const id of ids.slice(0, 3)) {
    expect(await ask(world, 'w')).toMatchObject({ word: 'take', entry: id, count: 10 });
    await leaveWord(world.redis, world.store, 'w');
    await applied(world, 1);
  }
  expect(await ask(world, 'w')).toMatchObject({ word: 'take', entry: ids[3], count: MOST });
  expect(await world.redis.hkeys(world.store.keys.attempts)).toEqual(['worker:w']);
});

test('a worker that was silent for three seconds is taken for dead', async () => {
  const { world } = await logged(3);
  await ask(world, 'silent');
  await applied(world, 1);
  const sign = `${world.store.prefixes.worker}silent`;
  await world.redis.set(sign, '1', 'PX', 9_000);
  expect(await ask(world, 'w')).toMatchObject({ count: MOST });
  await world.redis.pexpire(sign, 5_000);
  expect(await ask(world, 'w')).toMatchObject({ count: 10 });
});

describe('workers that die', () => {
  test('one after the other at an entry alone make it poison', async () => {
    const { world, ids } = await logged(3);
    const turns = [];
    for (let i = 0; i < CRASH_ATTEMPTS + 3; i += 1) turns.push(await ask(world, `w${i}`));
    expect(turns.map(({ word, count }) => `${word} ${count}`)).toEqual([
      `take ${MOST}`,
      'take 10',
      ...Array(CRASH_ATTEMPTS).fill('take 1'),
      'poison 1',
    ]);
    expect(await ask(world, 'last')).toMatchObject({ entry: ids[0], word: 'poison' });
  });

  test('all at once, as when Redis went away, count as one', async () => {
    const { world } = await logged(3);
    const workers = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const worker of workers) await lives(world, worker);
    for (const worker of workers) await ask(world, worker);
    for (const worker of workers) await world.redis.del(world.store.prefixes.worker + worker);
    expect(await ask(world, 'w')).toMatchObject({ word: 'take', count: 1, deaths: 1 });
  });

  test('at different entries are no fault of either', async () => {
    const { world, ids } = await logged(6);
    for (let i = 0; i < 5; i += 1) {
      expect(await ask(world, `w${i}`)).toMatchObject({ entry: ids[i], deaths: 0 });
      await applied(world, 1);
    }
  });
});

test('an entry at which workers die goes to the dead letters without being read, and the log goes on', async () => {
  const { world, ids } = await logged(5);
  await applied(world, 2);
  for (let i = 0; i <= CRASH_ATTEMPTS + 1; i += 1) await ask(world, `dead${i}`);
  const { logger, lines } = logLines();
  const { redis, store, definitions } = world;
  const clock = new FakeClock({ flies: true });
  const applier = new Applier({ redis, store, matcher: new Matcher(definitions, clock), clock, logger, worker: 'w' });
  const signal = new AbortController().signal;
  expect(await applier.applyWaiting(signal)).toBe(1);
  expect(await lastDeadLetters(redis, store, 9)).toMatchObject([
    {
      source: 'events',
      entry: ids[2],
      reason: `poison: ${CRASH_ATTEMPTS} workers died at it`,
      attempts: CRASH_ATTEMPTS,
    },
  ]);
  expect((await lastDeadLetters(redis, store, 9))[0]?.fields[0]).toBe('data');
  expect(lines.map(({ msg, entry }) => [msg, entry])).toEqual([
    ['workers die at an entry, it goes to the dead letters', ids[2]],
  ]);
  while ((await applier.applyWaiting(signal)) > 0);
  expect(await world.waiting()).toEqual([]);
  const state = await world.state();
  expect(state.counters).toEqual({ applied: '4', rejected: '1' });
});
