import { describe, expect, test } from 'vitest';
import { lastDeadLetters } from '../../src/inspect/dead-letters.ts';
import { ENGINE_GROUP } from '../../src/redis/keys.ts';
import { isAfter } from '../../src/redis/log.ts';
import { audit } from '../../src/redis/steps/audit.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { straighten } from '../../src/redis/steps/straighten.ts';
import { eventually } from '../support/eventually.ts';
import { DAY_MS, event, IdWorld, LARGEST_ID } from '../support/id-world.ts';
import { World } from '../support/world.ts';

/** What a producer can send as an id, by what it means. */
const AHEAD: readonly (readonly [name: string, id: (nowMs: number) => string])[] = [
  ['the largest id', () => LARGEST_ID],
  ['an id before the largest', () => '18446744073709551615-0'],
  ['an id in 20 minutes', (nowMs) => `${nowMs + 20 * 60_000}-0`],
  ['an id of the year 12026', (nowMs) => `${nowMs + 10_000 * 365 * DAY_MS}-5`],
  ['an id in microseconds', (nowMs) => `${nowMs * 1_000}-0`],
  ['an id in ten seconds', (nowMs) => `${nowMs + 10_000}-0`],
];

describe('entries whose ids lie ahead', () => {
  test.each(AHEAD)('%s: all behind it come under ids of the present, in their order', async (_, idOf) => {
    const world = new IdWorld();
    for (const id of ['a', 'b']) await world.add('*', event(id));
    await world.drain();
    await world.add('*', event('c'));
    const [, , usable] = await world.ids();
    const nowMs = await world.nowMs();
    await world.add(idOf(nowMs), event('d'));
    const more = await world.add('*', event('e')).then(
      () => ['e'],
      () => [],
    );
    expect((await world.apply()).word).toBe('unusable-ids');
    expect(await world.straighten()).toBe(1 + more.length);
    const ids = await world.ids();
    expect(ids.slice(0, 3).at(-1)).toBe(usable);
    for (const id of ids.slice(3)) {
      expect(Number.parseInt(id, 10)).toBeGreaterThanOrEqual(nowMs);
      expect(Number.parseInt(id, 10)).toBeLessThanOrEqual((await world.nowMs()) + 5);
    }
    expect(await world.events()).toEqual(['a', 'b', 'c', 'd', ...more]);
    await world.isUsable();
    expect(await world.drain()).toEqual(Array.from({ length: 3 + more.length }, () => 'applied'));
    expect(await world.redis.zcard(world.store.keys.own)).toBeLessThanOrEqual(1 + more.length);
    expect(await world.redis.exists(world.store.keys.straight)).toBe(0);
    expect(await world.redis.hget(world.store.keys.counters, 'straightened')).toBe(String(1 + more.length));
  });

  test('less than five seconds ahead keep their ids', async () => {
    const world = new IdWorld();
    const id = await world.add(`${(await world.nowMs()) + 4_000}-0`, event('a'));
    expect(await world.straighten()).toBe(0);
    expect(await world.ids()).toEqual([id]);
    expect(await world.drain()).toEqual(['applied']);
  });

  test('a log that was emptied under the largest id takes entries again', async () => {
    const world = new IdWorld();
    await world.add('*', event('a'));
    await world.drain();
    await world.redis.xadd(world.store.keys.events, 'MAXLEN', '0', LARGEST_ID, 'a', 'b');
    await world.straighten();
    await world.isUsable();
    expect(await world.drain()).toEqual(['applied']);
  });

  test('new ids lie behind the position, also where its entry is gone', async () => {
    const world = new IdWorld();
    await world.add('*', event('a'));
    const position = await world.add(`${(await world.nowMs()) + 4_000}-0`, event('b'));
    await world.drain();
    await world.redis.xdel(world.store.keys.events, position);
    await world.add(LARGEST_ID, event('c'));
    await world.straighten();
    expect(isAfter((await world.ids()).at(-1) ?? '', position)).toBe(true);
    expect(await world.drain()).toEqual(['applied']);
  });

  test('nothing counts as removed by others', async () => {
    const world = new IdWorld();
    const findings = async () => (await audit(world.redis, world.store)).findings;
    for (const id of ['a', 'b']) await world.add('*', event(id));
    expect(await findings()).toEqual([]);
    await world.drain();
    await world.redis.xtrim(world.store.keys.events, 'MAXLEN', 1);
    await world.add('*', event('c'));
    await world.add(LARGEST_ID, event('d'));
    expect(await findings()).toEqual([]);
    await straighten(world.redis, world.store, 1);
    expect(await findings()).toEqual([]);
    await world.straighten();
    expect(await findings()).toEqual([]);
    await world.drain();
    expect(await findings()).toEqual([]);
    await world.add('*', event('e'));
    await world.redis.xtrim(world.store.keys.events, 'MAXLEN', 0);
    expect(await findings()).toEqual([{ kind: 'entries-lost', detail: '1' }]);
  });

  test('a log that nothing was applied of takes entries again', async () => {
    const world = new IdWorld();
    await world.redis.xadd(world.store.keys.events, 'MAXLEN', '0', LARGEST_ID, 'a', 'b');
    await world.straighten();
    await world.isUsable();
    expect(await world.drain()).toEqual(['applied']);
  });

  test('in many small steps: what comes meanwhile comes behind, and nothing is applied before it is done', async () => {
    const world = new IdWorld();
    for (let i = 0; i < 5; i += 1) await world.add('*', event(`a${i}`));
    await world.drain();
    await world.add(`${(await world.nowMs()) + DAY_MS}-0`, event('b0'));
    for (let i = 1; i < 5; i += 1) await world.add('*', event(`b${i}`));
    for (let i = 0; i < 4; i += 1) {
      expect((await straighten(world.redis, world.store, 2)).word).toBe('more');
      expect((await world.apply()).word).toBe('unusable-ids');
      await world.add('*', event(`c${i}`));
    }
    await world.straighten(2);
    const expected = [...'abc'].flatMap((letter) =>
      Array.from({ length: letter === 'c' ? 4 : 5 }, (_, i) => letter + i),
    );
    expect(await world.events()).toEqual(expected);
    expect(await world.drain()).toEqual(Array.from({ length: 9 }, () => 'applied'));
  });

  test('time does not pass those that got another id while the log is written anew', async () => {
    const world = new IdWorld();
    await world.add('*', event('a'));
    await world.drain();
    await world.add(`${(await world.nowMs()) + DAY_MS}-0`, event('b'));
    await world.add('*', event('c'));
    await straighten(world.redis, world.store, 2);
    const again = Number.parseInt((await world.redis.xrevrange(world.store.keys.straight, '+', '-'))[0]?.[0] ?? '', 10);
    await eventually('time goes on', async () => (await world.nowMs()) > again);
    expect(await settle(world.redis, world.store)).toMatchObject({ word: 'settled', waitingMs: again });
    await world.put({ id: 'a', name: 'a', trigger: { expect: ['none'] } });
    const [, fields = []] = (await world.redis.xrevrange(world.store.keys.history, '+', '-', 'COUNT', 1))[0] ?? [];
    expect(Number(fields[fields.indexOf('time') + 1])).toBeLessThanOrEqual(again);
    await world.straighten();
    expect(await world.drain()).toEqual(['applied', 'applied']);
  });

  test('groups begin before the first that got another id, or go on where they were', async () => {
    const world = new IdWorld();
    const { events } = world.store.keys;
    const first = await world.add('*', event('a'));
    const second = await world.add('*', event('b'));
    await world.drain();
    await world.redis.xgroup('CREATE', events, 'slow', first);
    await world.add(LARGEST_ID, event('c'));
    await world.redis.xgroup('CREATE', events, ENGINE_GROUP, '$');
    await world.straighten();
    const groups = (await world.redis.xinfo('GROUPS', events)) as unknown[][];
    const told = groups.map((flat) => [flat[1], flat[7], flat[9], flat[11]]);
    expect(told).toEqual([
      [ENGINE_GROUP, second, 2, 1],
      ['slow', first, null, 2],
    ]);
  });

  test('an id that was made of the entry stays that of its first one, and its arrival is the new one', async () => {
    const world = new IdWorld();
    await world.put({ id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['x'] } });
    const first = `${(await world.nowMs()) + DAY_MS}-7`;
    await world.add(first, event(null));
    await world.straighten();
    await world.drain();
    const [firing] = await world.firings();
    expect(firing?.event?.id).toBe(`entry-${first}`);
    expect(Date.parse(String(firing?.event?.received))).toBeLessThanOrEqual(await world.nowMs());
  });

  test('one that is set straight twice keeps its first id', async () => {
    const world = new IdWorld();
    await world.put({ id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['x'] } });
    const first = `${(await world.nowMs()) + DAY_MS}-7`;
    await world.add(first, event(null));
    await straighten(world.redis, world.store);
    const [id] = await world.ids();
    // As after a second attack: it stands behind an id that is not usable.
    const [entry] = await world.redis.xrange(world.store.keys.events, '-', '+');
    const second = `${(await world.nowMs()) + DAY_MS}-8`;
    await world.redis.xadd(world.store.keys.events, second, ...(entry?.[1] ?? []));
    await world.redis.zadd(world.store.keys.own, 1, second);
    await world.redis.xdel(world.store.keys.events, id ?? '');
    await world.straighten();
    await world.drain();
    expect((await world.firings()).map(({ event }) => event?.id)).toEqual([`entry-${first}`]);
  });

  test('no mark of the engine stays for an id that can come again', async () => {
    const world = new IdWorld();
    const { own, events } = world.store.keys;
    const last = await world.add('*', event('a'));
    await world.drain();
    const [ms = ''] = last.split('-');
    const later = `${Number(ms) + 3_000}`;
    // Entries of the engine, trimmed away by a producer before they were applied.
    await world.redis.zadd(own, ms, last, ms, `${ms}-77`, later, `${later}-0`);
    await world.redis.xadd(events, 'MAXLEN', '0', LARGEST_ID, 'a', 'b');
    await world.straighten();
    expect(await world.redis.zrange(own, '0', '-1')).toEqual([last]);
  });

  test('one that claims in vain to be the engine’s is rejected', async () => {
    const world = new IdWorld();
    const forged = ['released', event('a')[1] ?? ''];
    await world.add(LARGEST_ID, forged);
    await world.straighten();
    expect(await world.drain()).toEqual(['rejected']);
    const [letter] = await lastDeadLetters(world.redis, world.store, 1);
    expect(letter).toMatchObject({ reason: 'released: is a field that only the engine writes', fields: forged });
  });

  test('one of too many fields becomes a dead letter', async () => {
    const world = new IdWorld();
    await world.add('*', event('a'));
    await world.drain();
    await world.add(
      LARGEST_ID,
      Array.from({ length: 8_000 }, (_, i) => String(i)),
    );
    await world.straighten();
    const [letter] = await lastDeadLetters(world.redis, world.store, 1);
    expect(letter?.reason).toBe('entry: has too many fields to get a usable id');
    await world.isUsable();
    expect(await world.drain()).toEqual(['applied']);
  });
});

describe('entries whose ids are too small', () => {
  test('come behind the others, under ids of the present', async () => {
    const world = new IdWorld();
    const nowMs = await world.nowMs();
    for (const [i, id] of ['a', 'b', 'c'].entries()) await world.add(`${Math.floor(nowMs / 1_000)}-${i}`, event(id));
    await world.add('*', event('d'));
    expect((await world.apply()).word).toBe('unusable-ids');
    expect(await world.straighten(2)).toBe(3);
    expect(await world.events()).toEqual(['d', 'a', 'b', 'c']);
    for (const id of await world.ids()) expect(Number.parseInt(id, 10)).toBeGreaterThanOrEqual(nowMs);
    expect(await world.drain()).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect(await world.redis.zcard(world.store.keys.own)).toBeLessThanOrEqual(3);
  });

  test('beside ids that lie ahead', async () => {
    const world = new IdWorld();
    await world.add('1-1', event('a'));
    await world.add(LARGEST_ID, event('b'));
    await world.straighten();
    expect((await world.ids()).every((id) => isAfter(id, '1000000000000-0'))).toBe(true);
    expect((await world.events()).sort()).toEqual(['a', 'b']);
    expect(await world.drain()).toEqual(['applied', 'applied']);
  });
});

test('a position that earlier versions let go beyond all times goes back to what is remembered', async () => {
  const world = new IdWorld();
  await world.add('*', event('a'));
  await world.drain();
  await world.add(LARGEST_ID, event('b'));
  await world.redis.set(world.store.keys.position, LARGEST_ID);
  await world.straighten();
  expect(await world.redis.get(world.store.keys.position)).toBe('0-0');
  await world.isUsable();
  expect(await world.drain()).toEqual(['duplicate', 'applied', 'applied']);
});

test('in virtual time every id is right', async () => {
  const world = new World();
  await world.at(0).send('x');
  await world.redis.xadd(world.store.keys.events, '2000000000000-0', ...event('a'));
  expect(await straighten(world.redis, world.store)).toEqual({ word: 'straight', moved: 0 });
  expect((await world.apply()).word).toBe('applied');
});

test('nothing is found in a log that does not exist', async () => {
  expect(await straighten(new IdWorld().redis, new IdWorld().store)).toEqual({ word: 'straight', moved: 0 });
});
