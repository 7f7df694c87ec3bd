import { describe, expect, test } from 'vitest';
import { TAKE_OVER_MS } from '../../src/apply/turn.ts';
import { SETTLE_LIMIT } from '../../src/redis/steps/apply.ts';
import { LONGEST_SLEEP_MS, Scheduler } from '../../src/services/scheduler.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ms, World } from '../support/world.ts';

const watch = {
  id: 'a',
  name: 'A',
  trigger: { posture: 'Proactive', after: ['a'], expect: ['x'], within: 10, for_each: ['id'] },
};

function schedulerOf(world: World, clock = new FakeClock()) {
  return { scheduler: new Scheduler({ redis: world.redis, store: world.store, clock }), clock };
}

describe('one run', () => {
  test('settles all that is due, however many calls it takes', async () => {
    const world = new World();
    await world.put(watch);
    for (let i = 0; i < SETTLE_LIMIT + 5; i += 1) await world.send('a', { resource: `r${i}` });
    await world.drain();
    await world.at(10);
    await schedulerOf(world).scheduler.runOnce();
    expect(await world.told()).toHaveLength(SETTLE_LIMIT + 5);
  });

  test('stops between two calls', async () => {
    const world = new World();
    await world.put(watch);
    for (let i = 0; i < SETTLE_LIMIT + 5; i += 1) await world.send('a', { resource: `r${i}` });
    await world.drain();
    await world.at(10);
    const stop = new AbortController();
    stop.abort();
    await schedulerOf(world).scheduler.runOnce(stop.signal);
    expect(await world.told()).toHaveLength(SETTLE_LIMIT);
  });

  test('of several at once fires each absence once', async () => {
    const world = new World();
    await world.put(watch);
    for (let i = 0; i < 40; i += 1) await world.at(i / 10).meet('a', { id: `a${i}`, resource: `r${i}` });
    await world.at(60);
    await Promise.all(Array.from({ length: 5 }, () => schedulerOf(world).scheduler.runOnce()));
    expect((await world.firings()).map(({ event }) => event?.id)).toEqual(
      Array.from({ length: 40 }, (_, i) => `a${i}`),
    );
  });
});

describe('how long it sleeps', () => {
  test.each([
    ['until the next deadline', 9.8, 200],
    ['no longer than its bound, for deadlines that others set', 0, LONGEST_SLEEP_MS],
    ['not at all when one came meanwhile', 10, LONGEST_SLEEP_MS],
  ])('%s', async (_, at, waitMs) => {
    const world = new World();
    await world.put(watch);
    await world.meet('a');
    await world.at(at);
    expect(await schedulerOf(world).scheduler.runOnce()).toEqual({ waitMs, standing: false });
  });

  test('where nothing is due ever', async () => {
    expect((await schedulerOf(new World()).scheduler.runOnce()).waitMs).toBe(LONGEST_SLEEP_MS);
  });

  test('is worked out in the time of Redis, however wrong the clock of this process is', async () => {
    const world = new World();
    await world.at(9.9);
    for (const nowMs of [ms(-5_000), ms(5_000)]) {
      const { scheduler, clock } = schedulerOf(world, new FakeClock({ nowMs }));
      await scheduler.runOnce();
      expect(scheduler.untilMs(ms(10))).toBe(100);
      clock.advance(60);
      expect(scheduler.untilMs(ms(10))).toBe(40);
      clock.advance(60);
      expect(scheduler.untilMs(ms(10))).toBe(0);
      expect(scheduler.untilMs(null)).toBe(LONGEST_SLEEP_MS);
    }
  });

  test('takes the lag into account', async () => {
    const world = new World();
    await world.put(watch);
    await world.meet('a', { t: -5 });
    // The window ends at 5 by the events, that is, 5 s later by the clock.
    await world.at(9.9);
    expect((await schedulerOf(world).scheduler.runOnce()).waitMs).toBe(100);
  });
});

describe('a position that does not move', () => {
  test('with entries behind it stands after the bound', async () => {
    const world = new World();
    await world.send('x');
    const { scheduler, clock } = schedulerOf(world);
    expect((await scheduler.runOnce()).standing).toBe(false);
    clock.advance(TAKE_OVER_MS - 1);
    expect((await scheduler.runOnce()).standing).toBe(false);
    clock.advance(1);
    expect((await scheduler.runOnce()).standing).toBe(true);
  });

  test('counts anew when it moved', async () => {
    const world = new World();
    await world.send('x');
    await world.send('x');
    const { scheduler, clock } = schedulerOf(world);
    await scheduler.runOnce();
    clock.advance(TAKE_OVER_MS);
    await world.apply((await world.waiting()).slice(0, 1));
    expect((await scheduler.runOnce()).standing).toBe(false);
    clock.advance(TAKE_OVER_MS);
    expect((await scheduler.runOnce()).standing).toBe(true);
  });

  test('with nothing behind it is just at rest, however long', async () => {
    const world = new World();
    await world.meet('x');
    const { scheduler, clock } = schedulerOf(world);
    await scheduler.runOnce();
    clock.advance(100 * TAKE_OVER_MS);
    expect((await scheduler.runOnce()).standing).toBe(false);
    await world.send('x');
    expect((await scheduler.runOnce()).standing).toBe(false);
  });
});
