import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { bucketsFor, bucketsOf, NoId, unitsOf } from '../../src/migrate/ids.ts';
import { migrate } from '../../src/migrate/migration.ts';
import { START_MS, World } from '../support/world.ts';

const generation = (size: number, count: number) => ({ number: 3, from: START_MS, to: START_MS, size, count });

/** The digest of an id, and the hash that it stood in, as formats before 3 had them. */
const digestOf = (id: string): string => hash('sha1', id, 'base64url').slice(0, 16);
function shardOf(size: number, digest: string): string {
  const whole = size < 200_000 ? 2 : 3;
  const eighth = size === 32_768 || size === 2_097_152 ? String(digest.charCodeAt(whole) % 8) : '';
  return digest.slice(0, whole) + eighth;
}

test.each([4_096, 32_768, 262_144])(
  'ids in a generation of %i hashes are known as duplicates afterwards',
  async (size) => {
    const world = new World();
    const { redis, store, namespace } = world;
    await redis.set(store.keys.format, '2');
    await redis.set(store.keys.position, `${START_MS}-1`);
    const ids = Array.from({ length: 200 }, (_, i) => `id-${i}`);
    for (const [i, id] of ids.entries()) {
      const digest = digestOf(id);
      await redis.hset(`{${namespace}}:seen:3:${shardOf(size, digest)}`, digest, String(i));
    }
    await redis.set(store.keys.seen, JSON.stringify([generation(size, ids.length)]));
    const report = await migrate(redis, store);
    expect(report.counts.ids).toBe(ids.length);
    expect(Object.keys(await world.state()).filter((key) => key.startsWith('seen:'))).toEqual(['seen:3']);
    world.at(1);
    for (const id of ids) await world.send('x', { id });
    await world.send('x', { id: 'fresh' });
    expect(await world.drain()).toEqual([...ids.map(() => 'duplicate'), 'applied']);
    // Half an hour of positions later nothing of it is known.
    world.at(1_801);
    for (const id of ids) await world.send('x', { id });
    expect(new Set(await world.drain())).toEqual(new Set(['applied']));
  },
);

test.each([
  [4_096, 0, 1_024],
  [4_096, 12_287, 1_024],
  [4_096, 12_288, 32_768],
  [4_096, 131_072, 32_768],
  [32_768, 1, 32_768],
  [32_768, 1_000_000, 1_048_576],
  [262_144, 1, 32_768],
  [2_097_152, 60_000_000, 33_554_432],
  [2_097_152, 900_000_000, 33_554_432],
])('a generation of %i hashes with %i ids gets %i buckets, also when it is asked for again', (size, count, buckets) => {
  expect(bucketsFor(generation(size, count))).toBe(buckets);
  expect(bucketsFor(generation(buckets, count))).toBe(buckets);
});

test.each([4_096, 32_768, 262_144])('the units of a generation name each of its %i hashes once', (size) => {
  const names = [...unitsOf(generation(size, 1))].flat();
  expect([names.length, new Set(names).size]).toEqual([size, size]);
  const inUnit = new Map(
    [...unitsOf(generation(size, 1))].flatMap((unit, i) => unit.map((name) => [name, i] as const)),
  );
  const unitOf = new Map<string, number>();
  for (let i = 0; i < 20_000; i += 1) {
    const digest = digestOf(`e${i}`);
    const [bucket = ''] = bucketsOf(bucketsFor(generation(size, 1)), [{ [digest]: '0' }]).keys();
    const unit = inUnit.get(shardOf(size, digest)) ?? -1;
    // All ids of a bucket stand in one unit, so that it is written once.
    expect(unitOf.get(bucket) ?? unit).toBe(unit);
    unitOf.set(bucket, unit);
  }
});

test('what is no digest or no age is named', () => {
  const digest = digestOf('a');
  expect(() => bucketsOf(1_024, [{ short: '1' }])).toThrow(NoId);
  expect(() => bucketsOf(1_024, [{ [digest]: '1.5' }])).toThrow(/age in ms/);
  expect(() => bucketsOf(1_024, [{ [digest]: '16777216' }])).toThrow(/below 16777216/);
  expect(bucketsOf(1_024, [{ [digest]: '16777215' }]).size).toBe(1);
});
