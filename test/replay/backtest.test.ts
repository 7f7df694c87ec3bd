import { expect, test } from 'vitest';
import { forgetHistory } from '../../src/redis/steps/forget-history.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { extent, seedOfRun } from '../rigs/extent.ts';
import { liveOf, placeBeside, recordedRun } from './recorded-world.ts';

const ENTRIES = extent('entries', 1_500);
const SEED = seedOfRun();

const NOTHING = { extra: [], missing: [], misplaced: null };

test(`a replay of what was recorded gives the ledger again, firing by firing (seed ${SEED})`, {
  timeout: 600_000,
}, async () => {
  const world = await recordedRun(SEED, { entries: ENTRIES, changes: 20 });
  const before = await world.state();
  const { same, own, complete, entries, firings } = await backtest(liveOf(world), placeBeside(world));
  expect(complete).toBe(true);
  expect(entries).toBe(await world.redis.xlen(world.store.keys.events));
  expect(same).toMatchObject(NOTHING);
  expect(same?.compared).toBe(firings.length);
  expect(own).toEqual({ unexpected: 0, lacking: 0 });
  expect(firings.length).toBeGreaterThan(ENTRIES / 100);
  expect(await world.state()).toEqual(before);
});

test('where the front of the log was trimmed, each automation is exact from where on the replay says', {
  timeout: 600_000,
}, async () => {
  const world = await recordedRun(SEED, { entries: ENTRIES, changes: 10, gapMs: 30_000, quotas: false });
  const { redis, store } = world;
  const all = await redis.xrange(store.keys.events, '-', '+');
  const front = all[Math.floor(all.length / 4)]?.[0] ?? '';
  await redis.xtrim(store.keys.events, 'MINID', front);
  while ((await forgetHistory(redis, store)) === 'forgotten');
  const { same, complete, exact, firings } = await backtest(liveOf(world), placeBeside(world));
  expect(complete).toBe(false);
  expect(same).toMatchObject(NOTHING);
  const found = [...exact.values()].filter((from) => from !== null);
  expect(found.length).toBeGreaterThan(4);
  expect(found.every(({ position }) => position > front)).toBe(true);
  expect(same?.compared).toBeGreaterThan(10);
  expect(same?.compared).toBeLessThan(firings.length);
});
