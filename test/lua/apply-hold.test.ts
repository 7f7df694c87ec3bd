import { describe, expect, test } from 'vitest';
import { chunkOf } from '../../src/apply/chunk.ts';
import { apply } from '../../src/redis/steps/apply.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { showWindow } from '../support/window-table.ts';
import { ms, World } from '../support/world.ts';

const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 10, for_each: ['id'] };

async function worldOf(trigger: object = watch): Promise<{ world: World; shown: (key?: string) => Promise<string> }> {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger });
  const { name } = await world.node('a');
  return { world, shown: async (key = 'r') => showWindow(await world.state(), name, key) };
}

test('an absence waits for a parked event that may disprove it, and is not told when it does', async () => {
  const { world, shown } = await worldOf();
  await world.meet('a', { id: 'a0' });
  await world.at(5).meet('x', { id: 'x5', follows: 'leader' });
  expect(await shown()).toBe('[0,10) 0 hold 1 last a0');
  await world.at(20).settle();
  expect(await world.told()).toEqual([]);
  await world.at(21).meet('leader', { id: 'leader', resource: 'other' });
  await world.drain();
  expect(await shown()).toBe('early 5');
  await world.at(1_000).settle();
  expect(await world.told()).toEqual([]);
  expect((await world.state()).holds).toBeUndefined();
});

test('it comes out once the event has come back and disproves nothing, dated by its end', async () => {
  const { world, shown } = await worldOf();
  await world.meet('a', { id: 'a0' });
  await world.at(5).meet('x', { id: 'x15', follows: 'leader', t: -1 });
  await world.at(20).meet('leader', { id: 'leader', resource: 'other' });
  await world.drain();
  expect(await shown()).toBe('[0,10) 0 due 20 last a0 early -1');
  await world.at(20).settle();
  expect(await world.told()).toEqual(['a triggered@10 r a0']);
});

test('an event of the key itself behind the end settles it even so', async () => {
  const { world } = await worldOf();
  await world.meet('a', { id: 'a0' });
  await world.at(5).meet('x', { id: 'x5', follows: 'leader' });
  await world.at(12).meet('x', { id: 'x12' });
  expect(await world.told()).toEqual(['a triggered@10 r a0', 'a resolved@12 r x12']);
});

test('other keys do not wait', async () => {
  const { world } = await worldOf();
  await world.meet('a', { id: 'a0', resource: 'other' });
  await world.at(5).meet('x', { follows: 'leader' });
  await world.at(10).settle();
  expect(await world.told()).toEqual(['a triggered@10 other a0']);
});

test('two parked events hold a key until both have come back', async () => {
  const { world, shown } = await worldOf();
  await world.meet('a', { id: 'a0' });
  await world.at(1).meet('x', { id: 'x1', follows: 'one', t: -1 });
  await world.at(2).meet('x', { id: 'x2', follows: 'two', t: -1 });
  await world.at(20).meet('one', { id: 'one', resource: 'other' });
  await world.drain();
  expect(await shown()).toBe('[0,10) 0 hold 1 last a0 early -1');
  await world.at(21).meet('two', { id: 'two', resource: 'other' });
  await world.drain();
  await world.settle();
  expect(await world.told()).toEqual(['a triggered@10 r a0']);
});

test('a key without a window is held too, and a window that opens then waits', async () => {
  const { world, shown } = await worldOf();
  await world.at(5).meet('x', { id: 'x5', follows: 'leader' });
  expect(await shown()).toBe('hold 1');
  await world.at(6).meet('a', { id: 'a0', t: 0 });
  await world.at(30).settle();
  expect(await world.told()).toEqual([]);
});

test('the leader wait ends the hold', async () => {
  const { world } = await worldOf();
  await world.meet('a', { id: 'a0' });
  await world.at(5).meet('x', { id: 'x5', follows: 'nobody', t: -1 });
  await world.at(905).settle();
  await world.drain();
  await world.settle();
  expect(await world.told()).toEqual(['a triggered@10 r a0']);
});

test('a held key of a disabled automation is due as soon as it is enabled', async () => {
  const { world, shown } = await worldOf({ posture: 'Proactive', expect: ['x'], within: 10, for_each: ['id'] });
  const document = (enabled: boolean) => ({
    id: 'a',
    name: 'A',
    enabled,
    trigger: { posture: 'Proactive', expect: ['x'], within: 10, for_each: ['id'] },
  });
  await world.meet('x', { id: 'x0' });
  await world.at(5).meet('x', { id: 'x5', follows: 'leader' });
  await world.put(document(false));
  await world.at(20).meet('leader', { id: 'leader', resource: 'other' });
  await world.drain();
  expect(await shown()).not.toContain('hold');
  await world.at(30).settle();
  expect(await world.told()).toEqual([]);
  await world.put(document(true));
  await world.at(40).settle();
  expect(await world.told()).toEqual(['a triggered@40 r x0']);
});

test('a parked event whose definition went holds nothing', async () => {
  const { world } = await worldOf();
  await world.at(5).meet('x', { id: 'x5', follows: 'leader' });
  await world.put({ id: 'a', name: 'A', trigger: { ...watch, within: 20 } });
  await world.at(6).meet('leader', { id: 'leader', resource: 'other' });
  await world.drain();
  const state = await world.state();
  expect(state.holds).toBeUndefined();
  expect(showWindow(state, (await world.node('a')).name, 'r')).toBe('early 5');
});

test('what only arms is awaited by nobody', async () => {
  const { world, shown } = await worldOf();
  await world.at(5).meet('a', { id: 'a5', follows: 'leader' });
  expect(await shown()).toBe('-');
  expect((await world.state()).holds).toBeUndefined();
});

test('nobody is woken for a key that waits, only for the follower that it waits for', async () => {
  const { world } = await worldOf();
  await world.at(5).meet('x', { id: 'x5', follows: 'leader' });
  expect(await settle(world.redis, world.store)).toMatchObject({ fired: 0, wakeMs: ms(5 + 900) });
});

test('what is due when an event is parked is decided before it', async () => {
  const { world } = await worldOf();
  await world.meet('a', { id: 'a0' });
  await world.at(20).meet('x', { id: 'x5', t: 5, follows: 'leader' });
  expect(await world.told()).toEqual(['a triggered@10 r a0']);
});

test('a copy that overtook the parked event disproves the absence, and the hold ends with the parked one', async () => {
  const { world, shown } = await worldOf();
  await world.meet('a', { id: 'a0' });
  await world.at(5).meet('x', { id: 'x5', follows: 'leader' });
  await world.at(20).send('leader', { id: 'leader', resource: 'other' });
  await world.send('x', { id: 'x5', t: 5, follows: 'leader' });
  expect(await world.drain()).toEqual(['applied', 'applied satisfied', 'duplicate']);
  expect(await shown()).toBe('early 5');
  expect((await world.state()).holds).toBeUndefined();
});

test.each([
  ['another call than the first copy', true],
  ['the same call as the first copy', false],
])(
  'another copy that is parked while the event stands in the log again holds nothing more, parked by %s',
  async (_, apart) => {
    const { world, shown } = await worldOf();
    await world.meet('a', { id: 'a0' });
    await world.at(5).send('x', { id: 'x5', follows: 'leader', t: -1 });
    if (apart) await world.drain();
    await world.at(20).send('leader', { id: 'leader', resource: 'other' });
    // The leader is remembered for half an hour.
    await world.at(2_000).send('x', { id: 'x5', follows: 'leader', t: -1 });
    expect((await world.apply()).words.slice(-1)).toEqual(['parked']);
    expect(await shown()).toBe('[0,10) 0 hold 1 last a0');
    expect(await world.drain()).toEqual(['applied late']);
    expect(await shown()).toBe('[0,10) 0 due 2000 last a0 early -1');
    await world.settle();
    expect(await world.told()).toEqual(['a triggered@10 r a0']);
  },
);

test('an event that comes back and cannot be applied holds nothing any more', async () => {
  const { world, shown } = await worldOf();
  await world.meet('a', { id: 'a0' });
  await world.at(5).meet('x', { id: 'x5', follows: 'leader' });
  await world.at(20).send('leader', { id: 'leader', resource: 'other' });
  await world.apply();
  const [released] = await world.waiting();
  const cause = { reason: 'poison', error: 'broken', attempts: 3 };
  const setAside = new Map([[released?.id ?? '', cause]]);
  await apply(world.redis, world.store, chunkOf(await world.waiting(), world.definitions.view, setAside));
  expect(await shown()).toBe('[0,10) 0 due 20 last a0');
  expect((await world.state()).holds).toBeUndefined();
  await world.settle();
  expect(await world.told()).toEqual(['a triggered@10 r a0']);
});

describe('where the namespace says how long a follower waits', () => {
  test('0: it is applied at once', async () => {
    const { world } = await worldOf();
    await world.redis.hset(world.store.keys.settings, 'follow_wait_ms', 0);
    await world.meet('a', { id: 'a0' });
    expect(await world.at(5).meet('x', { follows: 'leader' })).toBe('applied satisfied');
  });

  test('it comes back then, and the absence with it', async () => {
    const { world } = await worldOf();
    await world.redis.hset(world.store.keys.settings, 'follow_wait_ms', 60_000);
    await world.meet('a', { id: 'a0' });
    await world.at(5).meet('x', { id: 'x5', follows: 'leader', t: -1 });
    await world.at(64.999).settle();
    expect(await world.drain()).toEqual([]);
    await world.at(65).settle();
    expect(await world.drain()).toEqual(['applied late']);
    await world.settle();
    expect(await world.told()).toEqual(['a triggered@10 r a0']);
  });
});
