import { describe, expect, test } from 'vitest';
import { resolveAlertOf } from '../../src/redis/key-changes.ts';
import { World } from '../support/world.ts';

const resolve = async (world: World, id = 'r'): Promise<boolean> =>
  await resolveAlertOf(world.redis, world.store, { automation: 'a', labels: { id } });

async function engine(trigger: object): Promise<World> {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { for_each: ['id'], ...trigger } });
  return world;
}

const absence = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 60 };
const failing = {
  posture: 'Reactive',
  expect: ['fail'],
  threshold: 2,
  within: 60,
  resolve: { on: ['ok'], after: 600 },
};

describe('an alert that somebody resolves', () => {
  test('of an absence is over, without an event, and no event ends it again', async () => {
    const world = await engine(absence);
    await world.meet('a', { id: 'a1' });
    await world.at(60).settle();
    world.at(70);
    expect(await resolve(world)).toBe(true);
    await world.at(80).meet('x');
    expect(await world.told()).toEqual(['a triggered@60 r a1', 'a resolved@70 r -']);
  });

  test('with reminders names the event that they named, and no more of them come', async () => {
    const world = await engine({ ...absence, remind: 100 });
    await world.meet('a', { id: 'a1' });
    await world.at(160).settle();
    world.at(200);
    await resolve(world);
    await world.at(1_000).settle();
    expect(await world.told()).toEqual(['a triggered@60 r a1', 'a triggered@160 r a1 #1', 'a resolved@200 r a1']);
  });

  test('of a Reactive key names its newest event; what happened before is late, and behind it the key counts anew', async () => {
    const world = await engine(failing);
    await world.meet('fail', { id: 'f1' });
    await world.meet('fail', { id: 'f2' });
    await world.at(20).meet('fail', { id: 'f3' });
    world.at(40);
    await resolve(world);
    expect(await world.at(41).meet('fail', { id: 'f4', t: 39 })).toBe('applied late');
    await world.meet('fail', { id: 'f5' });
    await world.at(42).meet('fail', { id: 'f6' });
    await world.at(10_000).settle();
    expect(await world.told()).toEqual([
      'a triggered@0 r f2',
      'a resolved@40 r f3',
      'a triggered@42 r f6',
      'a resolved@642 r f6',
    ]);
  });

  test('has another id each time', async () => {
    const world = await engine(absence);
    for (const second of [0, 100]) {
      await world.at(second).meet('a');
      await world.at(second + 60).settle();
      await resolve(world);
    }
    const ids = (await world.firings()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });

  test('that was told in shadow ends in shadow', async () => {
    const world = new World();
    const document = { id: 'a', name: 'A', trigger: { for_each: ['id'], ...absence } };
    await world.put({ ...document, mode: 'shadow' });
    await world.meet('a');
    await world.at(60).settle();
    await world.put({ ...document, mode: 'live' });
    await resolve(world);
    expect((await world.firings()).map(({ state, shadow }) => [state, shadow])).toEqual([
      ['Triggered', true],
      ['Resolved', true],
    ]);
  });

  test('of a disabled automation is over, and nothing else of it is decided', async () => {
    const world = new World();
    const document = { id: 'a', name: 'A', trigger: { for_each: ['id'], ...failing } };
    await world.put(document);
    for (const id of ['f1', 'f2']) await world.meet('fail', { id });
    for (const id of ['g1', 'g2']) await world.meet('fail', { id, resource: 's' });
    await world.put({ ...document, enabled: false });
    expect(await resolve(world)).toBe(true);
    await world.at(10_000).settle();
    expect(await world.told()).toEqual(['a triggered@0 r f2', 'a triggered@0 s g2', 'a resolved@0 r f2']);
    expect((await world.state()).due).toBeUndefined();
  });
});

test('where there is no alert nothing has changed, but what was due has come out', async () => {
  const world = await engine(absence);
  await world.meet('a', { id: 'a1' });
  expect(await resolve(world)).toBe(false);
  expect((await world.state()).generation).toBe('1');
  world.at(60);
  expect(await resolve(world)).toBe(true);
  expect(await world.told()).toEqual(['a triggered@60 r a1', 'a resolved@60 r -']);
  expect(await resolve(world, 's')).toBe(false);
});

test('a key that the root of the automation does not have is refused', async () => {
  const world = await engine(absence);
  const other = { automation: 'a', labels: {} };
  await expect(resolveAlertOf(world.redis, world.store, other)).rejects.toThrow('key: must be id=…');
});
