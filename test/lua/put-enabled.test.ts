import { describe, expect, test } from 'vitest';
import { automation, counting, sent, standing, watch, windows } from '../support/trigger-kinds.ts';
import { ms, World } from '../support/world.ts';

const DAYS30 = 30 * 24 * 3_600;

/** The window of a key of a keyed standing trigger that begins then. */
const textAt = (start: number): string => `[${ms(start)},${ms(start + 30)}) 0 keep ${ms(start + DAYS30)} silent 0`;

describe('a standing window', () => {
  test('opens when its automation is loaded, as of the log', async () => {
    const world = new World();
    await world.meet('other', { t: -7 });
    await world.at(5).put(automation(standing));
    expect(await windows(world)).toEqual([': [-2,28) 0 silent 0']);
  });

  test('of a disabled automation opens when it is enabled', async () => {
    const world = new World();
    await world.put(automation(standing, { enabled: false }));
    expect(await windows(world)).toEqual([]);
    await world.at(50).put(automation(standing));
    expect(await windows(world)).toEqual([': [50,80) 0 silent 0']);
  });

  test('is not opened anew by a change that keeps it, and is by one that does not', async () => {
    const world = new World();
    await world.put(automation(standing));
    await world.at(5).put(automation(standing, { name: 'B' }));
    expect(await windows(world)).toEqual([': [0,30) 0 silent 0']);
    await world.at(6).put(automation({ ...standing, threshold: 2 }));
    expect(await windows(world)).toEqual([': [6,36) 0 silent 0']);
  });

  test('with keys opens none', async () => {
    const world = new World();
    await world.put(automation({ ...standing, for_each: ['id'] }));
    expect(await windows(world)).toEqual([]);
  });
});

describe('disabling', () => {
  test('deletes nothing; nothing is evaluated, settled or forgotten', async () => {
    const world = new World();
    await world.put(automation({ ...watch, for_each: ['id'] }));
    await world.meet('a', { id: 'a1' });
    const before = await windows(world);
    await world.put(automation({ ...watch, for_each: ['id'] }, { enabled: false }));
    await world.at(10).meet('x');
    await world.at(3 * DAYS30).settle();
    expect(await world.told()).toEqual([]);
    expect(await windows(world)).toEqual(before);
    expect((await world.state()).due).toBeUndefined();
  });

  test('settles first what was due', async () => {
    const world = new World();
    await world.put(automation(watch));
    await world.meet('a', { id: 'a1' });
    await world.at(60).put(automation(watch, { enabled: false }));
    expect(await world.told()).toEqual(['a triggered@60 a1']);
  });
});

describe('enabling', () => {
  async function pausedFrom(trigger: object, play: (world: World) => Promise<unknown>, at: number): Promise<World> {
    const world = new World();
    await world.put(automation(trigger));
    await play(world);
    await world.put(automation(trigger, { enabled: false }));
    await world.at(at).put(automation(trigger));
    return world;
  }

  test('starts standing windows anew: count 0, not silent, the last event kept', async () => {
    const world = await pausedFrom(
      { ...standing, threshold: 2, repeat: false },
      async (w) => {
        await w.at(30).settle();
        await w.at(35).meet('x', { id: 'x1' });
        await w.at(60).settle();
      },
      100,
    );
    expect(await windows(world)).toEqual([`: [100,130) 0 silent 0 last x1 alert 30 1 ${60 + DAYS30}`]);
    await world.at(130).settle();
    expect((await world.told()).at(-1)).toBe('a triggered@130 x1');
  });

  test('starts keyed standing windows anew, and their 30 days', async () => {
    const world = await pausedFrom({ ...standing, for_each: ['id'] }, (w) => w.meet('x', { id: 'x1' }), 3 * DAYS30);
    expect(await windows(world)).toEqual([
      `r: [${3 * DAYS30},${3 * DAYS30 + 30}) 0 keep ${4 * DAYS30} silent 0 last x1`,
    ]);
  });

  test('takes more keys than a call of Lua takes values', async () => {
    const world = new World();
    await world.put(automation({ ...standing, for_each: ['id'] }));
    const { name } = await world.node('a');
    const { prefixes } = world.store;
    const keys = Array.from({ length: 8_100 }, (_, i) => `k${i}`);
    await world.redis.hset(prefixes.windows + name, Object.fromEntries(keys.map((key) => [key, textAt(0)])));
    await world.redis.zadd(prefixes.deadlines + name, ...keys.flatMap((key) => [ms(30), key]));
    await world.put(automation({ ...standing, for_each: ['id'] }, { enabled: false }));
    await world.at(20).put(automation({ ...standing, for_each: ['id'] }));
    await world.settle();
    expect(new Set(await world.redis.hvals(prefixes.windows + name))).toEqual(new Set([textAt(20)]));
    expect(await world.redis.zcount(prefixes.deadlines + name, ms(30), ms(50))).toBe(keys.length);
  });

  test.each([
    [59.999, [': [0,60) 0 last a1']],
    [60, []],
  ])('at %d s drops armed windows that are over, without firing', async (at, left) => {
    const world = await pausedFrom(watch, (w) => w.meet('a', { id: 'a1' }), at);
    expect(await windows(world)).toEqual(left);
    expect(await world.told()).toEqual([]);
    await world.at(100).settle();
    expect(await world.told()).toHaveLength(left.length);
  });

  test('keeps alerts, counts and stored children', async () => {
    const alert = await pausedFrom(
      watch,
      async (w) => {
        await w.meet('a', { id: 'a1' });
        await w.at(60).settle();
      },
      1_000,
    );
    await alert.meet('x', { id: 'x1' });
    expect(await alert.told()).toEqual(['a triggered@60 a1', 'a resolved@1000 x1']);
    const count = await pausedFrom(counting, (w) => w.meet('x', sent), 100);
    expect(await windows(count)).toEqual(['r: [-900,60) 1 keep 120']);
    await count.at(120).settle();
    expect(await windows(count)).toEqual([]);
    const leaves = ['x', 'y'].map((name) => ({ posture: 'Reactive', expect: [name] }));
    const stored = await pausedFrom(
      { type: 'compound', require: 'all', within: 100, triggers: leaves },
      (w) => w.meet('x'),
      90,
    );
    await stored.meet('y', { id: 'y1' });
    expect(await stored.told()).toEqual(['a triggered@90 y1 (0 1)']);
  });
});
