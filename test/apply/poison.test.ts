import type { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import { Applier, type ApplierParts } from '../../src/apply/applier.ts';
import { Batch } from '../../src/apply/batch.ts';
import { Matcher } from '../../src/apply/matcher.ts';
import { lastDeadLetters } from '../../src/inspect/dead-letters.ts';
import { mendKeys } from '../../src/redis/steps/mend-keys.ts';
import { indexFaults } from '../support/deadlines.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { logLines } from '../support/log-lines.ts';
import { unreadableWindow } from '../support/unreadable-window.ts';
import { ms, World } from '../support/world.ts';

const never = new AbortController().signal;

const counting = {
  id: 'a',
  name: 'A',
  trigger: { posture: 'Reactive', expect: ['x'], threshold: 1_000, within: 600, for_each: ['id'] },
};
const deadMan = (id: string) => ({
  id,
  name: id,
  trigger: { posture: 'Proactive', after: ['x'], expect: ['y'], within: 10, for_each: ['id'] },
});

function applierOf(world: World, { chunkSize, ...parts }: Partial<ApplierParts> & { chunkSize?: number } = {}) {
  const clock = new FakeClock({ flies: true });
  const { logger, lines } = logLines();
  const { redis, store, definitions } = world;
  const matcher = new Matcher(definitions, parts.clock ?? clock, chunkSize);
  return { applier: new Applier({ redis, store, matcher, clock, logger, ...parts }), clock, lines };
}

/** A log of 100 events of which those at `bad` are named differently. */
async function logged(bad: readonly number[]): Promise<World> {
  const world = new World();
  await world.put(counting);
  for (let i = 0; i < 100; i += 1) await world.send('x', { id: bad.includes(i) ? `bad${i}` : `e${i}` });
  await world.definitions.refresh();
  return world;
}

const letters = async (world: World) => await lastDeadLetters(world.redis, world.store, 100);

/** The client of a world whose calls of scripts pass by `meddle` first: it throws, or lets them through. */
function meddled(world: World, meddle: (values: readonly string[]) => void): Redis {
  return new Proxy(world.redis, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      if (name !== 'evalsha') return value.bind(target);
      return async (...call: unknown[]) => {
        meddle(call.map(String));
        return await Reflect.apply(value, target, call);
      };
    },
  });
}

describe('an entry that cannot be matched', () => {
  test.each([[[0]], [[57]], [[99]], [[3, 4, 98]]])(
    'at %j goes to the dead letters, all others are applied',
    async (bad) => {
      const world = await logged(bad);
      const { triggers: triggerIndex } = world.definitions.view;
      const interested = triggerIndex.interested.bind(triggerIndex);
      const asked = vi.spyOn(triggerIndex, 'interested').mockImplementation((event) => {
        if (event.id.startsWith('bad')) throw new TypeError('no way');
        return interested(event);
      });
      const { applier } = applierOf(world);
      await applier.apply(new Batch(await world.read()), never);
      expect(asked.mock.calls.length).toBeLessThan(1_000 * bad.length);
      asked.mockRestore();
      expect(await letters(world)).toMatchObject(
        bad.map(() => ({ source: 'events', reason: 'poison: failed 3 times', error: 'no way', attempts: 3 })),
      );
      const state = await world.state();
      expect(state.counters).toEqual({ applied: String(100 - bad.length), rejected: String(bad.length) });
      expect(state.position).toBe(`${ms(0)}-99`);
    },
  );
});

test('an entry that makes the whole script fail is found by halves and set aside', async () => {
  const world = await logged([41]);
  let calls = 0;
  const redis = meddled(world, (values) => {
    calls += 1;
    if (values.some((value) => value.includes('"bad41"'))) {
      throw new Error('ERR user_script:31: too many nested data structures');
    }
  });
  const { applier, lines } = applierOf(world, { redis });
  await applier.apply(new Batch(await world.read()), never);
  expect(calls).toBeLessThan(30);
  expect(await letters(world)).toMatchObject(
    [{ reason: 'poison: failed 3 times', error: /^ERR user_script/, attempts: 3 }].map(({ error: _, ...rest }) => rest),
  );
  expect((await world.state()).counters).toEqual({ applied: '99', rejected: '1' });
  expect(lines.filter(({ msg }) => msg.includes('dead letters'))).toHaveLength(1);
});

describe('while the infrastructure fails', () => {
  test.each([
    'LOADING Redis is loading the dataset in memory',
    "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    'MISCONF Redis is configured to save RDB snapshots',
    'NOREPLICAS Not enough good replicas to write.',
    'MASTERDOWN Link with MASTER is down',
    'CLUSTERDOWN The cluster is down',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'DAMAGED {wf}:generation was deleted',
    'Connection is closed.',
    'Command timed out',
  ])('nothing is set aside, however often: %s', async (text) => {
    const world = await logged([]);
    let left = 10;
    const redis = meddled(world, () => {
      left -= 1;
      if (left >= 0) throw new Error(text);
    });
    const { applier, lines } = applierOf(world, { redis });
    const entries = await world.read();
    const batch = new Batch(entries);
    for (let i = 0; i < 10; i += 1) await expect(applier.apply(batch, never)).rejects.toThrow(text);
    await applier.apply(batch, never);
    expect((await world.state()).counters).toEqual({ applied: '100' });
    expect([await letters(world), lines]).toEqual([[], []]);
  });
});

describe('a window that cannot be settled', () => {
  test('holds up neither the others nor the log, and is logged', async () => {
    const world = new World();
    for (const id of ['a', 'b', 'c']) await world.put(deadMan(id));
    await world.meet('x');
    const { name } = await world.node('b');
    await world.redis.hset(world.store.prefixes.windows + name, 'r', 'no window');
    await world.at(20).send('z');
    await world.at(30).send('z');
    const { applier, lines } = applierOf(world);
    await applier.apply(new Batch(await world.read()), never);
    expect(await world.told()).toEqual(['a triggered@10 r e1', 'c triggered@10 r e1']);
    expect(await letters(world)).toMatchObject([
      {
        source: 'windows',
        reason: `cannot be settled: ${name}:r`,
        error: expect.stringMatching(/the window of r cannot be read: no window$/),
        fields: [],
      },
    ]);
    expect((await world.state()).counters).toEqual({ applied: '3' });
    expect(lines.map(({ msg }) => msg)).toEqual(['set aside with the dead letters']);
    await world.redis.hdel(world.store.prefixes.windows + name, 'r');
    expect(indexFaults(await world.state())).toEqual([]);
  });

  test('nor when the scheduler comes to it', async () => {
    const world = new World();
    for (const id of ['a', 'b']) await world.put(deadMan(id));
    await world.meet('x');
    const { name } = await world.node('a');
    await world.redis.hset(world.store.prefixes.windows + name, 'r', 'no window');
    await world.at(20).settle();
    expect(await world.told()).toEqual(['b triggered@10 r e1']);
    expect(await letters(world)).toMatchObject([{ source: 'windows', reason: `cannot be settled: ${name}:r` }]);
    // It is logged once, and costs its quota and its place in the index no more than once.
    await world.at(30).settle();
    expect(await letters(world)).toHaveLength(1);
    expect(await world.redis.hgetall(world.store.keys.quota_used)).toEqual({ '': '1', b: '1' });
  });

  test('leaves the other keys of its trigger as they were', async () => {
    const world = new World();
    await world.put(deadMan('a'));
    for (const resource of ['p', 'q', 'r']) await world.meet('x', { id: resource, resource });
    const { name } = await world.node('a');
    await world.redis.hset(world.store.prefixes.windows + name, 'q', '[1,2');
    await world.at(20).settle();
    expect(await world.told()).toEqual(['a triggered@10 p p', 'a triggered@10 r r']);
    expect(await letters(world)).toMatchObject([{ reason: `cannot be settled: ${name}:q` }]);
  });
});

test('nothing is set aside while a key that others wrote over is not mended', async () => {
  const world = await logged([]);
  await world.redis.set(world.store.keys.seen, 'no list');
  const { applier, lines } = applierOf(world);
  const batch = new Batch(await world.read());
  const said = `DAMAGED ${world.store.keys.seen} holds no generations of ids`;
  for (let i = 0; i < 10; i += 1) await expect(applier.apply(batch, never)).rejects.toThrow(said);
  await mendKeys(world.redis, world.store, '0', 'mark');
  await applier.apply(batch, never);
  expect((await world.state()).counters).toEqual({ applied: '100' });
  expect([await letters(world), lines]).toEqual([[], []]);
});

test('while the state of the engine is broken entries go slowly, and it is said', async () => {
  const world = await logged([]);
  const mend = await unreadableWindow(world, 'a', 'r');
  const { applier, clock, lines } = applierOf(world);
  const entries = await world.read();
  await applier.apply(new Batch(entries.slice(0, 12)), never);
  expect(await letters(world)).toHaveLength(12);
  expect(clock.nowMs()).toBeGreaterThan(4 * 3 * 1_000);
  expect(lines.filter(({ msg }) => msg.includes('the state of the engine seems to be broken'))).toHaveLength(12);
  await mend();
  await applier.apply(new Batch(entries.slice(12)), never);
  expect((await world.state()).counters).toEqual({ applied: '88', rejected: '12' });
});

test('entries whose text is too much for one call are sent in several', async () => {
  const world = new World();
  await world.put(counting);
  const payload = { text: 'x'.repeat(1_400_000) };
  for (let i = 0; i < 12; i += 1) await world.send('x', { id: `e${i}`, payload });
  let calls = 0;
  const redis = meddled(world, (values) => {
    calls += 1;
    expect(values.reduce((sum, value) => sum + value.length, 0)).toBeLessThan(10_000_000);
  });
  await world.definitions.refresh();
  await applierOf(world, { redis }).applier.apply(new Batch(await world.read()), never);
  expect(calls).toBe(3);
  expect((await world.state()).counters).toEqual({ applied: '12' });
});

test('an observer that throws gets the next entries all the same', async () => {
  const world = await logged([]);
  let told = 0;
  const { applier, lines } = applierOf(world, {
    chunkSize: 50,
    observe: (entries) => {
      told += entries.length;
      throw new Error('mine');
    },
  });
  await applier.apply(new Batch(await world.read()), never);
  expect([told, lines.map(({ msg }) => msg)]).toEqual([100, Array(2).fill('an observer of entries failed')]);
});
