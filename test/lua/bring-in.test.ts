import { describe, expect, test } from 'vitest';
import { forgetSource, knownSource, pauseSource, placeIn } from '../../src/redis/sources.ts';
import { type BringInCall, type Brought, bringIn } from '../../src/redis/steps/bring-in.ts';
import { openSource } from '../../src/redis/steps/open-source.ts';
import { iso, ms, World } from '../support/world.ts';

/** An engine with the source `shop` open, and nothing brought in. */
async function opened(): Promise<World> {
  const world = new World();
  const { redis, store } = world;
  await redis.hset(store.keys.sources, 'shop', '0-0');
  await openSource(redis, store, { source: 'shop', from: `${ms(0)}-0` });
  return world;
}

function event(id: string, name = id): Brought {
  const data = JSON.stringify({ id: `shop:${name}`, event: 'x', resource: { id: 'r' } });
  return { id, wrong: null, fields: ['data', data] };
}

async function bring({ redis, store }: World, call: Partial<BringInCall>): Promise<string> {
  const { word, place } = await bringIn(redis, store, { source: 'shop', from: '0-0', to: '2-0', entries: [], ...call });
  return `${word} ${place}`;
}

describe('what a source brings in', () => {
  test('enters the log in order, with its id there, and the place moves with it', async () => {
    const world = (await opened()).at(5);
    const entries = [event(`${ms(3)}-0`, 'a'), event(`${ms(4)}-0`, 'b')];
    expect(await bring(world, { entries, to: 'p2', read: 2 })).toBe('brought p2');
    const state = await world.state();
    expect(state).toMatchObject({
      sources: { shop: 'p2', 'shop events': '2', 'shop read': '2' },
      fed: { shop: `${ms(4)}-0 ${ms(4)} open` },
    });
    expect(await bring(world, { entries, to: 'p2' })).toBe('not-my-turn p2');
    expect(await world.state()).toEqual(state);
    await world.put({ id: 'c', name: 'c', trigger: { posture: 'Reactive', expect: ['x'], within: 0 } });
    expect(await world.drain()).toEqual(['marked', 'applied fired', 'applied fired']);
    expect((await world.firings()).map(({ event: cause }) => [cause?.id, cause?.received])).toEqual([
      ['shop:a', iso(3)],
      ['shop:b', iso(4)],
    ]);
  });

  test('that does not map is a dead letter with source, id, reason and its own fields', async () => {
    const world = await opened();
    const letter = { id: '7-0', wrong: 'resource.id: is required', fields: ['status', 'failed'] };
    expect(await bring(world, { entries: [letter, event(`${ms(1)}-0`)] })).toBe('brought 2-0');
    const [dead] = await world.redis.xrange(world.store.keys.dead, '-', '+');
    expect(dead?.[1]).toEqual(
      expect.arrayContaining(['sources', 'shop 7-0', 'resource.id: is required', '["status","failed"]']),
    );
    expect(await knownSource(world.redis, world.store, 'shop')).toMatchObject({ events: 1, letters: 1, place: '2-0' });
  });

  test('counts what was removed before it was read', async () => {
    const world = await opened();
    await bring(world, { lost: 3 });
    expect(await knownSource(world.redis, world.store, 'shop')).toMatchObject({ lost: 3 });
  });

  test('is nothing while the source is paused, and a promise is taken all the same', async () => {
    const world = await opened();
    await pauseSource(world.redis, world.store, 'shop', 1);
    expect(await bring(world, { entries: [event(`${ms(1)}-0`)] })).toBe('paused 0-0');
    expect(await bring(world, { to: '0-0', reachedMs: ms(9) })).toBe('brought 0-0');
    expect((await world.state()).fed).toEqual({ shop: `${ms(0)}-0 ${ms(9)} open` });
    await pauseSource(world.redis, world.store, 'shop', null);
    expect(await bring(world, { entries: [event(`${ms(1)}-0`)] })).toBe('brought 2-0');
  });

  test('is nothing where the source is not open, or was forgotten', async () => {
    const world = new World();
    expect(await bring(world, { entries: [event('1-0')] })).toBe('not-open ');
    expect(await world.state()).toEqual({});
    const other = await opened();
    await forgetSource(other.redis, other.store, 'shop');
    expect(await bring(other, { entries: [event(`${ms(1)}-0`)] })).toBe('not-open ');
    expect(await placeIn(other.redis, other.store, 'shop')).toBeNull();
    // A place alone, as where somebody wrote it by hand, opens none.
    await other.redis.hset(other.store.keys.sources, 'shop', '0-0');
    expect(await bring(other, { entries: [event(`${ms(1)}-0`)] })).toBe('not-open 0-0');
  });

  test('changes nothing where a key has another type', async () => {
    const world = await opened();
    await world.redis.set(world.store.keys.dead, 'x');
    const before = await world.state();
    await expect(bring(world, { entries: [event(`${ms(1)}-0`)] })).rejects.toThrow('is a string, not a stream');
    expect(await world.state()).toEqual(before);
  });
});
