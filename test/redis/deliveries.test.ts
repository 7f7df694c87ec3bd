import { describe, expect, test } from 'vitest';
import { NotFound } from '../../src/errors.ts';
import { findDefinition } from '../../src/redis/definitions.ts';
import { switchOnce, takeTurn } from '../../src/redis/deliveries.ts';
import { World } from '../support/world.ts';

const document = { id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } };

const pause = (world: World, job: string) => switchOnce(world.redis, world.store, { job, id: 'a', enabled: false });
const enabled = async (world: World) => (await findDefinition(world.redis, world.store, 'a'))?.enabled;

describe('a job that pauses an automation', () => {
  test('undoes no later decision when it is tried again', async () => {
    const world = new World();
    await world.put(document);
    expect(await pause(world, 'f-1-0')).toBe('switched');
    expect(await enabled(world)).toBe(false);
    await world.put({ ...document, enabled: true });
    expect(await pause(world, 'f-1-0')).toBe('left');
    expect(await enabled(world)).toBe(true);
    expect(await pause(world, 'f-2-0')).toBe('switched');
    expect(await enabled(world)).toBe(false);
  });

  test('pauses it when its first try came no further than the note', async () => {
    const world = new World();
    await world.put(document);
    await world.redis.set(`${world.store.prefixes.switched}f-1-0`, '1', 'PX', 60_000);
    expect(await pause(world, 'f-1-0')).toBe('switched');
    expect(await enabled(world)).toBe(false);
  });

  test('finds none that is gone', async () => {
    const world = new World();
    await expect(pause(world, 'f-1-0')).rejects.toThrow(NotFound);
  });
});

test('of a target that takes two in an hour two go now, and all others wait, each for a time of its own', async () => {
  const world = new World();
  const rate = { most: 2, perMs: 3_600_000 };
  const waits = [];
  for (let i = 0; i < 6; i += 1) waits.push(await takeTurn(world.redis, world.store, 'ops', rate));
  expect(waits.slice(0, 2)).toEqual([0, 0]);
  const [third = 0, ...later] = waits.slice(2);
  expect(third).toBeGreaterThan(0);
  expect(third).toBeLessThanOrEqual(3_600_000);
  for (const [i, wait] of later.entries()) {
    expect(Math.abs(wait - third - (i + 1) * 1_800_000)).toBeLessThan(60_000);
  }
  expect(await takeTurn(world.redis, world.store, 'others', rate)).toBe(0);
});

test('nothing waits for more than ten periods, however much waits before it', async () => {
  const world = new World();
  const rate = { most: 1, perMs: 3_600_000 };
  let last = 0;
  for (let i = 0; i < 30; i += 1) last = await takeTurn(world.redis, world.store, 'ops', rate);
  expect(last).toBeLessThanOrEqual(10 * 3_600_000);
});
