import { describe, expect, test } from 'vitest';
import { clearKeyOf } from '../../src/redis/key-changes.ts';
import { World } from '../support/world.ts';

const clear = async (world: World, id = 'r', automation = 'a'): Promise<void> =>
  await clearKeyOf(world.redis, world.store, { automation, labels: { id } });

/** What stands of keys, apart from the definitions and the log. */
const kept = async (world: World): Promise<string[]> =>
  Object.keys(await world.state())
    .filter((key) => /^(windows|last|deadlines|composite|due|holds)/.test(key))
    .sort();

const used = async (world: World): Promise<unknown> => (await world.state())['quota-used'];

async function engine(trigger: object): Promise<World> {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { for_each: ['id'], ...trigger } });
  return world;
}

const absence = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 60 };

describe('of a key that is cleared', () => {
  test.each<[string, object, string[]]>([
    ['a count', { posture: 'Reactive', expect: ['x'], threshold: 3, within: 60 }, ['x', 'x']],
    ['a count without a window', { posture: 'Reactive', expect: ['x'], threshold: 3 }, ['x', 'x']],
    [
      'a sliding window',
      { posture: 'Reactive', expect: ['x'], threshold: 3, within: 60, window: 'sliding' },
      ['x', 'x'],
    ],
    ['a cooldown', { posture: 'Reactive', expect: ['x'], cooldown: 600 }, ['x']],
    ['collected events', { posture: 'Reactive', expect: ['x'], threshold: 3, within: 60, collect: 5 }, ['x', 'x']],
    ['distinct values', { posture: 'Reactive', expect: ['x'], threshold: 3, within: 60, distinct: 'id' }, ['x', 'x']],
    ['an alert', { posture: 'Reactive', expect: ['x'], resolve: { on: ['ok'], after: 600 }, remind: 60 }, ['x', 'x']],
    ['what waits to be missed', absence, ['a']],
  ])('%s is gone, with its deadline and its place in the quota', async (_, trigger, names) => {
    const world = await engine(trigger);
    for (const name of names) await world.meet(name);
    expect(await kept(world)).not.toEqual([]);
    await clear(world);
    expect(await kept(world)).toEqual([]);
    expect(await used(world)).toBeUndefined();
    const before = await world.told();
    await world.at(10_000).settle();
    expect(await world.told()).toEqual(before);
  });

  test('the alert of an absence is gone: nothing resolves it any more', async () => {
    const world = await engine(absence);
    await world.meet('a', { id: 'a1' });
    await world.at(60).settle();
    await clear(world);
    await world.at(61).meet('x');
    expect(await world.told()).toEqual(['a triggered@60 r a1']);
  });

  test('an expected event that came early is forgotten', async () => {
    const world = await engine(absence);
    await world.meet('x', { t: 10 });
    await world.at(11).meet('x');
    await clear(world);
    await world.at(12).meet('a', { id: 'a1', t: 5 });
    await world.at(65).settle();
    expect(await world.told()).toEqual(['a triggered@65 r a1']);
  });

  test('parked events do not hold the window that opens next, until one is parked anew', async () => {
    const world = await engine(absence);
    await world.meet('a', { id: 'a1' });
    await world.meet('x', { id: 'x1', follows: 'lost' });
    await world.meet('x', { id: 'y1', follows: 'lost', resource: 's' });
    await clear(world);
    const holds = (await world.state()).holds as Record<string, string>;
    expect(Object.keys(holds)).toEqual(['y1']);
    await world.at(1).meet('a', { id: 'a2' });
    await world.at(61).settle();
    expect(await world.told()).toEqual(['a triggered@61 r a2']);
  });

  test('what others wrote in place of a parked event is no key, and hinders nothing', async () => {
    const world = await engine(absence);
    await world.meet('a', { id: 'a1' });
    await world.meet('x', { id: 'x1', follows: 'lost' });
    const { holds } = world.store.keys;
    const before = (await world.state()).holds as Record<string, string>;
    await world.redis.hset(holds, 'forged', `${before.x1}]`);
    await clear(world);
    expect((await world.state()).holds).toBeUndefined();
    expect(await world.redis.hget(world.store.keys.damage, holds)).toContain(' lost held rubbish');
  });

  test('other keys, and other triggers with other names, stay as they are', async () => {
    const world = new World();
    const child = (expect: string, for_each: string[]) => ({
      posture: 'Reactive',
      expect: [expect],
      threshold: 2,
      within: 60,
      for_each,
    });
    const trigger = {
      type: 'compound',
      require: 'all',
      within: 600,
      for_each: ['id'],
      triggers: [child('x', ['id']), child('y', [])],
    };
    await world.put({ id: 'a', name: 'A', trigger });
    for (const resource of ['r', 'r', 'r', 's', 's', 's']) await world.meet('x', { resource });
    await world.meet('y');
    await clear(world);
    const state = await world.state();
    expect(Object.keys(state).filter((key) => key.startsWith('composite:'))).toEqual([expect.stringMatching(/:s$/)]);
    expect(Object.keys(state['windows:a+0+1'] as object)).toEqual(['s']);
    expect(Object.keys(state['windows:a+1+1'] as object)).toEqual(['']);
    expect(await used(world)).toEqual({ '': '3', a: '3' });
  });

  test('a standing window begins again at the clear, without its last event', async () => {
    const world = await engine({ posture: 'Proactive', expect: ['x'], within: 30, repeat: true });
    await world.meet('x', { id: 'x1' });
    world.at(20);
    await clear(world);
    await world.at(30).settle();
    expect(await world.told()).toEqual([]);
    await world.at(50).settle();
    expect(await world.told()).toEqual(['a triggered@50 r -']);
  });

  test('the standing window of a disabled automation opens when it is enabled', async () => {
    const world = new World();
    const document = { id: 'a', name: 'A', trigger: { posture: 'Proactive', expect: ['x'], within: 30 } };
    await world.put(document);
    await world.put({ ...document, enabled: false });
    await clearKeyOf(world.redis, world.store, { automation: 'a', labels: {} });
    expect(await kept(world)).toEqual([]);
    await world.at(100).put(document);
    await world.at(130).settle();
    expect(await world.told()).toEqual(['a triggered@130 -']);
  });
});

test('what is due before a clear comes out first', async () => {
  const world = await engine(absence);
  await world.meet('a', { id: 'a1' });
  world.at(60);
  await clear(world);
  expect(await world.told()).toEqual(['a triggered@60 r a1']);
});

test('a clear stands in the history, at its position', async () => {
  const world = await engine(absence);
  const entry = await world.send('a');
  await world.drain();
  await clear(world);
  const [, fields = []] = (await world.redis.xrevrange(world.store.keys.history, '+', '-', 'COUNT', 1))[0] ?? [];
  const [kind, , generation, , position] = fields.filter((_, i) => i % 2 === 1).flatMap((text) => [text, '']);
  expect({ kind, generation, position }).toEqual({ kind: 'clear', generation: '2', position: entry });
  expect(fields).toEqual(expect.arrayContaining(['id', 'a', 'before', '{"id":"r"}']));
});

test('an automation that is not there, and a key that none of its triggers has, are refused', async () => {
  const world = await engine(absence);
  await expect(clear(world, 'r', 'b')).rejects.toThrow('no automation');
  const other = { automation: 'a', labels: { host: 'r' } };
  await expect(clearKeyOf(world.redis, world.store, other)).rejects.toThrow('key: must be id=…');
});
