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

test('of a target that takes two in an hour two go now, and the third hears how long to wait', async () => {
  const world = new World();
  const rate = { most: 2, perMs: 3_600_000 };
  const waits = [];
  for (let i = 0; i < 3; i += 1) waits.push(await takeTurn(world.redis, world.store, 'ops', rate));
  expect(waits.slice(0, 2)).toEqual([0, 0]);
  expect(waits[2]).toBeGreaterThan(0);
  expect(waits[2]).toBeLessThanOrEqual(3_600_000);
  expect(await takeTurn(world.redis, world.store, 'others', rate)).toBe(0);
});
