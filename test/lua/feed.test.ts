import { describe, expect, test } from 'vitest';
import { parseAutomation } from '../../src/model/automation.ts';
import { putDefinition } from '../../src/redis/definitions.ts';
import { closeSource } from '../../src/redis/steps/close-source.ts';
import { feed } from '../../src/redis/steps/feed.ts';
import { openSource } from '../../src/redis/steps/open-source.ts';
import { FedWorld } from '../support/fed.ts';
import { iso, ms } from '../support/world.ts';

const counts = { id: 'c', name: 'c', trigger: { posture: 'Reactive', expect: ['x'], threshold: 2, within: 60 } };

describe('a call that feeds', () => {
  test('appends the entries with their source and id, once, however often it comes', async () => {
    const world = await FedWorld.opened();
    const ids = [await world.source.send('x', { id: 'a' }), await world.at(1).source.send('x', { id: 'b' })];
    const entries = await world.behind();
    expect(await world.at(3).call(entries, '0-0')).toEqual({ word: 'fed', mark: ids[1] });
    const state = await world.target.state();
    expect(await world.log()).toEqual([
      'opened front 0-0',
      ...entries.map(({ id, fields }) => `fed front ${id} ${fields.join(' ')}`),
    ]);
    expect(state.fed).toEqual({ front: `${ids[1]} ${ms(1)} open` });
    expect(await world.call(entries, '0-0')).toEqual({ word: 'already-fed', mark: ids[1] });
    expect(await world.call(entries.slice(0, 1), '0-0')).toEqual({ word: 'already-fed', mark: ids[1] });
    expect(await world.target.state()).toEqual(state);
  });

  test('is refused where it begins behind or before the mark', async () => {
    const world = await FedWorld.opened();
    for (const id of ['a', 'b', 'c']) await world.source.send('x', { id });
    const [a, b, c] = await world.behind();
    if (!(a && b && c)) throw new Error('three entries');
    await world.call([a]);
    const state = await world.target.state();
    expect(await world.call([c], b.id)).toEqual({ word: 'not-my-turn', mark: a.id });
    expect(await world.call([a, b, c], '0-0')).toEqual({ word: 'not-my-turn', mark: a.id });
    expect(await world.target.state()).toEqual(state);
    expect(await world.call([c], a.id)).toEqual({ word: 'fed', mark: c.id });
  });

  test('moves the mark where nothing concerns the target, and appends nothing', async () => {
    const world = await FedWorld.opened();
    expect(await world.call([], '0-0', `${ms(5)}-0`)).toEqual({ word: 'fed', mark: `${ms(5)}-0` });
    expect(await world.log()).toEqual(['opened front 0-0']);
    expect((await world.target.state()).fed).toEqual({ front: `${ms(5)}-0 0 open` });
  });

  test('feeds no log from a source that is not open, or not any more', async () => {
    const world = new FedWorld();
    await world.source.send('x');
    expect(await world.feed().then(() => world.log())).toEqual([]);
    const { redis, store } = world.target;
    await openSource(redis, store, { source: 'front', from: '0-0' });
    await closeSource(redis, store, 'front');
    const state = await world.target.state();
    expect(await world.call(await world.behind(), '0-0')).toEqual({ word: 'not-open', mark: '' });
    expect(await world.target.state()).toEqual(state);
  });

  test('is refused where other definitions said what concerns the target', async () => {
    const world = await FedWorld.opened();
    await world.source.send('x');
    const entries = await world.behind();
    const { redis, store } = world.target;
    const call = { source: 'front', from: '0-0', to: entries.at(-1)?.id ?? '', entries };
    await putDefinition(redis, store, parseAutomation(counts));
    const state = await world.target.state();
    expect(await feed(redis, store, { ...call, generation: '0' })).toEqual({ word: 'stale-definitions', mark: '0-0' });
    expect(await world.target.state()).toEqual(state);
    expect((await feed(redis, store, { ...call, generation: '1' })).word).toBe('fed');
  });

  test('changes nothing where a key has another type', async () => {
    const world = await FedWorld.opened();
    await world.source.send('x');
    const entries = await world.behind();
    const { redis, store } = world.target;
    const call = { source: 'front', from: '0-0', to: entries.at(-1)?.id ?? '', entries };
    const before = await world.target.state();
    const marks = await redis.zrange(store.keys.own, '0', '-1', 'WITHSCORES');
    await redis.del(store.keys.own);
    await redis.set(store.keys.own, 'x');
    await expect(feed(redis, store, call)).rejects.toThrow('own is a string, not a zset');
    await redis.del(store.keys.own);
    await redis.zadd(store.keys.own, marks[1] ?? '', marks[0] ?? '');
    expect(await world.target.state()).toEqual(before);
  });
});

describe('an entry that was fed', () => {
  test('is the event that it was in its source: id, arrival, own time', async () => {
    const world = await FedWorld.opened();
    await world.target.put(counts);
    await world.source.append(['event', 'x', 'resource.id', 'r']);
    await world.at(2).source.append(['event', 'x', 'resource.id', 'r']);
    await world.at(30).feed();
    expect(await world.target.drain()).toEqual(['marked', 'applied counted', 'applied fired']);
    const [firing] = await world.target.firings();
    expect(firing?.event).toMatchObject({ id: `entry-${ms(2)}-0`, received: iso(2), occurred: iso(2) });
    expect(await world.target.redis.hget(world.target.store.keys.clock, 'arrival')).toBe(String(ms(2)));
  });

  test('has another id than an entry of the same name that came in another way', async () => {
    const world = await FedWorld.opened('3');
    const other = new FedWorld('front');
    const { redis, store } = world.target;
    await openSource(redis, store, { source: 'front', from: '0-0' });
    await world.target.put(counts);
    await world.source.append(['event', 'x', 'resource.id', 'r']);
    await other.source.append(['event', 'x', 'resource.id', 'r']);
    await world.feed();
    const entries = await other.behind();
    await feed(redis, store, { source: 'front', from: '0-0', to: entries[0]?.id ?? '', entries });
    expect(await world.target.drain()).toEqual(['marked', 'marked', 'applied counted', 'applied fired']);
  });

  test('that is no event becomes a dead letter, and can be sent again', async () => {
    const world = await FedWorld.opened();
    await world.source.append(['data', '{']);
    await world.feed();
    expect(await world.target.drain()).toEqual(['marked', 'rejected']);
    const { redis, store } = world.target;
    expect(await redis.hmget(store.keys.counters, 'rejected', 'marked')).toEqual(['1', '1']);
    const [letter] = await redis.xrange(store.keys.dead, '-', '+');
    expect(letter?.[1]).toEqual(expect.arrayContaining(['own', '1']));
  });

  test('is a state-change event where it was one, and does not move the clock', async () => {
    const world = await FedWorld.opened('3');
    await world.source.put({ ...counts, trigger: { ...counts.trigger, threshold: 1 } });
    await world.source.put({
      id: 'l',
      name: 'l',
      trigger: { posture: 'Reactive', expect: ['automation.*'], match: { a: 'b' } },
    });
    await world.target.put({ id: 't', name: 't', trigger: { posture: 'Reactive', expect: ['automation.triggered'] } });
    await world.source.meet('x', { id: 'a' });
    const changes = (await world.behind()).filter(({ fields }) => fields[0] === 'firing');
    expect(changes.length).toBe(1);
    await world.call(changes);
    expect(await world.target.drain()).toEqual(['marked', 'applied fired', 'applied']);
    expect(await world.target.redis.hget(world.target.store.keys.clock, 'newest')).toBeNull();
  });
});
