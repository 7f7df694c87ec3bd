import { describe, expect, test } from 'vitest';
import { resetBudget } from '../../src/redis/steps/reset-budget.ts';
import { gate, jobIn, key, MINUTE, notify } from './gate-shop.ts';
import { fire, NOW, numbered, waitingIn } from './relay-shop.ts';

describe('the budget', () => {
  test('lets so many firings a minute pass, holds the others back, and says so once', async () => {
    const { shop, later, marks, deliveries } = await gate({ budget: 3 });
    await fire(shop, numbered(5), key('1'));
    await fire(shop, ['eeee'], key('2'));
    expect(await later(0)).toMatchObject({ firings: 6, jobs: 3 });
    expect(await deliveries()).toEqual(['f-0000-0', 'f-0001-0', 'f-0002-0']);
    expect(await marks('0003')).toMatchObject([
      { what: 'held back', closing: '0003', why: 'the budget of 3 firings a minute is used up' },
    ]);
    await fire(shop, ['ffff'], key('2'));
    await later(MINUTE - 1);
    expect(await marks('ffff')).toMatchObject([{ what: 'held back', closing: '0003' }]);
    expect(await later(1)).toMatchObject({ jobs: 1 });
    expect((await jobIn(shop, 'h-0003-0')).summary).toEqual({
      held: 4,
      since: new Date(NOW).toISOString(),
      until: new Date(NOW + MINUTE).toISOString(),
      keys: [
        { labels: { id: '1' }, firings: 2 },
        { labels: { id: '2' }, firings: 2 },
      ],
      others: 0,
    });
    await fire(shop, ['9999']);
    expect(await later(1_000)).toMatchObject({ jobs: 1 });
    expect(await deliveries()).toEqual(['f-0000-0', 'f-0001-0', 'f-0002-0', 'f-9999-0', 'h-0003-0']);
    expect(await shop.redis.exists(shop.keys.budgets, shop.keys.waiting, shop.keys.needed)).toBe(0);
  });

  test('is 100 for actions that are carried out, and none for jobs of queues', async () => {
    const { shop, later, deliveries } = await gate({ actions: [notify, { type: 'queue', queue: 'mail' }] });
    await fire(shop, numbered(102));
    for (let read = 0; read < 6; read += 1) await later(0);
    expect(await deliveries()).toHaveLength(100);
    expect(await waitingIn(shop, 'mail')).toHaveLength(102);
  });

  test('"none" lets all pass', async () => {
    const { shop, later, deliveries } = await gate({ budget: 'none' });
    await fire(shop, numbered(120));
    for (let read = 0; read < 6; read += 1) await later(0);
    expect(await deliveries()).toHaveLength(120);
    expect(await shop.redis.exists(shop.keys.outcomes)).toBe(0);
  });

  test('a firing that is relayed again passes again, and is not counted twice', async () => {
    const { shop, later, deliveries, marks } = await gate({ budget: 2 });
    await fire(shop, ['aa', 'aa', 'bb', 'cc', 'aa', 'cc']);
    await later(0);
    expect(await deliveries()).toEqual(['f-aa-0', 'f-bb-0']);
    expect(await marks('cc')).toHaveLength(1);
    await later(MINUTE);
    expect((await jobIn(shop, 'h-cc-0')).summary?.held).toBe(1);
  });

  test('opens when somebody resets it, and the summary goes out at once', async () => {
    const { shop, later, deliveries } = await gate({ budget: 1 });
    await fire(shop, ['aa', 'bb']);
    await later(0);
    expect(await resetBudget(shop.redis, shop.store, 'a1')).toBe('opened');
    expect(await resetBudget(shop.redis, shop.store, 'a1')).toBe('open');
    await fire(shop, ['cc']);
    await later(1_000);
    expect(await deliveries()).toEqual(['f-aa-0', 'f-cc-0', 'h-bb-0']);
  });

  test('the end of an alert that passed is never held back, and the end of one that did not goes with it', async () => {
    const { shop, later, deliveries, marks } = await gate({ budget: 1, actions_on_resolve: [notify] });
    await fire(shop, ['a1'], key('1'));
    await fire(shop, ['a2'], key('2'));
    await later(0);
    for (const id of ['1', '2']) await fire(shop, [`e${id}`], { ...key(id), state: 'Resolved' });
    await later(0);
    expect(await deliveries()).toEqual(['f-a1-0', 'f-e1-1']);
    expect(await marks('e2')).toMatchObject([{ what: 'held back', follows: 'a2' }]);
  });
});
