import { expect, test } from 'vitest';
import { ACTIONS_GROUP, keysOf } from '../../src/redis/keys.ts';
import { takeFirings } from '../../src/redis/steps/take-firings.ts';
import { freshNamespace } from '../support/namespace.ts';
import { adminBeside, testClient } from '../support/redis.ts';
import { snapshot } from '../support/snapshot.ts';

/** A ledger with these entries and the group. */
async function ledger(entries: Record<string, string[]>) {
  const namespace = freshNamespace({ permanent: ['firings'] });
  const redis = testClient();
  const { firings } = keysOf(namespace);
  await redis.xgroup('CREATE', firings, ACTIONS_GROUP, '0', 'MKSTREAM');
  for (const [id, fields] of Object.entries(entries)) await redis.xadd(firings, id, ...fields);
  return { namespace, redis, firings };
}

test('takes the oldest unread firings for the consumer, as many as asked for', async () => {
  const { namespace, redis, firings } = await ledger({
    '1-1': ['firing', 'aa'],
    '1-2': ['firing', 'bb'],
    '1-3': ['firing', 'cc'],
  });
  expect(await takeFirings(redis, firings, 'w1', 2)).toEqual([
    ['1-1', ['firing', 'aa']],
    ['1-2', ['firing', 'bb']],
  ]);
  expect(await snapshot(redis, namespace)).toMatchObject({
    firings: { groups: { [ACTIONS_GROUP]: { delivered: '1-2', pending: { '1-1': 'w1', '1-2': 'w1' } } } },
  });
  expect(await takeFirings(redis, firings, 'w2', 2)).toEqual([['1-3', ['firing', 'cc']]]);
});

test('when there is nothing to read it takes nothing', async () => {
  const { redis, firings } = await ledger({ '1-1': ['firing', 'aa'] });
  await takeFirings(redis, firings, 'w1', 10);
  expect(await takeFirings(redis, firings, 'w1', 10)).toEqual([]);
});

test('texts arrive as they were written: quotes, slashes, control characters, emoji, nothing at all', async () => {
  const fields = [
    'name',
    'a "b" \\ / \n \u0001 \u007f \u2028',
    'event',
    JSON.stringify({ ü: '😀', deep: [[]] }),
    '',
    '',
  ];
  const { redis, firings } = await ledger({ '1-1': fields });
  expect(await takeFirings(redis, firings, 'w1', 1)).toEqual([['1-1', fields]]);
});

test('a missing group is said to be missing', async () => {
  const { redis, firings } = await ledger({});
  await adminBeside(redis).xgroup('DESTROY', firings, ACTIONS_GROUP);
  await expect(takeFirings(redis, firings, 'w1', 1)).rejects.toThrow(/^NOGROUP /);
});
