import { describe, expect, test } from 'vitest';
import { endSilence } from '../../src/redis/steps/end-silence.ts';
import { gate, key, MINUTE, notify, silence, whats } from './gate-shop.ts';
import { fire, NOW, pendingIn } from './relay-shop.ts';

describe('a silence', () => {
  test('keeps all jobs of a firing back, which is recorded, by whom and why, and acknowledged', async () => {
    const { shop, later, marks } = await gate({ actions: [notify, { type: 'queue', queue: 'mail' }] });
    await silence(shop);
    await fire(shop, ['aa']);
    expect(await later(0)).toEqual({ firings: 1, jobs: 0, held: 0, dead: 0 });
    expect(await pendingIn(shop)).toBe(0);
    expect(await marks('aa')).toEqual([
      { what: 'silenced', at: NOW, actions: [0, 1], silence: 's-1', by: 'ana', why: 'deployment' },
    ]);
  });

  test('keeps back those keys that it names, until it ends', async () => {
    const { shop, later, deliveries } = await gate();
    await silence(shop, { labels: { id: '7' } });
    await fire(shop, ['a7'], key('7'));
    await fire(shop, ['a8'], key('8'));
    await later(0);
    expect(await deliveries()).toEqual(['f-a8-0']);
    await endSilence(shop.redis, shop.store, 's-1');
    await fire(shop, ['b7'], key('7'));
    await later(0);
    expect(await deliveries()).toEqual(['f-a8-0', 'f-b7-0']);
  });

  test('what was silenced stays so, also where the firing is relayed again after the end of the silence', async () => {
    const { shop, later, marks, deliveries } = await gate();
    await silence(shop);
    await fire(shop, ['aa']);
    await later(0);
    await later(MINUTE);
    await fire(shop, ['aa']);
    await later(0);
    expect(await deliveries()).toEqual([]);
    expect(await marks('aa')).toHaveLength(1);
  });

  test('the end of an alert goes the way of its begin', async () => {
    const { shop, later, marks, deliveries } = await gate({ actions_on_resolve: [notify] });
    const resolved = { state: 'Resolved' };
    await fire(shop, ['a1'], key('1'));
    await later(0);
    await silence(shop);
    await fire(shop, ['a2'], key('2'));
    await fire(shop, ['r1'], { ...key('1'), ...resolved });
    await fire(shop, ['r2'], { ...key('2'), ...resolved });
    await later(0);
    expect(await deliveries()).toEqual(['f-a1-0', 'f-r1-1']);
    expect(await marks('r2')).toMatchObject([{ what: 'silenced', follows: 'a2' }]);
    await later(MINUTE);
    await fire(shop, ['b2'], key('2'));
    await later(0);
    await fire(shop, ['s2'], { ...key('2'), ...resolved });
    await later(0);
    expect(await deliveries()).toEqual(['f-a1-0', 'f-b2-0', 'f-r1-1', 'f-s2-1']);
  });
});

describe('active hours', () => {
  // NOW is a Monday, 09:00 in UTC.
  test('hold a firing until they begin, and then it goes out once, whichever relay sends it', async () => {
    const { shop, later, marks, deliveries } = await gate({ active: { from: '10:00' } });
    await fire(shop, ['aa', 'bb']);
    expect(await later(0)).toMatchObject({ firings: 2, jobs: 0 });
    const till = NOW + 60 * MINUTE;
    expect(await marks('aa')).toMatchObject([{ what: 'held', till, actions: [0] }]);
    expect(await shop.redis.zcard(shop.keys.needed)).toBe(2);
    await later(60 * MINUTE - 1);
    expect(await deliveries()).toEqual([]);
    expect(await later(1, shop.relayOf('w2'))).toMatchObject({ jobs: 2 });
    expect(await deliveries()).toEqual(['f-aa-0', 'f-bb-0']);
    expect(await marks('aa')).toMatchObject([{ what: 'held', released: till }]);
    expect(await shop.redis.exists(shop.keys.waiting, shop.keys.needed)).toBe(0);
    expect(await later(1_000)).toMatchObject({ jobs: 0 });
  });

  test('of an action hold that action alone', async () => {
    const { later, shop, deliveries, marks } = await gate({
      actions: [notify, { ...notify, active: { days: ['tue'], timezone: 'Europe/Berlin' } }],
    });
    await fire(shop, ['aa']);
    await later(0);
    expect(await deliveries()).toEqual(['f-aa-0']);
    expect(await marks('aa')).toMatchObject([{ what: 'held', actions: [1], till: Date.parse('2026-03-02T23:00:00Z') }]);
    await later(14 * 60 * MINUTE);
    expect(await deliveries()).toEqual(['f-aa-0', 'f-aa-1']);
  });

  test('drop what comes outside of them, where the automation says so', async () => {
    const { shop, later, marks, deliveries } = await gate({ active: { from: '10:00', outside: 'drop' } });
    await fire(shop, ['aa']);
    await later(0);
    await later(61 * MINUTE);
    expect(await deliveries()).toEqual([]);
    expect(await marks('aa')).toMatchObject([{ what: 'dropped', why: 'outside the active hours of the automation' }]);
  });

  test('an alert that ends meanwhile goes out behind its begin', async () => {
    const { shop, later, marks, deliveries } = await gate({ active: { from: '10:00' }, actions_on_resolve: [notify] });
    await fire(shop, ['aa'], key('1'));
    await later(0);
    await fire(shop, ['rr'], { ...key('1'), state: 'Resolved' });
    await later(0);
    expect(await marks('rr')).toMatchObject([{ what: 'held', follows: 'aa', till: NOW + 60 * MINUTE }]);
    await later(60 * MINUTE);
    expect(await deliveries()).toEqual(['f-aa-0', 'f-rr-1']);
    expect(await shop.redis.exists(shop.keys.muted)).toBe(0);
  });

  test('a silence at the time of release keeps it back', async () => {
    const { shop, later, marks, time } = await gate({ active: { from: '10:00' } });
    await fire(shop, ['aa']);
    await later(0);
    time.now += 60 * MINUTE;
    await silence(shop);
    await later(0);
    await later(1_000);
    expect(whats(await marks('aa'))).toEqual(['held', 'silenced']);
  });

  test('a relay that dies behind the jobs leaves a repeat that the queue drops', async () => {
    const { shop, later, deliveries } = await gate({ active: { from: '10:00' } });
    await fire(shop, ['aa']);
    await later(0);
    const [member = ''] = await shop.redis.zrange(shop.keys.waiting, '0', '-1');
    await later(60 * MINUTE);
    await shop.redis.zadd(shop.keys.waiting, NOW, member);
    await later(31_000, shop.relayOf('w2'));
    expect(await deliveries()).toEqual(['f-aa-0']);
    expect(await shop.redis.exists(shop.keys.waiting)).toBe(0);
  });
});
