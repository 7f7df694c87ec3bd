import { describe, expect, test } from 'vitest';
import { crew, settled } from '../support/crew.ts';
import { eventually } from '../support/eventually.ts';
import { LiveWorld } from '../support/live-world.ts';
import { proxyToRedis } from '../support/proxy.ts';
import type { StreamValue } from '../support/snapshot.ts';

const MINUTE_MS = 60_000;

/** It is to stop within five seconds; a busy machine takes longer. Without a bound of its own it would never stop. */
const LATE_MS = 20_000;

const watch = (within: number, rest: object = {}) => ({
  id: 'watch',
  name: 'Watch',
  trigger: { posture: 'Proactive', after: ['beat'], expect: ['beat'], within, for_each: ['id'], ...rest },
});

test('while definitions change each of 4,000 events meets exactly one generation of them', async () => {
  const world = await LiveWorld.start();
  const document = (n: number) => ({
    id: 'a',
    name: `n${n}`,
    trigger: { posture: 'Reactive', expect: ['x', `only-${n}`] },
  });
  await world.put(document(0));
  const ids = Array.from({ length: 4_000 }, (_, i) => `e${i}`);
  await world.sendMany(-10 * MINUTE_MS, 'x', ids);
  await crew(world, 3);
  const applied = async () => Number((await world.redis.hget(world.store.keys.counters, 'applied')) ?? 0);
  for (let n = 1; n <= 8; n += 1) {
    await eventually('some more is applied', async () => (await applied()) >= Math.min(ids.length, n * 400));
    await world.put(document(n));
  }
  await settled(world);
  const firings = await world.firings();
  expect(firings.map(({ event }) => event?.id)).toEqual(ids);
  const revisions = firings.map(({ revision }) => revision);
  expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  expect(new Set(revisions).size).toBeGreaterThan(1);
  expect(firings.filter(({ name, revision }) => name !== `n${revision - 1}`)).toEqual([]);
});

describe('a worker that begins', () => {
  // Of 250: with others behind them, and with none, where only the standing position tells.
  test.each([120, 250])(
    'goes on with what its predecessor had been given and did not apply: %d entries',
    async (given) => {
      const world = await LiveWorld.start();
      await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
      await world.sendMany(
        -10 * MINUTE_MS,
        'x',
        Array.from({ length: 250 }, (_, i) => `e${i}`),
      );
      const held = await world.read('predecessor', given);
      await world.apply(held.slice(0, 40));
      await crew(world);
      await settled(world);
      expect((await world.firings()).map(({ event }) => event?.id)).toEqual(
        Array.from({ length: 250 }, (_, i) => `e${i}`),
      );
      expect(((await world.state()).events as StreamValue).groups.engine?.pending).toEqual({});
    },
  );

  test('says that it lives, and takes that back when it stops', async () => {
    const world = await LiveWorld.start();
    const { workers, stop } = await crew(world, 2);
    expect(new Set(workers.map(({ id }) => id)).size).toBe(2);
    for (const { id } of workers) {
      const key = world.store.prefixes.worker + id;
      expect(await world.redis.hgetall(key)).toMatchObject({ pid: String(process.pid), generation: '0' });
      expect(await world.redis.pttl(key)).toBeGreaterThan(0);
    }
    await stop();
    for (const { id } of workers) expect(await world.redis.exists(world.store.prefixes.worker + id)).toBe(0);
  });

  test('reads definitions that change while it runs', async () => {
    const world = await LiveWorld.start();
    await crew(world);
    await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
    await world.redis.xadd(world.store.keys.events, '*', 'event', 'x', 'resource.id', 'r');
    await eventually('it fires', async () => (await world.firings()).length === 1);
    await world.remove('a');
    await world.redis.xadd(world.store.keys.events, '*', 'event', 'x', 'resource.id', 'r');
    await settled(world);
    expect(await world.firings()).toHaveLength(1);
  });
});

describe('a worker that stops', () => {
  test('applies what it has read, and nobody finds anything of it pending', async () => {
    const world = await LiveWorld.start();
    await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
    await world.sendMany(
      -10 * MINUTE_MS,
      'x',
      Array.from({ length: 3_000 }, (_, i) => `e${i}`),
    );
    const { stop } = await crew(world, 1, { chunkSize: 50 });
    await eventually('it has begun', async () => (await world.redis.get(world.store.keys.position)) !== null);
    await stop();
    const { events, position } = await world.state();
    const { delivered, pending } = (events as StreamValue).groups.engine ?? {};
    // A read under way when it was stopped may have been given a last chunk that never arrived; others take that over.
    const lost = Object.keys(pending ?? {}).length;
    expect(lost).toBeLessThanOrEqual(50);
    if (lost === 0) expect(position).toBe(delivered);
    await crew(world);
    await settled(world);
    expect((await world.firings()).map(({ event }) => event?.id)).toEqual(
      Array.from({ length: 3_000 }, (_, i) => `e${i}`),
    );
  });

  test('stops although Redis does not answer', async () => {
    const world = await LiveWorld.start();
    const link = await proxyToRedis();
    const { stop } = await crew(world, 1, {}, link.url);
    link.hold();
    const began = performance.now();
    await stop();
    expect(performance.now() - began).toBeLessThan(LATE_MS);
  });
});

test('an absence is reported as soon as it is due, also when somebody else set the deadline', async () => {
  const world = await LiveWorld.start();
  await world.put(watch(10, { expect: ['done'] }));
  await crew(world, 2);
  await world.sendAt(-9_500, 'beat');
  const firing = await eventually('it fires', async () => (await world.firings())[0]);
  expect(firing.triggered).toBe(world.nowMs + 500);
});

test('connections that are thrown out again and again lose and double nothing', async () => {
  const world = await LiveWorld.start();
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
  const ids = Array.from({ length: 4_000 }, (_, i) => `e${i}`);
  await world.sendMany(-10 * MINUTE_MS, 'x', ids);
  const link = await proxyToRedis();
  const { lines } = await crew(world, 2, { chunkSize: 20 }, link.url);
  for (let kill = 0; kill < 3; kill += 1) {
    const before = await world.redis.get(world.store.keys.position);
    link.cut();
    await eventually(
      'it goes on',
      async () =>
        (await world.redis.get(world.store.keys.position)) !== before || (await world.waiting(1)).length === 0,
    );
  }
  await settled(world);
  expect((await world.firings()).map(({ event }) => event?.id)).toEqual(ids);
  expect(JSON.stringify(lines)).not.toContain('"args"');
});
