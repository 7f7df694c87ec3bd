import { expect, test } from 'vitest';
import { clearKeyOf, resolveAlertOf } from '../../src/redis/key-changes.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { World } from '../support/world.ts';
import { liveOf, placeBeside } from './recorded-world.ts';

test('a replay ends the alerts and forgets the keys that people did, where they did', async () => {
  const world = await World.claimed();
  const trigger = { posture: 'Proactive', after: ['a'], expect: ['x'], for_each: ['id'], within: 60 };
  await world.put({ id: 'a', name: 'A', trigger });
  await world.meet('a', { resource: 'r' });
  await world.meet('a', { resource: 's' });
  await world.at(60).settle();
  const key = (id: string) => ({ automation: 'a', labels: { id } });
  await resolveAlertOf(world.redis, world.store, key('r'));
  await clearKeyOf(world.redis, world.store, key('s'));
  await world.at(70).meet('x', { resource: 'r' });
  await world.meet('x', { resource: 's' });
  const ledger = (await world.firings()).map(({ state, labels }) => `${state} ${labels.id}`);
  expect(ledger).toEqual(['Triggered r', 'Triggered s', 'Resolved r']);
  const { same } = await backtest(liveOf(world), placeBeside(world));
  expect(same).toMatchObject({ compared: 3, extra: [], missing: [], misplaced: null });
});
