import { describe, expect, test } from 'vitest';
import { audit } from '../../src/redis/steps/audit.ts';
import type { StreamValue } from '../support/snapshot.ts';
import { ms, World } from '../support/world.ts';

const look = async (world: World) => await audit(world.redis, world.store);
const told = async (world: World) => (await look(world)).findings.map(({ kind, detail }) => `${kind} ${detail}`);
const lost = async (world: World) => await world.redis.hget(world.store.keys.counters, 'lost');
const pending = async (world: World) => ((await world.state()).events as StreamValue).groups.engine?.pending;

/** A log of `count` entries, one a second, of which the first `done` are applied. */
async function logged(count: number, done: number): Promise<{ world: World; ids: string[] }> {
  const world = new World();
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push(await world.at(i).send('x'));
  await world.read('w');
  // As a worker does before it takes part.
  expect(await told(world)).toEqual([]);
  if (done > 0) await world.apply((await world.waiting()).slice(0, done));
  expect(await told(world)).toEqual([]);
  return { world, ids };
}

describe('nothing is found', () => {
  test('where there is nothing', async () => {
    expect(await look(new World())).toEqual({ position: '0-0', findings: [] });
  });

  test.each([[0], [1], [7], [10]])('while %d of ten entries are applied, whatever became of them', async (done) => {
    const { world, ids } = await logged(10, done);
    expect(await look(world)).toEqual({ position: done === 0 ? '0-0' : ids[done - 1], findings: [] });
    await world.append(['no', 'event']);
    await world.send('x', { id: 'e1' });
    await world.send('prefect.log.write');
    await world.send('x', { follows: 'nobody' });
    await world.drain();
    expect(await told(world)).toEqual([]);
  });

  test('when entries that are applied are removed, or went before the engine came', async () => {
    const early = new World();
    for (let i = 0; i < 10; i += 1) await early.send('x');
    await early.redis.xtrim(early.store.keys.events, 'MAXLEN', 4);
    expect(await told(early)).toEqual([]);
    await early.drain();
    expect(await told(early)).toEqual([]);
    const { world, ids } = await logged(10, 6);
    await world.redis.xdel(world.store.keys.events, ids[2] ?? '');
    await world.redis.xtrim(world.store.keys.events, 'MINID', ids[6] ?? '');
    expect(await told(world)).toEqual([]);
    await world.drain();
    expect([await told(world), await lost(world)]).toEqual([[], null]);
  });
});

describe('entries that were removed before they were applied', () => {
  test('by trimming are counted at once, and told once', async () => {
    const { world } = await logged(10, 4);
    await world.redis.xtrim(world.store.keys.events, 'MAXLEN', 3);
    expect(await told(world)).toEqual(['entries-lost 3']);
    expect([await told(world), await lost(world)]).toEqual([[], '3']);
    await world.drain();
    await world.send('x');
    await world.redis.xtrim(world.store.keys.events, 'MAXLEN', 0);
    expect(await told(world)).toEqual(['entries-lost 1']);
    expect(await lost(world)).toBe('4');
  });

  test('one by one are told at once, and counted when the log is applied', async () => {
    const { world, ids } = await logged(10, 4);
    await world.redis.xdel(world.store.keys.events, ids[5] ?? '', ids[8] ?? '');
    expect(await told(world)).toEqual([`deleted-ahead ${ids[8]}`]);
    expect(await told(world)).toEqual([]);
    await world.drain();
    expect(await told(world)).toEqual(['entries-lost 2']);
    expect([await told(world), await lost(world)]).toEqual([[], '2']);
  });

  test('are told to one of those who ask at once', async () => {
    const { world } = await logged(10, 4);
    await world.redis.xtrim(world.store.keys.events, 'MAXLEN', 1);
    const answers = await Promise.all(Array.from({ length: 8 }, () => told(world)));
    expect(answers.flat()).toEqual(['entries-lost 5']);
  });
});

describe('a position that was lost', () => {
  test('is found where the first chunk of an engine has just been read, and that chunk is applied', async () => {
    const { world } = await logged(10, 0);
    await world.redis.del(world.store.keys.position);
    expect((await look(world)).position).toBe('0-0');
    expect(await world.drain()).toHaveLength(10);
    expect((await world.state()).counters).toEqual({ applied: '10' });
  });

  test.each([[1], [5], [10]])('is found again after %d of ten entries, and nothing is applied twice', async (done) => {
    const { world, ids } = await logged(10, done);
    await world.redis.del(world.store.keys.position);
    await world.settle();
    expect(await look(world)).toEqual({
      position: ids[done - 1],
      findings: [{ kind: 'position-lost', detail: ids[done - 1] }],
    });
    expect(await told(world)).toEqual([]);
    await world.drain();
    expect((await world.state()).counters).toEqual({ applied: '10' });
  });

  test('is found by whoever needs it first', async () => {
    const { world, ids } = await logged(10, 5);
    await world.redis.del(world.store.keys.position);
    expect(await world.apply((await world.waiting()).slice(7))).toMatchObject({
      word: 'not-my-turn',
      position: ids[4],
    });
    expect(await told(world)).toEqual([`position-lost ${ids[4]}`]);
  });

  test('together with its copy in the clock is found by the ids that are remembered', async () => {
    const { world } = await logged(10, 5);
    await world.redis.del(world.store.keys.position);
    await world.redis.hdel(world.store.keys.clock, 'position');
    expect((await look(world)).position).toBe(`${ms(3)}-0`);
    expect((await world.drain())[0]).toBe('duplicate');
    expect((await world.state()).counters).toEqual({ applied: '10', duplicate: '1' });
  });

  test('of an engine that has applied nothing is the beginning', async () => {
    const { world } = await logged(3, 0);
    expect(await look(world)).toEqual({ position: '0-0', findings: [] });
  });
});

test('a position ahead of the log, which would have entries skipped, is put back', async () => {
  const { world, ids } = await logged(10, 5);
  await world.redis.set(world.store.keys.position, `${ms(1_000)}-0`);
  await world.redis.hset(world.store.keys.clock, 'position', `${ms(1_000)}-0`);
  expect(await told(world)).toEqual([`position-ahead ${ms(1_000)}-0`]);
  // Its copy is as wrong, so the remembered ids say where: before the last one.
  expect(await world.state()).toMatchObject({ position: ids[3], clock: { position: ids[3] } });
  expect((await world.drain())[0]).toBe('duplicate');
  expect((await world.state()).counters).toEqual({ applied: '10', duplicate: '1' });
});

describe('a log that was deleted', () => {
  test('is reported once, and the new one is applied', async () => {
    const { world } = await logged(10, 5);
    await world.redis.del(world.store.keys.events);
    expect(await told(world)).toEqual(['log-replaced 0-0']);
    expect(await told(world)).toEqual([]);
    await world.at(20).send('x', { id: 'new' });
    expect(await world.drain()).toEqual(['applied']);
    expect(await told(world)).toEqual([]);
    await world.send('x');
    await world.redis.xtrim(world.store.keys.events, 'MAXLEN', 0);
    expect(await told(world)).toEqual(['entries-lost 1']);
  });

  test('gives new entries ids behind the position, where it is empty', async () => {
    const { world } = await logged(10, 10);
    await world.redis.del(world.store.keys.events);
    await world.read('w');
    expect(await told(world)).toEqual(['log-replaced 0-0']);
    const id = String(await world.redis.xadd(world.store.keys.events, `${ms(9)}-*`, 'event', 'x', 'resource.id', 'r'));
    expect(id).toBe(`${ms(9)}-1`);
    expect(await world.drain()).toEqual(['applied']);
  });

  test('has all of a new one applied, also what lies below the position', async () => {
    const { world } = await logged(10, 10);
    await world.redis.del(world.store.keys.events);
    for (let i = 0; i < 3; i += 1) await world.at(i).send('x', { id: `new${i}` });
    expect(await told(world)).toEqual([`log-replaced ${ms(2)}-0`]);
    expect(await world.drain()).toEqual(['applied', 'applied', 'applied']);
    expect(await told(world)).toEqual([]);
  });
});

test('nobody holds an entry, whether it was given out before or after it was applied', async () => {
  const world = new World();
  for (let i = 0; i < 5; i += 1) await world.send('x');
  await world.read('dead', 2);
  expect(await pending(world)).toEqual({});
  await world.apply((await world.waiting()).slice(0, 4));
  await world.read('dead', 3);
  expect(await pending(world)).toEqual({});
  expect(await told(world)).toEqual([]);
  expect(await pending(world)).toEqual({});
});
