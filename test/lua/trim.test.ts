import { expect, test } from 'vitest';
import { trim } from '../../src/redis/steps/trim.ts';
import { ms, World } from '../support/world.ts';

/** Redis frees whole nodes of a stream, of 100 entries by default. */
const NODE = 100;

/** A log of 1,000 entries, one a second, of which some are applied. */
async function log(applied: number): Promise<World> {
  const world = new World();
  const pipeline = world.redis.pipeline();
  for (let i = 0; i < 1_000; i += 1)
    pipeline.xadd(world.store.keys.events, `${ms(i)}-0`, 'event', 'x', 'resource.id', 'r');
  await pipeline.exec();
  if (applied > 0) await world.redis.set(world.store.keys.position, `${ms(applied - 1)}-0`);
  return world;
}

/** The second of the oldest entry that is left. */
async function oldest(world: World, stream = world.store.keys.events): Promise<number> {
  const [first] = await world.redis.xrange(stream, '-', '+', 'COUNT', 1);
  return (Number.parseInt(first?.[0] ?? '', 10) - ms(0)) / 1_000;
}

const cut = (world: World, before: number, fenced = true) =>
  trim(world.redis, world.store, { stream: world.store.keys.events, fenced }, ms(before));

test('old entries go, about as many as wanted, never more', async () => {
  const world = await log(1_000);
  const { removed, blockedBy } = await cut(world, 350);
  expect(blockedBy).toBeNull();
  expect(removed).toBe(await oldest(world));
  expect(removed).toBeGreaterThan(350 - NODE);
  expect(removed).toBeLessThanOrEqual(350);
});

test.each([0, 1, 250, 999])('of a log applied up to entry %d nothing beyond the position goes', async (applied) => {
  const world = await log(applied);
  await cut(world, 1_000);
  expect(await oldest(world)).toBeLessThanOrEqual(Math.max(0, applied - 1));
  expect(await world.waiting()).toHaveLength(1_000 - applied);
});

test('nothing goes that another group was not given, or still holds', async () => {
  const world = await log(1_000);
  const { events } = world.store.keys;
  await world.redis.xgroup('CREATE', events, 'audit', '0');
  expect(await cut(world, 1_000)).toEqual({ removed: 0, blockedBy: 'audit' });
  const read = async (count: number) => {
    const answer = await world.redis.xreadgroup('GROUP', 'audit', 'c', 'COUNT', count, 'STREAMS', events, '>');
    return ((answer as [string, [string, string[]][]][])[0]?.[1] ?? []).map(([id]) => id);
  };
  const held = await read(450);
  expect(await cut(world, 1_000)).toEqual({ removed: 0, blockedBy: 'audit' });
  await world.redis.xack(events, 'audit', ...held.filter((_, i) => i !== 320));
  expect(await cut(world, 1_000)).toMatchObject({ blockedBy: 'audit' });
  expect(await oldest(world)).toBeLessThanOrEqual(320);
  expect(await oldest(world)).toBeGreaterThan(320 - NODE);
  await world.redis.xack(events, 'audit', ...held);
  await cut(world, 1_000);
  expect(await oldest(world)).toBeLessThanOrEqual(449);
  expect(await oldest(world)).toBeGreaterThan(449 - NODE);
});

test('a group that is behind what is wanted anyway is not complained of', async () => {
  const world = await log(1_000);
  await world.redis.xgroup('CREATE', world.store.keys.events, 'audit', `${ms(500)}-0`);
  expect((await cut(world, 300)).blockedBy).toBeNull();
});

test('the engine is named while entries wait for it, and told of in the state of the engine', async () => {
  const world = await log(250);
  const kept = () => world.redis.hmget(world.store.keys.audit, 'kept_by', 'kept_from');
  expect((await cut(world, 200)).blockedBy).toBeNull();
  expect(await kept()).toEqual([null, null]);
  expect((await cut(world, 600)).blockedBy).toBe('engine');
  expect(await kept()).toEqual(['engine', `${ms(249)}-0`]);
  await world.redis.set(world.store.keys.position, `${ms(700)}-0`);
  expect((await cut(world, 600)).blockedBy).toBeNull();
  expect(await kept()).toEqual([null, null]);
});

test('a log of which all is applied is kept by nobody, however long it has been quiet', async () => {
  const world = await log(1_000);
  expect((await cut(world, 5_000)).blockedBy).toBeNull();
});

test('a stream that is not fenced does not look at the position', async () => {
  const world = await log(0);
  await cut(world, 500, false);
  expect(await oldest(world)).toBeGreaterThan(500 - NODE);
});

test('a stream that is not there, and times before 1970, are no error', async () => {
  const world = new World();
  expect(await cut(world, 500)).toEqual({ removed: 0, blockedBy: null });
  const other = await log(1_000);
  const answer = await trim(other.redis, other.store, { stream: other.store.keys.events, fenced: true }, -5);
  expect(answer).toEqual({ removed: 0, blockedBy: null });
});

test('an entry of the ledger stays as long as something that waits needs it', async () => {
  const world = new World();
  const { firings, needed } = world.store.keys;
  const pipeline = world.redis.pipeline();
  for (let i = 0; i < 1_000; i += 1) pipeline.xadd(firings, `${ms(i)}-0`, 'firing', String(i));
  await pipeline.exec();
  await world.redis.zadd(needed, ms(250), `${ms(250)}-0 g f1-0`, ms(900), `${ms(900)}-0 h 9 ${ms(900)}-0`);
  const trimmed = () => trim(world.redis, world.store, { stream: firings, fenced: false }, ms(990));
  expect((await trimmed()).blockedBy).toBeNull();
  expect(await oldest(world, firings)).toBeLessThanOrEqual(250);
  expect(await oldest(world, firings)).toBeGreaterThan(250 - NODE);
  await world.redis.zrem(needed, `${ms(250)}-0 g f1-0`);
  await trimmed();
  expect(await oldest(world, firings)).toBeGreaterThan(900 - NODE);
});
