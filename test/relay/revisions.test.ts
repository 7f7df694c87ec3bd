import { expect, test } from 'vitest';
import { ACTIONS_GROUP } from '../../src/redis/keys.ts';
import { Queues } from '../../src/relay/queues.ts';
import { Relay } from '../../src/relay/relay.ts';
import { Janitor } from '../../src/services/janitor.ts';
import { logLines } from '../support/log-lines.ts';
import { testClient } from '../support/redis.ts';
import { ms, World } from '../support/world.ts';

const DAY = 24 * 3_600;

test('a firing gets its jobs as they stood when it fired, however often its automation has changed and been deleted since', async () => {
  const world = new World();
  const { redis, store } = world;
  const document = (to: string) => ({
    id: 'a',
    name: 'A',
    trigger: { posture: 'Reactive', expect: ['x'] },
    actions: [{ type: 'queue', queue: 'mail', data: { to } }],
  });
  await redis.xgroup('CREATE', store.keys.firings, ACTIONS_GROUP, '0', 'MKSTREAM');
  await world.put(document('the first'));
  await world.meet('x');
  for (let i = 0; i < 25; i += 1) await world.put(document(`another, ${i}`));
  await world.remove('a');
  const { logger } = logLines();
  const settings = { retentionMs: 30 * DAY * 1_000, ledgerRetentionMs: 30 * DAY * 1_000 };
  const janitor = new Janitor({ redis, store, logger, settings });
  await janitor.runOnce(ms(20 * DAY));
  const queues = new Queues(redis, store.prefixes.bull);
  const { clock } = world;
  const relay = new Relay({ redis, blocking: testClient(), store, clock, logger, queues, consumer: 'w' });
  expect(await relay.runOnce()).toMatchObject({ firings: 1, jobs: 1, dead: 0 });
  const [{ firing } = { firing: '' }] = (await world.firings()).map(({ id }) => ({ firing: id }));
  const data = await redis.hget(`${store.prefixes.bull}:mail:f-${firing}-0`, 'data');
  expect(JSON.parse(data ?? '')).toMatchObject({ data: { to: 'the first' } });
  await queues.close();
  await janitor.runOnce(ms(20 * DAY));
  expect(await redis.exists(`${store.prefixes.automation}a`, store.keys.outdated)).toBe(0);
});
