import { describe, expect, test, vi } from 'vitest';
import { Applier } from '../../src/apply/applier.ts';
import { Batch } from '../../src/apply/batch.ts';
import { LoadedDefinitions } from '../../src/apply/loaded-definitions.ts';
import { Matcher } from '../../src/apply/matcher.ts';
import type { Entry } from '../../src/model/intake.ts';
import { isAfter } from '../../src/redis/log.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { logLines } from '../support/log-lines.ts';
import type { StreamValue } from '../support/snapshot.ts';
import { World } from '../support/world.ts';

const never = new AbortController().signal;
const SIZE = 10;

const COUNT = {
  id: 'count',
  name: 'C',
  trigger: { posture: 'Reactive', expect: ['x'], threshold: 3, within: 20, for_each: ['id'] },
};

/** A log of so many chunks, and an applier that has its definitions. */
async function prepared(chunks: number) {
  const world = new World();
  await world.put(COUNT);
  for (let i = 0; i < chunks * SIZE; i += 1) await world.at(i / 10).send('x', { resource: `r${i % 7}` });
  const { redis, store } = world;
  const definitions = new LoadedDefinitions(redis, store, new Set());
  await definitions.refresh();
  const { logger } = logLines();
  const said: string[] = [];
  const observe = (entries: readonly Entry[]): void => void said.push(...entries.map(({ id }) => id));
  const clock = new FakeClock({ flies: true });
  const applier = new Applier({ redis, store, matcher: new Matcher(definitions, clock, SIZE), clock, logger, observe });
  const hand: Entry[][] = [];
  for (let i = 0; i < chunks; i += 1) hand.push(await world.read('c', SIZE));
  return { world, definitions, applier, hand, said };
}

/** The state but for the log's own book of who was given what. */
async function outcome(world: World) {
  const { events, ...state } = await world.state();
  return { ...state, pending: (events as StreamValue).groups.engine?.pending };
}

/** Applies chunk after chunk without waiting for any, as a worker does with two. */
async function inLine(applier: Applier, hand: readonly Entry[][]): Promise<void> {
  let before: Promise<unknown> = Promise.resolve();
  for (const entries of hand) before = applier.apply(new Batch(entries), never, before);
  await before;
}

describe('a chunk that is sent while others are being applied', () => {
  test('leaves the state, and the order, of one chunk after the other', async () => {
    const one = await prepared(8);
    for (const entries of one.hand) await one.applier.apply(new Batch(entries), never);
    const ahead = await prepared(8);
    await inLine(ahead.applier, ahead.hand);
    expect(await outcome(ahead.world)).toEqual(await outcome(one.world));
    expect(ahead.said).toEqual(ahead.hand.flat().map(({ id }) => id));
  });

  test('is sent once, and without a look at the position, where no other worker is at the log', async () => {
    const { world, applier, hand } = await prepared(12);
    const sent = vi.spyOn(world.redis, 'evalsha');
    const looked = vi.spyOn(world.redis, 'xrevrange');
    await inLine(applier, hand);
    expect(sent).toHaveBeenCalledTimes(hand.length);
    // Two in a row that came at once say that nobody else is there; the third is on its way by then.
    expect(looked).toHaveBeenCalledTimes(3);
  });

  test('is sent again when it came to Redis before its turn', async () => {
    const { world, applier, hand, said } = await prepared(8);
    const [held = [], ...others] = hand.splice(3, 1).concat(hand);
    let release = (): void => undefined;
    const before = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The first three make the applier believe that it is alone; the fourth chunk is then kept back.
    for (const entries of others.slice(0, 3)) await applier.apply(new Batch(entries), never);
    const early = applier.apply(new Batch(others[3] ?? []), never, before);
    await applier.apply(new Batch(held), never);
    release();
    await early;
    for (const entries of others.slice(4)) await applier.apply(new Batch(entries), never);
    expect(said).toHaveLength(8 * SIZE);
    expect(said).toEqual([...said].sort());
    expect(await world.waiting()).toEqual([]);
  });

  test('is matched anew when the definitions have changed meanwhile', async () => {
    const { world, applier, hand, said } = await prepared(4);
    for (const entries of hand.slice(0, 2)) await applier.apply(new Batch(entries), never);
    let before: Promise<unknown> = Promise.resolve();
    for (const entries of hand.slice(2)) before = applier.apply(new Batch(entries), never, before);
    await world.put({ ...COUNT, id: 'other', name: 'O' });
    await before;
    expect(said).toHaveLength(4 * SIZE);
  });
});

describe('while two workers take turns', () => {
  test('their chunks are sent once each, but for the first that came too early', async () => {
    const { world, applier, definitions, hand } = await prepared(12);
    const clock = new FakeClock({ flies: true });
    const { redis, store } = world;
    const matcher = new Matcher(definitions, clock, SIZE);
    const other = new Applier({ redis, store, matcher, clock, logger: logLines().logger });
    const sent = vi.spyOn(redis, 'evalsha');
    const mine = hand.filter((_, i) => i % 2 === 1);
    const others = hand.filter((_, i) => i % 2 === 0);
    let before: Promise<unknown> = Promise.resolve();
    for (const entries of mine) before = applier.apply(new Batch(entries), never, before);
    for (const entries of others) {
      const [last] = entries.slice(-1);
      await other.apply(new Batch(entries), never);
      // The next ones of the other come when those of this one behind are applied.
      await eventually('its turn is over', async () => {
        const position = (await redis.get(store.keys.position)) ?? '0-0';
        return isAfter(position, last?.id ?? '');
      });
    }
    await before;
    expect(await world.waiting()).toEqual([]);
    expect(sent.mock.calls.length).toBeLessThanOrEqual(hand.length + 1);
  });
});

test('a chunk that waits for its turn is matched once', async () => {
  const { applier, definitions, hand } = await prepared(2);
  const asked = vi.spyOn(definitions.view.triggers, 'interested');
  const [first = [], second = []] = hand;
  const waits = applier.apply(new Batch(second), never);
  await applier.apply(new Batch(first), never);
  await waits;
  expect(asked).toHaveBeenCalledTimes(2 * SIZE);
});

test('a chunk holds no more than keeps Redis busy for a moment', async () => {
  const world = new World();
  for (let i = 0; i < 40; i += 1) await world.put({ ...COUNT, id: `count-${i}`, name: `C ${i}` });
  for (let i = 0; i < 50; i += 1) await world.at(i / 10).send('x');
  const { redis, store } = world;
  const definitions = new LoadedDefinitions(redis, store, new Set());
  await definitions.refresh();
  const calls: number[] = [];
  const observe = (entries: readonly Entry[]): void => void calls.push(entries.length);
  const { logger } = logLines();
  const clock = new FakeClock({ flies: true });
  const applier = new Applier({ redis, store, matcher: new Matcher(definitions, clock), clock, logger, observe });
  await applier.apply(new Batch(await world.read('c', 50)), never);
  expect(calls.reduce((sum, count) => sum + count, 0)).toBe(50);
  expect(Math.max(...calls)).toBeLessThan(10);
});
