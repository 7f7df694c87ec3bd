import { expect, test } from 'vitest';
import { ACTIONS_GROUP, keysOf } from '../../src/redis/keys.ts';
import { rejectFiring } from '../../src/redis/steps/reject-firing.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { difference, snapshot } from '../support/snapshot.ts';

const FIELDS = ['firing', 'aa', 'revision', '9'];

/** A ledger with one firing, read twice by w1. */
async function ledger() {
  const namespace = freshNamespace({ permanent: ['firings', 'dead'] });
  const redis = testClient();
  const keys = keysOf(namespace);
  await redis.xgroup('CREATE', keys.firings, ACTIONS_GROUP, '0', 'MKSTREAM');
  await redis.xadd(keys.firings, '1-1', ...FIELDS);
  for (const from of ['>', '0']) {
    await redis.xreadgroup('GROUP', ACTIONS_GROUP, 'w1', 'STREAMS', keys.firings, from);
  }
  const letters = async () => (await redis.xrange(keys.dead, '-', '+')).map(([, fields]) => fields);
  return { namespace, redis, keys, letters };
}

const dead = { entry: '1-1', reason: 'its revision is gone', error: 'HDEL was here' };

function letter(attempts: string, fields: string): string[] {
  const { reason, error } = dead;
  return [
    'source',
    'firings',
    'entry',
    '1-1',
    'reason',
    reason,
    'error',
    error,
    'attempts',
    attempts,
    'fields',
    fields,
  ];
}

test('a firing goes to the dead letters with reason, error, attempts and fields, and is acknowledged', async () => {
  const { namespace, redis, keys, letters } = await ledger();
  const before = await snapshot(redis, namespace);
  expect(await rejectFiring(redis, keys, dead)).toBe('rejected');
  const changed = difference(before, await snapshot(redis, namespace));
  expect(Object.keys(changed).sort()).toEqual(['dead', 'firings']);
  expect(changed.firings).toMatchObject({ groups: { [ACTIONS_GROUP]: { delivered: '1-1', pending: {} } } });
  expect(await letters()).toEqual([letter('2', JSON.stringify(FIELDS))]);
});

test('one that somebody has finished changes nothing', async () => {
  const { namespace, redis, keys } = await ledger();
  await rejectFiring(redis, keys, dead);
  const before = await snapshot(redis, namespace);
  expect(await rejectFiring(redis, keys, dead)).toBe('gone');
  expect(difference(before, await snapshot(redis, namespace))).toEqual({});
});

test.each([
  ['still held', '2', async () => undefined],
  ['held no longer', '0', (acknowledge: () => Promise<number>) => acknowledge()],
])('one that was trimmed away is moved to the dead letters without fields, %s', async (_, attempts, prepare) => {
  const { redis, keys, letters } = await ledger();
  await redis.xtrim(keys.firings, 'MAXLEN', 0);
  await prepare(() => redis.xack(keys.firings, ACTIONS_GROUP, '1-1'));
  expect(await rejectFiring(redis, keys, dead)).toBe('rejected');
  expect(await letters()).toEqual([letter(attempts, '[]')]);
});
