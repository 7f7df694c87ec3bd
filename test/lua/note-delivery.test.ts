import { expect, test } from 'vitest';
import { type DeliveryNote, noteDelivery } from '../../src/redis/steps/note-delivery.ts';
import { ms, World } from '../support/world.ts';

const DAY = 24 * 3_600;

const note = (world: World, job: string, state: DeliveryNote['state'], record = '{}', event: string | null = null) =>
  noteDelivery(world.redis, world.store, { job, state, record, event });

const noted = async ({ redis, store: { keys } }: World) => ({
  records: await redis.hgetall(keys.deliveries),
  delivered: await redis.zrange(keys.delivered, '0', '-1'),
  undelivered: await redis.zrange(keys.undelivered, '0', '-1'),
});

test('each state of a delivery takes the place of the one before, and the bytes are those of all that is there', async () => {
  const world = new World();
  await note(world, 'f-1-0', 'retried', '{"tries":1}');
  await note(world, 'f-2-0', 'sent', '{"tries":1}');
  expect(await noted(world)).toEqual({
    records: { 'f-1-0': '{"tries":1}', 'f-2-0': '{"tries":1}', '': '32' },
    delivered: ['f-1-0', 'f-2-0'],
    undelivered: [],
  });
  await note(world, 'f-1-0', 'failed', '{"tries":10}');
  expect(await noted(world)).toEqual({
    records: { 'f-1-0': '{"tries":10}', 'f-2-0': '{"tries":1}', '': '33' },
    delivered: ['f-2-0'],
    undelivered: ['f-1-0'],
  });
  await note(world, 'f-1-0', 'waiting', '{}');
  await note(world, 'f-2-0', 'dropped');
  expect(await noted(world)).toEqual({
    records: { 'f-1-0': '{}', '': '7' },
    delivered: ['f-1-0'],
    undelivered: [],
  });
});

test('a delivery that was sent is forgotten after seven days, one that failed after thirty', async () => {
  const world = new World();
  await note(world, 'f-1-0', 'sent');
  await note(world, 'f-2-0', 'failed');
  world.at(7 * DAY - 0.001);
  await note(world, 'f-3-0', 'dropped');
  expect((await noted(world)).records).toHaveProperty('f-1-0');
  world.at(7 * DAY);
  await note(world, 'f-3-0', 'dropped');
  expect((await noted(world)).records).toEqual({ 'f-2-0': '{}', '': '7' });
  world.at(30 * DAY);
  await note(world, 'f-3-0', 'dropped');
  expect(await noted(world)).toEqual({ records: { '': '0' }, delivered: [], undelivered: [] });
});

test('above 64 MB the oldest go, those that were sent before any that failed', async () => {
  const world = new World();
  const large = 'x'.repeat(20_000_000);
  await note(world, 'f-1-0', 'failed', large);
  await note(world, 'f-2-0', 'sent', large);
  await note(world, 'f-3-0', 'sent', large);
  await note(world, 'f-4-0', 'sent', large);
  expect(await noted(world)).toMatchObject({ delivered: ['f-3-0', 'f-4-0'], undelivered: ['f-1-0'] });
  await note(world, 'f-5-0', 'failed', large);
  await note(world, 'f-6-0', 'failed', large);
  await note(world, 'f-7-0', 'failed', large);
  expect(await noted(world)).toMatchObject({ delivered: [], undelivered: ['f-5-0', 'f-6-0', 'f-7-0'] });
  expect((await noted(world)).records['']).toBe('60000015');
});

test('how it ended enters the log as an entry of the engine where somebody listens, and nowhere else', async () => {
  const world = new World();
  const { keys } = world.store;
  const told = '{"event":"automation.action.failed","resource":{"id":"automation.a"}}';
  expect(await note(world, 'f-1-0', 'failed', '{}', told)).toEqual({ word: 'noted', entry: '' });
  expect(await world.redis.exists(keys.events)).toBe(0);
  await world.redis.sadd(keys.listeners, 'b');
  const entry = `${ms(0)}-0`;
  expect(await note(world, 'f-1-0', 'failed', '{}', told)).toEqual({ word: 'told', entry });
  expect(await world.redis.xrange(keys.events, '-', '+')).toEqual([[entry, ['action', told]]]);
  expect(await world.redis.zscore(keys.own, entry)).toBe(String(ms(0)));
  expect(await note(world, 'f-1-0', 'waiting', '{}')).toEqual({ word: 'noted', entry: '' });
});

test('what became of an action is an event that leaves the clock alone', async () => {
  const world = new World();
  const { keys } = world.store;
  const trigger = { posture: 'Reactive', expect: ['automation.action.failed'], for_each: ['target'] };
  await world.put({ id: 'a', name: 'a', trigger });
  await world.meet('x', { t: -600 });
  const before = await world.redis.hmget(keys.clock, 'newest', 'arrival');
  const resource = { id: 'automation.b', target: 'oncall' };
  const told = { id: 's-f-1-0-1', event: 'automation.action.failed', resource };
  await note(world, 'f-1-0', 'failed', '{}', JSON.stringify(told));
  await world.drain();
  expect(await world.told()).toEqual(['a triggered@0 oncall s-f-1-0-1']);
  expect(await world.redis.hmget(keys.clock, 'newest', 'arrival')).toEqual(before);
});
