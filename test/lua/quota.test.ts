import { describe, expect, test } from 'vitest';
import { World } from '../support/world.ts';

type Quotas = { windows?: number; windows_per_automation?: number };

const limited = async (quotas: Quotas, ...triggers: object[]): Promise<World> => {
  const world = new World();
  if (Object.keys(quotas).length > 0) await world.redis.hset(world.store.keys.quotas, quotas);
  for (const [i, trigger] of triggers.entries()) await world.put({ id: 'abc'[i] ?? '', name: 'A', trigger });
  return world;
};

const used = (world: World): Promise<Record<string, string>> => world.redis.hgetall(world.store.keys.quota_used);
const over = async (world: World): Promise<number> =>
  Number(await world.redis.hget(world.store.keys.counters, 'over-limit'));

const counting = { posture: 'Reactive', expect: ['x'], for_each: ['id'], threshold: 2, within: 60 };
const switched = { posture: 'Proactive', after: ['on'], expect: ['off'], for_each: ['id'], within: 60 };
const watching = { posture: 'Proactive', expect: ['x'], for_each: ['id'], within: 60 };
const pair = {
  type: 'compound',
  require: 'all',
  for_each: ['id'],
  within: 60,
  triggers: [
    { posture: 'Reactive', expect: ['x'] },
    { posture: 'Reactive', expect: ['y'] },
  ],
};

describe('the number of keys with state', () => {
  test.each([
    ['of a counting window', counting, 'x', 'x'],
    ['of an armed window', switched, 'on', 'off'],
  ])('%s follows its opening and its closing', async (_, trigger, opens, closes) => {
    const world = await limited({}, trigger);
    for (const resource of ['k', 'l']) await world.meet(opens, { resource });
    expect(await used(world)).toEqual({ '': '2', a: '2' });
    if (closes !== opens) {
      await world.meet(closes, { resource: 'k' });
      expect(await used(world)).toEqual({ '': '1', a: '1' });
    }
    await world.at(10 * 86_400 * 10).settle();
    expect(await used(world)).toEqual({});
  });

  test('counts groups of child firings, and each automation by itself', async () => {
    const world = await limited({}, pair, counting);
    await world.meet('x', { resource: 'k' });
    expect(await used(world)).toEqual({ '': '2', a: '1', b: '1' });
    await world.meet('y', { resource: 'k' });
    expect(await used(world)).toEqual({ '': '1', b: '1' });
  });

  test('leaves with a definition that changes or goes', async () => {
    const world = await limited({}, counting, watching);
    await world.meet('x', { resource: 'k' });
    await world.put({ id: 'a', name: 'A', trigger: { ...counting, threshold: 3 } });
    expect(await used(world)).toEqual({ '': '1', b: '1' });
    await world.remove('b');
    expect(await used(world)).toEqual({});
  });

  test('is kept when a change has to settle in several calls', async () => {
    const world = await limited({}, counting);
    for (let i = 0; i < 1_200; i += 1) await world.send('x', { resource: `k${i}` });
    await world.drain();
    expect(await used(world)).toEqual({ '': '1200', a: '1200' });
    await world.at(1_000).put({ id: 'b', name: 'B', trigger: counting });
    expect(await used(world)).toEqual({});
  });
});

describe('at the cap', () => {
  test.each([
    ['reactive', counting, ['applied counted', 'applied over-limit', 'applied fired']],
    ['keyed standing', watching, ['applied restarted', 'applied over-limit', 'applied restarted']],
  ])('a %s trigger opens no further key, and those that are there go on', async (_, trigger, words) => {
    const world = await limited({ windows_per_automation: 1 }, trigger);
    const told: string[] = [];
    for (const resource of ['k', 'l', 'k']) told.push(await world.meet('x', { resource }));
    expect(told).toEqual(words);
    expect(await used(world)).toEqual({ '': '1', a: '1' });
    expect(await over(world)).toBe(1);
  });

  test('an armed trigger opens no further key', async () => {
    const world = await limited({ windows_per_automation: 1 }, switched);
    expect(await world.meet('on', { resource: 'k' })).toBe('applied armed');
    expect(await world.meet('on', { resource: 'l' })).toBe('applied over-limit');
    expect(await world.meet('off', { resource: 'l' })).toBe('applied idle');
    expect(await world.meet('off', { resource: 'k' })).toBe('applied satisfied');
    expect(await world.at(1).meet('on', { resource: 'l' })).toBe('applied armed');
  });

  test('a composite keeps no further group, and completes those it has', async () => {
    const world = await limited({ windows_per_automation: 1 }, pair);
    await world.meet('x', { resource: 'k' });
    await world.meet('x', { resource: 'l' });
    expect(await used(world)).toEqual({ '': '1', a: '1' });
    expect(await over(world)).toBe(1);
    await world.meet('y', { resource: 'l' });
    await world.meet('y', { resource: 'k' });
    expect((await world.firings()).map(({ labels }) => labels.id)).toEqual(['k']);
  });

  test('what leaves no state behind fires as ever', async () => {
    const world = await limited(
      { windows_per_automation: 0 },
      { posture: 'Reactive', expect: ['x'], for_each: ['id'] },
    );
    expect(await world.meet('x', { resource: 'k' })).toBe('applied fired');
    expect(await over(world)).toBe(0);
  });

  test('a trigger with an alert for the key may open its next window', async () => {
    const world = await limited({ windows_per_automation: 1 }, switched);
    await world.meet('on', { resource: 'k' });
    await world.at(61).settle();
    expect(await world.meet('on', { resource: 'k' })).toBe('applied armed');
  });

  test('a standing key with an alert may open its next window', async () => {
    const day = 24 * 3_600;
    const daily = { posture: 'Proactive', expect: ['x'], within: 10 * day, for_each: ['id'] };
    const world = await limited({ windows_per_automation: 1 }, daily);
    await world.meet('x', { resource: 'k' });
    // Its window is forgotten after 30 days of silence, the alert of the 10th day after 40.
    await world.at(31 * day).settle();
    expect(await used(world)).toEqual({ '': '1', a: '1' });
    expect(await world.meet('x', { resource: 'k' })).toBe('applied restarted+resolved');
  });

  test('a standing window without key opens whatever the cap', async () => {
    const world = await limited({ windows_per_automation: 0, windows: 0 }, { posture: 'Proactive', within: 60 });
    expect(await used(world)).toEqual({ '': '1', a: '1' });
  });

  test('of one automation the others are not touched; that of the namespace holds for all', async () => {
    const world = await limited(
      { windows_per_automation: 1, windows: 2 },
      counting,
      { ...counting, threshold: 3 },
      watching,
    );
    expect(await world.meet('x', { resource: 'k' })).toBe('applied counted counted over-limit');
    expect(await world.meet('x', { resource: 'l' })).toBe('applied over-limit over-limit over-limit');
    expect(await used(world)).toEqual({ '': '2', a: '1', b: '1' });
    expect(await over(world)).toBe(4);
  });

  test('the event is applied: it is remembered and moves the clock', async () => {
    const world = await limited({ windows: 0 }, counting);
    expect(await world.meet('x', { id: 'one' })).toBe('applied over-limit');
    expect(await world.meet('x', { id: 'one' })).toBe('duplicate');
    expect(await world.redis.hexists(world.store.keys.clock, 'newest')).toBe(1);
  });

  test('what is refused is the same however the log is cut into chunks', async () => {
    const told = await Promise.all(
      [1, 7, 100].map(async (size) => {
        const world = await limited({ windows_per_automation: 5, windows: 8 }, counting, switched, pair);
        for (let i = 0; i < 60; i += 1) {
          world.at(i * 9);
          await world.send(['x', 'on', 'y', 'x', 'off'][i % 5] ?? '', { resource: `k${(i * 7) % 23}` });
        }
        const words: string[] = [];
        for (let entries = await world.waiting(size); entries.length > 0; entries = await world.waiting(size)) {
          words.push(...(await world.apply(entries)).words);
        }
        return { words, used: await used(world), over: await over(world), firings: await world.told() };
      }),
    );
    expect(told[0]?.over).toBeGreaterThan(5);
    expect(told[0]?.firings.length).toBeGreaterThan(3);
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  });
});
