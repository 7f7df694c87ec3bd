import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Applier } from '../../src/apply/applier.ts';
import { Batch } from '../../src/apply/batch.ts';
import { Matcher } from '../../src/apply/matcher.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { World } from '../support/world.ts';

test('of entries that a failover took back, those that are left are applied and nothing else', async () => {
  const world = new World();
  for (let i = 0; i < 8; i += 1) await world.send('x');
  const entries = await world.read();
  const { redis, store, definitions } = world;
  await redis.xdel(store.keys.events, ...entries.slice(5).map(({ id }) => id));
  const clock = new FakeClock({ flies: true });
  const matcher = new Matcher(definitions, clock);
  const applier = new Applier({ redis, store, matcher, clock, logger: pino({ level: 'silent' }) });
  const { signal } = new AbortController();
  await applier.apply(new Batch(entries), signal);
  const state = await world.state();
  expect([state.position, state.counters]).toEqual([entries[4]?.id, { applied: '5' }]);
  await applier.apply(new Batch(entries.slice(6)), signal);
  expect(await world.state()).toEqual(state);
});
