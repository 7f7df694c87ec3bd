import { describe, expect, test } from 'vitest';
import { closeSource } from '../../src/redis/steps/close-source.ts';
import { openSource } from '../../src/redis/steps/open-source.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { FedWorld } from '../support/fed.ts';
import { ms, World } from '../support/world.ts';

const watch = (within = 20) => ({
  id: 'w',
  name: 'w',
  trigger: { posture: 'Proactive', after: ['a'], expect: ['b'], for_each: ['id'], within },
});

/** One that watches, with `a` at 0 fed at 1. */
async function watching(): Promise<FedWorld> {
  const world = await FedWorld.opened();
  await world.target.put(watch());
  await world.source.send('a');
  await world.at(1).feed();
  await world.target.drain();
  return world;
}

/** The lag limit and a little, in seconds. */
const LIMIT = 15 * 60;

describe('the time of a fed log', () => {
  test('does not run ahead of its source at an entry, whatever its position is', async () => {
    const world = await watching();
    await world.at(19.9).source.send('b');
    await world.at(20.5).feed();
    expect(await world.target.drain()).toEqual(['applied satisfied']);
    await world.target.at(100).settle();
    expect(await world.target.told()).toEqual([]);
  });

  test('does not run ahead of its source in the scheduler, which sleeps meanwhile', async () => {
    const world = await watching();
    await world.at(19.9).source.send('b');
    world.at(25);
    const { redis, store } = world.target;
    expect(await settle(redis, store)).toMatchObject({ word: 'settled', wakeMs: null, fired: 0 });
    await world.feed();
    await world.target.drain();
    expect(await world.target.told()).toEqual([]);
  });

  test('goes on with what is fed, or with the lag limit', async () => {
    const world = await watching();
    await world.at(20).source.send('c');
    await world.at(30).feed();
    expect(await world.target.drain()).toEqual(['applied']);
    expect(await world.target.told()).toEqual(['w triggered@20 r e1']);
    const other = await watching();
    await other.target.at(20 + LIMIT - 0.001).settle();
    expect(await other.target.told()).toEqual([]);
    await other.target.at(20 + LIMIT).settle();
    expect(await other.target.told()).toEqual(['w triggered@20 r e1']);
  });

  test('is that of its slowest source', async () => {
    const world = await watching();
    const { redis, store } = world.target;
    for (const source of ['1', '2', '3', '4', '5'])
      await openSource(redis, store, { source, from: `${ms(source === '3' ? 2 : 30)}-0` });
    await world.at(40).source.send('c');
    await world.feed();
    await world.target.drain();
    await world.target.at(50).settle();
    expect(await world.target.told()).toEqual([]);
    await closeSource(redis, store, '3');
    expect(await world.target.drain()).toEqual(['marked']);
    expect(await world.target.told()).toEqual(['w triggered@20 r e1']);
  });

  test('is held back by a source from behind the entry that opens it', async () => {
    const world = new World();
    await world.put(watch());
    await world.meet('a');
    await openSource(world.redis, world.at(30).store, { source: 'front', from: '0-0' });
    await world.drain();
    expect(await world.told()).toEqual(['w triggered@20 r e1']);
    await world.meet('a', { resource: 'q' });
    await world.at(100).settle();
    expect((await world.told()).length).toBe(1);
  });

  test('does not hang on when the scheduler runs, however long an entry waits', async () => {
    const told: string[][] = [];
    for (const early of [true, false]) {
      const world = await watching();
      await world.at(19.9).source.send('b');
      await world.at(20.5).feed();
      if (early) await world.target.at(20.5 + 2 * LIMIT).settle();
      await world.target.drain();
      await world.target.at(20.5 + 2 * LIMIT).settle();
      told.push(await world.target.told());
    }
    expect(told).toEqual([[], []]);
  });

  test('counts what is rejected or ignored', async () => {
    const world = await watching();
    await world.at(20).source.append(['data', '{']);
    await world.at(21).source.send('prefect.log.write');
    await world.at(30).feed();
    expect(await world.target.drain()).toEqual(['rejected', 'ignored']);
    await world.target.settle();
    expect(await world.target.told()).toEqual(['w triggered@20 r e1']);
    expect((await world.target.state()).reached).toEqual({ front: String(ms(21)) });
  });

  test('is as it was when an entry has to wait for what is due before it', async () => {
    const world = await FedWorld.opened();
    await world.target.put(watch());
    for (let i = 0; i < 400; i += 1) await world.source.send('a', { resource: `r${i}` });
    await world.source.at(50).send('c');
    await world.target.at(50);
    await world.feed();
    const words = await world.target.drain();
    expect(words.filter((word) => word === 'applied').length).toBe(1);
    expect((await world.target.told()).length).toBe(400);
  });
});

test('a change of definitions is no further than the sources are', async () => {
  const world = await watching();
  await world.target.at(50).put({ ...watch(), name: 'other' });
  expect(await world.target.told()).toEqual([]);
});

test('followers wait for what is not fed yet', async () => {
  const world = await watching();
  await world.source.at(2).send('x', { follows: 'leader' });
  await world.target.at(2);
  await world.feed();
  await world.target.drain();
  await world.target.at(3 + LIMIT).settle();
  expect(await world.target.drain()).toEqual([]);
  await world.target.at(2 + 2 * LIMIT).settle();
  expect(await world.target.drain()).toEqual(['applied']);
});

test('a log that nothing feeds has nothing of it', async () => {
  const world = new World();
  await world.put(watch());
  await world.meet('a');
  await world.at(30).settle();
  const state = await world.state();
  expect([state.fed, state.reached]).toEqual([undefined, undefined]);
  expect(Object.keys(state.clock as object).sort()).toEqual(['arrival', 'newest', 'position', 'settled']);
});
