import { expect, test } from 'vitest';
import { writeSettings } from '../../src/redis/settings.ts';
import { forgetHistory } from '../../src/redis/steps/forget-history.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { essence } from '../../src/replay/told.ts';
import { extent, seedOfRun } from '../rigs/extent.ts';
import { LONG_TEST_MS } from '../support/eventually.ts';
import { World } from '../support/world.ts';
import { liveOf, placeBeside, recordedRun } from './recorded-world.ts';

const ENTRIES = extent('entries', 1_500);
const SEED = seedOfRun();

const NOTHING = { extra: [], missing: [], misplaced: null };

test(`a replay of what was recorded gives the ledger again, firing by firing (seed ${SEED})`, {
  timeout: LONG_TEST_MS,
}, async () => {
  const world = await recordedRun(SEED, { entries: ENTRIES, changes: 20 });
  const before = await world.state();
  const { same, own, complete, entries, firings } = await backtest(liveOf(world), placeBeside(world));
  expect(complete).toBe(true);
  expect(entries).toBe(await world.redis.xlen(world.store.keys.events));
  expect(same).toMatchObject(NOTHING);
  // All of the ledger. A replay settles what is due at its end, which the ledger may not have yet.
  const ledger = await world.redis.xlen(world.store.keys.firings);
  expect(same?.compared).toBe(ledger);
  expect(firings.length).toBeGreaterThanOrEqual(ledger);
  expect(own).toEqual({ unexpected: 0, lacking: 0 });
  expect(firings.length).toBeGreaterThan(ENTRIES / 100);
  expect(await world.state()).toEqual(before);
  expect(await notCompared(world)).toEqual(['decided', 'worker']);
});

/** Names of fields of the ledger that no comparison looks at. */
async function notCompared({ redis, store }: World): Promise<string[]> {
  const names = new Set<string>();
  for (const [, fields] of await redis.xrange(store.keys.firings, '-', '+')) {
    const compared: string[] = JSON.parse(essence(fields));
    for (let i = 0; i < fields.length; i += 2) if (!compared.includes(fields[i] ?? '')) names.add(fields[i] ?? '');
  }
  return [...names].sort();
}

test('where the front of the log was trimmed, each automation is exact from where on the replay says', {
  timeout: LONG_TEST_MS,
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

const unshipped = {
  id: 'unshipped',
  name: 'Not shipped',
  trigger: { posture: 'Proactive', after: ['placed'], expect: ['shipped'], for_each: ['id'], within: 60 },
};

/** Takes what came before an entry out of the log. */
async function trimmedTo({ redis, store }: World, front: string): Promise<void> {
  await redis.xtrim(store.keys.events, 'MINID', front);
  while ((await forgetHistory(redis, store)) === 'forgotten');
}

/** A call of a replay has 200 entries, and is taken as a whole: so many lie before a time at which nothing is doubtful. */
async function passTime(world: World): Promise<void> {
  for (let i = 0; i < 600; i += 1) await world.at(i < 300 ? 3 : 3_000).send('note');
  await world.drain();
}

test('an absence that an event from before the log held is not said to be exact', async () => {
  const world = await World.claimed();
  await writeSettings(world.redis, world.store, { followWaitMs: 4 * 3_600_000 });
  await world.put(unshipped);
  await world.meet('shipped', { resource: 'o1', follows: 'never' });
  const front = await world.at(2).send('note');
  await passTime(world);
  await world.at(3_060).meet('placed', { resource: 'o1' });
  await world.at(3_100).meet('placed', { resource: 'o2' });
  await world.at(3_200).settle();
  await world.at(15_000).settle();
  await world.drain();
  await world.settle();
  expect((await world.firings()).map(({ labels }) => labels.id)).toEqual(['o2', 'o1']);
  await trimmedTo(world, front);
  expect((await backtest(liveOf(world), placeBeside(world))).same).toMatchObject(NOTHING);
});

test('an alert that came of what is older than the log is not compared, nor is its end', async () => {
  const world = await World.claimed();
  const silent = { posture: 'Proactive', after: ['beat'], expect: ['beat'], for_each: ['id'], within: 60 };
  await world.put({ id: 'silent', name: 'Silent', trigger: silent });
  await world.meet('beat', { resource: 'm1' });
  const front = await world.at(2).send('note');
  await world.drain();
  // It is raised behind the front of the log, by a beat that lies before it.
  await world.at(70).settle();
  await passTime(world);
  for (const resource of ['m1', 'm2']) await world.at(3_060).meet('beat', { resource });
  await world.at(4_000).settle();
  await world.drain();
  expect((await world.firings()).map(({ labels, state }) => `${labels.id} ${state}`)).toEqual([
    'm1 Triggered',
    'm1 Resolved',
    'm1 Triggered',
    'm2 Triggered',
  ]);
  await trimmedTo(world, front);
  expect(await backtest(liveOf(world), placeBeside(world))).toMatchObject({
    doubtful: 1,
    same: { ...NOTHING, compared: 1 },
  });
});

test('an absence that the replay alone holds, as a leader is not retained, is not said to be exact', async () => {
  const world = await World.claimed();
  await writeSettings(world.redis, world.store, { followWaitMs: 4 * 3_600_000 });
  await world.put(unshipped);
  await world.meet('note', { id: 'leader' });
  const front = await world.at(1).send('note');
  await world.drain();
  await world.at(2).meet('shipped', { resource: 'o1', follows: 'leader' });
  await passTime(world);
  await world.at(3_060).meet('placed', { resource: 'o1' });
  await world.at(3_200).settle();
  await world.drain();
  expect(await world.firings()).toHaveLength(1);
  await trimmedTo(world, front);
  expect((await backtest(liveOf(world), placeBeside(world))).same).toMatchObject(NOTHING);
});
