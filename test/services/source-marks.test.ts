import pino from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { layoutOf } from '../../src/model/partition.ts';
import { announceSource, beginAt, placeIn } from '../../src/redis/sources.ts';
import { bringIn } from '../../src/redis/steps/bring-in.ts';
import { openSource } from '../../src/redis/steps/open-source.ts';
import { SourceMarks, type SourcePromiseOf } from '../../src/services/source-marks.ts';
import { ms, World } from '../support/world.ts';

const logger = pino({ level: 'silent' });

const overdue = {
  id: 'a',
  name: 'a',
  trigger: { posture: 'Proactive', after: ['placed'], expect: ['paid'], for_each: ['id'], within: 10 },
};

/** An engine whose source `shop` brought `placed` at 0 s, with these words of its document. */
async function placed(spec: object): Promise<World> {
  const world = new World();
  const { redis, store } = world;
  await world.put(overdue);
  await announceSource(redis, store, 'shop', spec);
  await beginAt(redis, store, 'shop', { place: '0-0', read: null });
  await openSource(redis, store, { source: 'shop', from: `${ms(0)}-0` });
  await bring(world, 'placed', 0, '1-0');
  return world;
}

async function bring(world: World, event: string, at: number, to: string): Promise<void> {
  const { redis, store } = world;
  const from = (await placeIn(redis, store, 'shop'))?.place ?? '';
  const data = JSON.stringify({ id: `shop:${to}`, event, resource: { id: 'order.1' } });
  const entries = [{ id: `${ms(at)}-0`, wrong: null, fields: ['data', data] }];
  await bringIn(redis, store, { source: 'shop', from, to, entries });
  await world.drain();
}

/** What fired when time comes to these seconds. */
async function firedAt(world: World, seconds: number, promiseOf?: SourcePromiseOf): Promise<string[]> {
  world.at(seconds);
  const { redis, store, clock } = world;
  const marks = new SourceMarks({ redis, store, layout: null, clock, logger, ...(promiseOf && { promiseOf }) });
  await marks.runOnce();
  await world.drain();
  await world.settle();
  return await world.told();
}

describe('an absence', () => {
  test('waits for a source that is behind, and no longer than it is to hold', async () => {
    const world = await placed({ hold: '5m' });
    expect(await firedAt(world, 200)).toEqual([]);
    expect(await firedAt(world, 309)).toEqual([]);
    expect(await firedAt(world, 311)).toEqual(['a triggered@10 order.1 shop:1-0']);
  });

  test('is not decided against what the source brings late', async () => {
    const world = await placed({ hold: '5m' });
    expect(await firedAt(world, 250)).toEqual([]);
    await bring(world, 'paid', 9, '2-0');
    expect(await firedAt(world, 400)).toEqual([]);
  });

  test('does not wait for a source that is to hold nothing', async () => {
    const world = await placed({ hold: 0 });
    expect(await firedAt(world, 11)).toEqual(['a triggered@10 order.1 shop:1-0']);
  });

  test('is decided at once where the source was read to its end', async () => {
    const world = await placed({ hold: '5m' });
    const at = await placeIn(world.redis, world.store, 'shop');
    const promise = { place: at?.place ?? '', fedId: at?.fedId ?? '', reachedMs: ms(11) };
    expect(await firedAt(world, 11, () => ({ ...promise, fedId: '1-1' }))).toEqual([]);
    expect(await firedAt(world, 11, () => promise)).toEqual(['a triggered@10 order.1 shop:1-0']);
  });
});

test('a log without sources is left alone', async () => {
  const world = new World();
  const { redis, store, clock } = world;
  expect(await new SourceMarks({ redis, store, layout: null, clock, logger }).runOnce()).toBe('no-sources');
  expect(await world.state()).toEqual({});
});

test('of the partitions those alone are asked that are wanted', async () => {
  const world = await placed({ hold: 0 });
  const { redis, store, clock } = world;
  const layout = layoutOf(3, 'id');
  const sent = vi.spyOn(redis, 'sendCommand');
  const asks = (name: string): boolean => name === '1';
  expect(await new SourceMarks({ redis, store, layout, asks, clock, logger }).runOnce()).toBe('not-wanted');
  const keys = sent.mock.calls.flatMap(([{ args }]) => args.map(String)).filter((text) => text.endsWith('}:due'));
  sent.mockRestore();
  expect(new Set(keys)).toEqual(new Set([`{${store.namespace}.1}:due`]));
});
