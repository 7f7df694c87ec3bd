import { rename, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { fileOf } from '../reactions/shop.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { Shop } from '../support/shop.ts';

/** Gives a file other sources at once, as editors do. */
async function write(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

function said(...specs: object[]): string {
  return JSON.stringify({ sources: specs.map((spec) => ({ redis: inject('adminUrl'), ...spec })) });
}

test('two runners of a source that is sought again and again leave out nothing behind the last place', async () => {
  const shop = new Shop();
  const runners = [shop.source(), shop.source()];
  const ids: string[] = [];
  const read = async (rounds: number): Promise<void> => {
    await Promise.all(
      runners.map(async ({ source, clock }) => {
        for (let i = 0; i < rounds; i += 1) {
          clock.aheadMs += 600;
          await source.runOnce();
        }
      }),
    );
  };
  for (let i = 0; i < 200; i += 1) ids.push(await shop.add('paid'));
  await shop.bringIn();
  for (const place of ['start', ids[50], ids[199], ids[120]]) {
    const reading = read(4);
    await shop.watchfire.seekSource('shop', String(place));
    await reading;
    for (let i = 0; i < 50; i += 1) ids.push(await shop.add('paid'));
  }
  await read(20);
  await shop.bringIn();
  const brought = (await shop.brought()).map(([id]) => id);
  // Behind the last place all of it came once more, in its order, and what was passed over on purpose is no loss.
  const again = brought.slice(brought.lastIndexOf(ids[121] ?? ''));
  expect(again).toEqual(ids.slice(121));
  expect((await shop.watchfire.sources())[0]).toMatchObject({ place: ids.at(-1), lost: 0 });
});

test('entries that wait when the map changes come in once, by the new one', async () => {
  const shop = new Shop();
  const file = fileOf(said(shop.spec));
  await shop.watchfire.startSources({ file });
  const ids = [await shop.add('paid')];
  await eventually('the first is in', async () => (await shop.brought()).length === 1);
  await shop.watchfire.pauseSource('shop');
  for (let i = 0; i < 700; i += 1) ids.push(await shop.add('paid'));
  await write(file, said({ ...shop.spec, event: 'sale.{{ entry.status }}' }));
  await eventually('the new map is known', async () => {
    const [source] = await shop.watchfire.sources();
    return source?.spec?.event === 'sale.{{ entry.status }}';
  });
  await shop.watchfire.resumeSource('shop');
  await eventually('all are in', async () => (await shop.brought()).length === ids.length);
  const brought = await shop.brought();
  expect(brought.map(([id]) => id)).toEqual(ids);
  expect(brought.map(([, { event }]) => event)).toEqual(['order.paid', ...Array(700).fill('sale.paid')]);
});

test('a file with an error changes nothing, and a source that is paused meanwhile goes on by the old one', async () => {
  const told: string[] = [];
  const logger = pino({}, { write: (line: string) => void told.push(line) });
  const shop = new Shop({}, engine({ logger }));
  const other = new Shop({ name: 'other' }, shop.watchfire);
  const file = fileOf(said(shop.spec, other.spec));
  await shop.watchfire.startSources({ file });
  await other.add('paid');
  await eventually('the first is in', async () => (await shop.brought()).length === 1);
  await shop.watchfire.pauseSource('shop');
  const waiting = await shop.add('paid');
  await write(file, said({ ...shop.spec, event: '{{ broken' }, { ...other.spec, event: 'never' }));
  await eventually('the new file is refused', () => told.some((line) => line.includes('sources file is wrong')));
  const more = [await other.add('paid'), await other.add('paid')];
  await eventually('the other goes on', async () => (await other.brought()).length === 3);
  await shop.watchfire.resumeSource('shop');
  await eventually('the one that was paused goes on', async () =>
    (await shop.brought()).some(([id]) => id === waiting),
  );
  const brought = await shop.brought();
  expect(brought.map(([, { event }]) => event)).toEqual(Array(4).fill('order.paid'));
  expect(brought.map(([id]) => id)).toEqual(expect.arrayContaining([...more, waiting]));
});

test('a source whose stream becomes another one says so, and goes on where somebody says', async () => {
  const shop = new Shop();
  await shop.add('paid');
  await shop.bringIn();
  const moved = new Shop({ stream: `${shop.stream}:2` }, shop.watchfire);
  const first = String(await shop.redis.xadd(`${shop.stream}:2`, '1-1', 'status', 'paid', 'customer', '7'));
  await expect(moved.bringIn()).rejects.toThrow(`stream: is not ${shop.stream}, in which shop was read up to now`);
  expect(await shop.brought()).toHaveLength(1);
  await shop.watchfire.seekSource('shop', 'start');
  await moved.bringIn();
  expect((await shop.brought())[1]?.[1]).toMatchObject({ id: `shop:${first}` });
  await expect(shop.bringIn()).rejects.toThrow(`stream: is not ${shop.stream}:2, in which shop was read up to now`);
});
