import { describe, expect, test } from 'vitest';
import { Applier } from '../../src/apply/applier.ts';
import { Batch } from '../../src/apply/batch.ts';
import { Matcher } from '../../src/apply/matcher.ts';
import { lastDeadLetters } from '../../src/inspect/dead-letters.ts';
import { ACTIONS_GROUP } from '../../src/redis/keys.ts';
import { ensureGroup } from '../../src/redis/log.ts';
import { redrive } from '../../src/redis/steps/redrive.ts';
import { rejectFiring } from '../../src/redis/steps/reject-firing.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { logLines } from '../support/log-lines.ts';
import { difference, type StreamValue } from '../support/snapshot.ts';
import { ms, World } from '../support/world.ts';

const counting = {
  id: 'a',
  name: 'A',
  trigger: { posture: 'Reactive', expect: ['x'], threshold: 2, within: 60, for_each: ['id'] },
};

const letters = (world: World) => lastDeadLetters(world.redis, world.store, 100);
const again = (world: World, id: string) => redrive(world.redis, world.store, id);
const streamOf = async (world: World, key: 'events' | 'firings') => (await world.state())[key] as StreamValue;

/** A world in which one event was rejected. */
async function rejected(fields: string[]): Promise<[World, string]> {
  const world = new World();
  await world.append(fields);
  expect(await world.drain()).toEqual(['rejected']);
  const [letter] = await letters(world);
  return [world, letter?.id ?? ''];
}

describe('an event', () => {
  test('comes to the end of the log with its own fields, and its letter goes, in one step', async () => {
    const fields = ['reason', 'of its own', 'source', 'x', 'a', '1', 'a', ''];
    const [world, id] = await rejected(fields);
    await world.at(5).send('x');
    const before = await world.state();
    const entry = `${ms(5)}-1`;
    expect(await again(world, id)).toEqual({ word: 'redriven', entry });
    expect(Object.keys(difference(before, await world.state())).sort()).toEqual(['dead', 'events']);
    expect(await letters(world)).toEqual([]);
    expect((await world.waiting()).at(-1)).toEqual({ id: entry, fields });
  });

  test('keeps every byte, also those that are no text', async () => {
    const world = new World();
    const bytes = Buffer.from([0x00, 0xff, 0xfe, 0x2f, 0x5c, 0x22, 0x7f, 0x80, 0x0a]);
    await world.redis.xadd(world.store.keys.events, `${ms(0)}-0`, 'data', bytes);
    await world.drain();
    const [letter] = await letters(world);
    const { entry } = await again(world, letter?.id ?? '');
    const [found] = await world.redis.xrangeBuffer(world.store.keys.events, entry, entry);
    expect(found?.[1][1]).toEqual(bytes);
  });

  test('that was set aside because it failed is no duplicate of itself', async () => {
    const world = new World();
    await world.put(counting);
    const windows = world.store.prefixes.windows + (await world.node('a')).name;
    await world.redis.hset(windows, 'r', 'no window');
    await world.send('x', { id: 'e' });
    await world.definitions.refresh();
    const { redis, store, definitions } = world;
    const clock = new FakeClock({ flies: true });
    const matcher = new Matcher(definitions, clock);
    const applier = new Applier({ redis, store, matcher, clock, logger: logLines().logger });
    await applier.apply(new Batch(await world.read()), new AbortController().signal);
    await redis.hdel(windows, 'r');
    const [letter] = await letters(world);
    expect(letter).toMatchObject({ source: 'events', reason: 'poison: failed 3 times', attempts: 3 });
    await again(world, letter?.id ?? '');
    expect(await world.drain()).toEqual(['applied counted']);
    expect(await world.meet('x', { id: 'e' })).toBe('duplicate');
  });
});

describe('a firing', () => {
  test('comes to the end of the ledger in place of the one that was given up', async () => {
    const world = new World();
    const { firings } = world.store.keys;
    await ensureGroup(world.redis, firings, ACTIONS_GROUP);
    await world.redis.xadd(firings, '1-1', 'firing', 'aa', 'revision', '9');
    await world.redis.xreadgroup('GROUP', ACTIONS_GROUP, 'w', 'STREAMS', firings, '>');
    await rejectFiring(world.redis, world.store.keys, { entry: '1-1', reason: 'no revision', error: '' });
    const [letter] = await letters(world);
    const { word, entry } = await again(world, letter?.id ?? '');
    expect(word).toBe('redriven');
    expect(await streamOf(world, 'firings')).toEqual({
      entries: [[entry, { firing: 'aa', revision: '9' }]],
      groups: { [ACTIONS_GROUP]: { delivered: '1-1', pending: {} } },
    });
    expect(await letters(world)).toEqual([]);
  });
});

test('a letter that is gone changes nothing', async () => {
  const [world, id] = await rejected(['a', '1']);
  await again(world, id);
  const before = await world.state();
  expect(await again(world, id)).toEqual({ word: 'gone', entry: '' });
  expect(await world.state()).toEqual(before);
});

test.each([
  ['was trimmed away', ['source', 'firings', 'fields', '[]']],
  ['is a window', ['source', 'windows', 'fields', '["a","b"]']],
  ['is of nobody', ['source', 'events', 'fields', 'no list']],
  ['has more fields than a call can take', ['source', 'events', 'fields', JSON.stringify(Array(7_002).fill('a'))]],
  ['was written by somebody else', ['a', 'b']],
])('a letter of what %s stays', async (_, fields) => {
  const world = new World();
  const id = String(await world.redis.xadd(world.store.keys.dead, '*', ...fields));
  expect(await again(world, id)).toEqual({ word: 'unfit', entry: '' });
  expect(await letters(world)).toHaveLength(1);
});

describe('an event of valid size that is no short text', () => {
  const value = `{${'\u0000'.repeat(1_400_000)}`;

  test('is kept whole without the bytes that JSON would take, shows its beginning, and is sent again whole', async () => {
    const [world, id] = await rejected(['data', value]);
    const [letter] = await letters(world);
    const shown = letter?.fields.join('').length ?? 0;
    expect([shown, letter?.bytes]).toEqual([64_000, value.length + 4]);
    expect(await world.redis.memory('USAGE', world.store.keys.dead)).toBeLessThan(2_000_000);
    const { entry } = await again(world, id);
    const [found] = await world.redis.xrange(world.store.keys.events, entry, entry);
    expect(found?.[1][1] === value).toBe(true);
  });
});
