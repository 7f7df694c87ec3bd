import { expect, test } from 'vitest';
import { deadLetterIds, lastDeadLetters, redriveDeadLetters } from '../../src/inspect/dead-letters.ts';
import { storeOf } from '../../src/redis/store.ts';
import { automation, fire, pendingIn, waitingIn, workshop } from '../relay/relay-shop.ts';

test('a firing that was given up gets its jobs when what was missing is there and it is redriven, once', async () => {
  const shop = await workshop();
  const store = storeOf(shop.keys.firings.slice(1, shop.keys.firings.indexOf('}')));
  const relay = shop.relayOf('w1');
  await fire(shop, ['aa', 'bb'], { revision: '9' });
  expect(await relay.runOnce()).toMatchObject({ dead: 2, jobs: 0 });
  const letters = await lastDeadLetters(shop.redis, store, 10);
  expect(letters.map(({ source, reason }) => [source, reason])).toEqual(
    Array(2).fill(['firings', 'revision 9 of automation a1 is gone']),
  );
  const reason = 'would be given up again: revision 9 of automation a1 is gone';
  expect(await redriveDeadLetters(shop.redis, store, deadLetterIds(shop.redis, store))).toEqual({
    redriven: 0,
    gone: [],
    unfit: letters.map(({ id }) => ({ id, reason })),
  });
  await shop.put(9, automation);
  expect(await redriveDeadLetters(shop.redis, store, deadLetterIds(shop.redis, store))).toEqual({
    redriven: 2,
    gone: [],
    unfit: [],
  });
  expect(await relay.runOnce()).toMatchObject({ firings: 2, jobs: 4, dead: 0 });
  expect(await waitingIn(shop, 'mail')).toEqual(['f-aa-0', 'f-bb-0']);
  expect([await pendingIn(shop), await shop.redis.xlen(shop.keys.firings)]).toEqual([0, 2]);
  const ids = letters.map(({ id }) => id);
  expect(await redriveDeadLetters(shop.redis, store, ids)).toEqual({ redriven: 0, gone: ids, unfit: [] });
});
