import { describe, expect, test } from 'vitest';
import { knownSource } from '../../src/redis/sources.ts';
import { Shop } from '../support/shop.ts';

async function known({ watchfire: { connections, store } }: Shop): Promise<unknown> {
  return await knownSource(connections.redis, store, 'shop');
}

describe('a stream', () => {
  test('comes in once, in its order, however many bring it in', async () => {
    const shop = new Shop();
    const sent: string[] = [];
    const sources = [shop.source(), shop.source(), shop.source()].map(({ source }) => source);
    for (let i = 0; i < 40; i += 1) {
      for (let k = 0; k < 20; k += 1) sent.push(await shop.add('paid', String(k)));
      await Promise.all(sources.map(async (source) => await source.runOnce()));
    }
    await shop.bringIn();
    const brought = await shop.brought();
    expect(brought.map(([id]) => id)).toEqual(sent);
    expect(brought[0]?.[1]).toMatchObject({
      id: `shop:${sent[0]}`,
      event: 'order.paid',
      resource: { id: 'customer.0' },
    });
    expect(await known(shop)).toMatchObject({ events: 800, letters: 0, lost: 0, place: sent.at(-1) });
  });

  test('begins at its end, unless its document says otherwise', async () => {
    const shop = new Shop({ from: undefined });
    await shop.add('old');
    await shop.bringIn();
    const id = await shop.add('new');
    await shop.bringIn();
    expect((await shop.brought()).map(([at]) => at)).toEqual([id]);
  });

  test('whose place others removed goes on behind what the log has of it', async () => {
    const shop = new Shop({ from: undefined });
    await shop.bringIn();
    const first = await shop.add('paid');
    await shop.bringIn();
    const { connections, store } = shop.watchfire;
    await connections.redis.del(store.keys.sources);
    const second = await shop.add('paid');
    await shop.bringIn();
    expect((await shop.brought()).map(([id]) => id)).toEqual([first, second]);
  });

  test('has a group that stands where it is read, so that others see the lag', async () => {
    const shop = new Shop();
    await shop.add('paid');
    const last = await shop.add('paid');
    const { source } = shop.source();
    await source.runOnce();
    await shop.bringIn();
    const [group] = (await shop.redis.xinfo('GROUPS', shop.stream)) as unknown[][];
    expect(group).toEqual(expect.arrayContaining([`watchfire:${shop.watchfire.settings.namespace}:shop`, last]));
    expect(group?.[group.indexOf('lag') + 1]).toBe(0);
  });

  test('that was trimmed, or lost entries, behind the place counts as a loss', async () => {
    const shop = new Shop();
    await shop.add('paid');
    await shop.bringIn();
    const gone = await shop.add('paid');
    for (let i = 0; i < 9; i += 1) await shop.add('paid');
    await shop.redis.xdel(shop.stream, gone);
    await shop.redis.xtrim(shop.stream, 'MAXLEN', 4);
    await shop.bringIn();
    expect(await known(shop)).toMatchObject({ events: 5, lost: 6 });
    const status = await shop.watchfire.status();
    expect(status.sources).toMatchObject([{ name: 'shop', lost: 6 }]);
  });

  test('that ends before the place is read on from its present end, and counts as a loss', async () => {
    const shop = new Shop();
    await shop.add('paid', '1', '1700000000000-5');
    await shop.bringIn();
    await shop.redis.del(shop.stream);
    await shop.add('paid', '2', '1700000000000-3');
    await shop.bringIn();
    const id = await shop.add('paid', '3', '1700000000000-4');
    await shop.bringIn();
    expect((await shop.brought()).map(([at]) => at)).toEqual(['1700000000000-5', id]);
    expect(await known(shop)).toMatchObject({ lost: 1 });
  });

  test('whose ids are no times comes in with the time at which it is read', async () => {
    const shop = new Shop();
    const before = Date.now();
    await shop.add('paid', '1', '5-1');
    await shop.add('paid', '2', '99999999999999-0');
    await shop.add('paid', '3', '18446744073709551615-18446744073709551615');
    await shop.bringIn();
    const brought = await shop.brought();
    expect(brought.map(([, { id }]) => id)).toEqual([
      'shop:5-1',
      'shop:99999999999999-0',
      'shop:18446744073709551615-18446744073709551615',
    ]);
    for (const [id] of brought) expect(Math.abs(Number.parseInt(id, 10) - before)).toBeLessThan(120_000);
    await shop.bringIn();
    expect(await shop.brought()).toHaveLength(3);
  });

  test('brings what does not map as dead letters, which its present map sends again', async () => {
    const shop = new Shop();
    const id = String(await shop.redis.xadd(shop.stream, '*', 'status', 'paid', 'who', '9'));
    await shop.bringIn();
    const [letter] = await shop.watchfire.deadLetters();
    expect(letter).toMatchObject({ source: 'sources', entry: `shop ${id}`, fields: ['status', 'paid', 'who', '9'] });
    expect(letter?.reason).toMatch(/^resource\.id: entry\.customer has no value/);
    expect((await shop.watchfire.redrive('all')).unfit).toMatchObject([{ id: letter?.id }]);
    const mended = new Shop({ stream: shop.stream, resource: { id: 'customer.{{ entry.who }}' } }, shop.watchfire);
    await mended.bringIn();
    expect(await shop.watchfire.redrive('all')).toEqual({ redriven: 1, gone: [], unfit: [] });
    const { connections, store } = shop.watchfire;
    const [last] = await connections.redis.xrevrange(store.keys.events, '+', '-', 'COUNT', 1);
    expect(JSON.parse(last?.[1][1] ?? '')).toMatchObject({ id: `shop:${id}`, resource: { id: 'customer.9' } });
  });

  test('passes over what its condition does not want, and what is too large is a dead letter', async () => {
    const shop = new Shop({ where: 'entry.status != "test"' });
    await shop.add('test');
    await shop.redis.xadd(shop.stream, '*', 'status', 'paid', 'customer', 'x'.repeat(2_100_000));
    const id = await shop.add('paid');
    await shop.bringIn();
    expect((await shop.brought()).map(([at]) => at)).toEqual([id]);
    expect((await shop.watchfire.deadLetters()).map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^entry: has \d+ bytes; at most/),
    ]);
  });

  test('that is sought while it runs is read from there within a second, though nothing new comes', async () => {
    const shop = new Shop();
    const ids = [await shop.add('paid'), await shop.add('paid')];
    const { source, clock } = shop.source();
    while (await source.runOnce());
    await shop.watchfire.seekSource('shop', 'start');
    clock.aheadMs += 1_000;
    while (await source.runOnce());
    expect((await shop.brought()).map(([id]) => id)).toEqual([...ids, ...ids]);
  });

  test('is paused, resumed, sought and forgotten by its name', async () => {
    const shop = new Shop();
    const first = await shop.add('paid');
    await shop.bringIn();
    await shop.watchfire.pauseSource('shop');
    const second = await shop.add('paid');
    const { source } = shop.source();
    await source.runOnce();
    expect(await shop.brought()).toHaveLength(1);
    await shop.watchfire.resumeSource('shop');
    await shop.watchfire.seekSource('shop', 'start');
    await shop.bringIn();
    expect((await shop.brought()).map(([id]) => id)).toEqual([first, first, second]);
    await shop.watchfire.forgetSource('shop');
    expect(await shop.watchfire.sources()).toEqual([]);
    await expect(shop.watchfire.pauseSource('shop')).rejects.toThrow('there is no source "shop"');
  });
});
