import { describe, expect, test } from 'vitest';
import { gate, jobIn, MINUTE, notify } from './gate-shop.ts';
import { automation, fire, NOW } from './relay-shop.ts';

describe('a group', () => {
  const grouped = { ...notify, group: { by: ['region'], wait: '30s', max: '1m' } };
  const place = (region: string, id: string) => ({ labels: JSON.stringify({ id, region }) });

  test('goes out as one job with all of its firings, when no other came for a while', async () => {
    const { shop, later, deliveries, marks } = await gate({ actions: [grouped] });
    await fire(shop, ['a1'], place('eu', '1'));
    await fire(shop, ['b1'], place('us', '1'));
    await later(0);
    await fire(shop, ['a2'], place('eu', '2'));
    await later(20_000);
    expect(await marks('a2')).toMatchObject([{ what: 'grouped', group: 'a1-0' }]);
    await later(10_000);
    expect(await deliveries()).toEqual(['g-b1-0']);
    await later(20_000);
    expect(await deliveries()).toEqual(['g-a1-0', 'g-b1-0']);
    const job = await jobIn(shop, 'g-a1-0');
    expect(job).toMatchObject({ id: 'g-a1-0', idempotencyKey: 'g-a1-0', triggering_labels: { region: 'eu' } });
    expect(job.group?.labels).toEqual({ region: 'eu' });
    expect(job.group?.firings.map(({ id }) => id)).toEqual(['a1', 'a2']);
    expect(job.group?.firings.map(({ triggering_event: event }) => event?.id)).toEqual(['e-a1', 'e-a2']);
    expect(await shop.redis.exists(shop.keys.waiting, shop.keys.needed, shop.keys.grouping)).toBe(0);
    expect(await shop.redis.exists(`${shop.prefixes.group}a1-0`)).toBe(0);
  });

  test('waits no longer than its most, and what comes then begins the next one', async () => {
    const { shop, later, deliveries } = await gate({ actions: [grouped] });
    for (const id of ['a1', 'a2', 'a3']) {
      await fire(shop, [id], place('eu', id));
      await later(id === 'a1' ? 0 : 25_000);
    }
    await later(10_000);
    expect(await deliveries()).toEqual(['g-a1-0']);
    await fire(shop, ['a4'], place('eu', '4'));
    await later(0);
    await later(30_000);
    expect(await deliveries()).toEqual(['g-a1-0', 'g-a4-0']);
  });

  test('a firing that is relayed again joins once', async () => {
    const { shop, later } = await gate({ actions: [grouped] });
    await fire(shop, ['a1', 'a1', 'a2'], place('eu', '1'));
    await later(0);
    await later(31_000);
    expect((await jobIn(shop, 'g-a1-0')).group?.firings.map(({ id }) => id)).toEqual(['a1', 'a2']);
  });

  test('a relay that dies behind the job leaves a repeat that the queue drops', async () => {
    const { shop, later, deliveries } = await gate({ actions: [grouped] });
    await fire(shop, ['a1'], place('eu', '1'));
    await later(0);
    const group = await shop.redis.hgetall(`${shop.prefixes.group}a1-0`);
    await later(30_000);
    await shop.redis.hset(`${shop.prefixes.group}a1-0`, group);
    await shop.redis.zadd(shop.keys.waiting, NOW, 'g a1-0');
    await later(31_000, shop.relayOf('w2'));
    expect(await deliveries()).toEqual(['g-a1-0']);
    expect(await shop.redis.exists(shop.keys.waiting, `${shop.prefixes.group}a1-0`)).toBe(0);
  });

  test('other revisions of the automation have groups of their own', async () => {
    const { shop, later, deliveries } = await gate({ actions: [grouped] });
    await shop.put(2, { ...automation, actions: [{ ...grouped, target: 'others' }] });
    await fire(shop, ['a1'], place('eu', '1'));
    await fire(shop, ['a2'], { ...place('eu', '1'), revision: '2' });
    await later(0);
    await later(30_000);
    expect(await deliveries()).toEqual(['g-a1-0', 'g-a2-0']);
  });

  test('what hours held joins one when they begin', async () => {
    const { shop, later, deliveries } = await gate({ actions: [grouped], active: { from: '10:00' } });
    await fire(shop, ['a1', 'a2', 'a3'], place('eu', '1'));
    await later(0);
    await later(60 * MINUTE);
    expect(await deliveries()).toEqual([]);
    await later(30_000);
    expect((await jobIn(shop, 'g-a1-0')).group?.firings.map(({ id }) => id)).toEqual(['a1', 'a2', 'a3']);
  });
});
