import { expect, test } from 'vitest';
import { lastDeadLetters, redriveDeadLetters } from '../../src/inspect/dead-letters.ts';
import { audit } from '../../src/redis/steps/audit.ts';
import { setAside } from '../../src/redis/steps/set-aside.ts';
import { straighten } from '../../src/redis/steps/straighten.ts';
import { event, IdWorld, LARGEST_ID } from '../support/id-world.ts';
import { difference } from '../support/snapshot.ts';
import { World } from '../support/world.ts';

const LARGE = { bytes: 3_000_000, sha1: '', beginning: 'begins' };
const DIGEST = 'a'.repeat(40);
const REASON = 'entry: has 3000000 bytes; at most 2000000 in at most 250000 texts are read';

test('an entry goes out of the log and leaves a letter of what is known, which its digest completes', async () => {
  const world = new World();
  await world.send('x', { id: 'before' });
  const id = await world.append(['data', 'large']);
  await world.send('x', { id: 'behind' });
  const { word, letter } = await setAside(world.redis, world.store, id, LARGE);
  expect(word).toBe('set-aside');
  const known = { source: 'events', entry: id, reason: REASON, attempts: 1, fields: [], bytes: 3_000_000 };
  expect(await lastDeadLetters(world.redis, world.store, 9)).toMatchObject([
    { ...known, sha1: '', beginning: 'begins' },
  ]);
  await setAside(world.redis, world.store, id, { ...LARGE, sha1: DIGEST }, letter);
  expect(await lastDeadLetters(world.redis, world.store, 9)).toMatchObject([{ ...known, sha1: DIGEST }]);
  expect(await world.drain()).toEqual(['applied', 'applied']);
  expect((await world.state()).counters).toEqual({ applied: '2', rejected: '1' });
});

test('an entry that is copied already, where the log is written anew, stays until that is done', async () => {
  const world = new IdWorld();
  const id = await world.add('*', event('large'));
  const after = await world.add('*', event('also large'));
  await world.add(LARGEST_ID, event('b'));
  await straighten(world.redis, world.store, 1);
  expect((await setAside(world.redis, world.store, id, LARGE)).word).toBe('gone');
  expect((await setAside(world.redis, world.store, after, LARGE)).word).toBe('set-aside');
  await world.straighten();
  expect(await world.events()).toEqual(['large', 'b']);
  expect((await setAside(world.redis, world.store, id, LARGE)).word).toBe('set-aside');
  expect(await world.drain()).toEqual(['applied']);
  expect((await world.state()).counters).toMatchObject({ applied: '1', rejected: '2' });
});

test('nobody who looks at the log takes it for a loss', async () => {
  const world = new World();
  await world.send('x');
  await world.drain();
  await audit(world.redis, world.store);
  const id = await world.append(['data', 'large']);
  await world.send('x');
  await setAside(world.redis, world.store, id, LARGE);
  expect((await audit(world.redis, world.store)).findings).toEqual([]);
  await world.drain();
  expect((await audit(world.redis, world.store)).findings).toEqual([]);
});

test('it cannot be sent again, since nothing of it is there', async () => {
  const world = new World();
  const id = await world.append(['data', 'large']);
  const { letter } = await setAside(world.redis, world.store, id, LARGE);
  const { unfit } = await redriveDeadLetters(world.redis, world.store, [letter]);
  expect(unfit).toEqual([{ id: letter, reason: 'holds nothing that could be sent again' }]);
});

test('what is applied, gone, or set aside already, and a letter that was removed, changes nothing', async () => {
  const world = new World();
  const applied = await world.append(['event', 'x', 'resource.id', 'r']);
  await world.drain();
  const id = await world.append(['data', 'large']);
  const { letter } = await setAside(world.redis, world.store, id, LARGE);
  const before = await world.state();
  for (const entry of [applied, id, '9-9']) {
    expect((await setAside(world.redis, world.store, entry, LARGE)).word).toBe('gone');
  }
  expect(difference(before, await world.state())).toEqual({});
  await world.redis.xdel(world.store.keys.dead, letter);
  expect((await setAside(world.redis, world.store, id, LARGE, letter)).word).toBe('gone');
  expect(await lastDeadLetters(world.redis, world.store, 9)).toEqual([]);
});

test('what the engine wrote stays', async () => {
  const world = new World();
  const id = await world.append(['released', '{}']);
  await world.redis.zadd(world.store.keys.own, Number.parseInt(id, 10), id);
  const before = await world.state();
  expect(await setAside(world.redis, world.store, id, LARGE)).toEqual({ word: 'own', letter: '' });
  expect(difference(before, await world.state())).toEqual({});
});
