import pino from 'pino';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/model/intake.ts';
import type { Durability } from '../../src/redis/durability.ts';
import { readBehind } from '../../src/redis/log.ts';
import { noteFed } from '../../src/redis/steps/note-fed.ts';
import { openSource } from '../../src/redis/steps/open-source.ts';
import { asFed } from '../../src/services/feed-slices.ts';
import { Feeder, type FeederParts } from '../../src/services/feeder.ts';
import { Marker } from '../../src/services/marker.ts';
import { ms, World } from '../support/world.ts';

const logger = pino({ level: 'silent' });

/** A source and engines that get of it what names them as their resource, or all that is for `all`. */
class Feeding {
  readonly source = new World();
  readonly targets: ReadonlyMap<string, World>;

  constructor(names: readonly string[]) {
    this.targets = new Map(names.map((name) => [name, new World()]));
  }

  static async opened(...names: string[]): Promise<Feeding> {
    const feeding = new Feeding(names);
    for (const [name, { redis, store }] of feeding.targets) {
      await noteFed(redis, feeding.source.store, name, '0-0');
      await openSource(redis, store, { source: 'front', from: '0-0' });
    }
    return feeding;
  }

  target(name: string): World {
    const found = this.targets.get(name);
    if (found === undefined) throw new Error(`no target ${name}`);
    return found;
  }

  at(time: number): this {
    for (const world of [this.source, ...this.targets.values()]) world.at(time);
    return this;
  }

  feeder(parts: Partial<FeederParts> = {}): Feeder {
    const { redis, store, clock } = this.source;
    return new Feeder({
      redis,
      log: redis,
      source: store,
      sourceName: 'front',
      targets: [...this.targets].map(([name, world]) => ({ name, store: world.store })),
      targetsOf: ({ fields }) => ({ names: [...this.targets.keys()].filter((name) => fields.join().includes(name)) }),
      durability: () => null,
      clock,
      logger,
      ...parts,
    });
  }

  /** Ids of the source that stand in the log of a target, in its order. */
  async fed(name: string): Promise<string[]> {
    const { redis, store } = this.target(name);
    const entries = await readBehind(redis, store, '0-0', 1_000);
    return entries
      .filter(({ fields }) => fields[0] === 'fed')
      .map(({ fields }) => (fields[1] ?? '').split(' ')[1] ?? '');
  }
}

const until = async (feeder: Feeder): Promise<void> => {
  while (await feeder.runOnce());
};

describe('a feeder', () => {
  test('gives each target what concerns it, in its order, once, however many feed', async () => {
    const feeding = await Feeding.opened('p1', 'p2');
    const sent: Record<string, string[]> = { p1: [], p2: [] };
    const feeders = [feeding.feeder(), feeding.feeder(), feeding.feeder()];
    for (let i = 0; i < 60; i += 1) {
      const name = i % 3 === 0 ? 'p1' : 'p2';
      sent[name]?.push(await feeding.at(i).source.send('x', { resource: name }));
      if (i % 7 === 0) await Promise.all(feeders.map(async (feeder) => await feeder.runOnce()));
    }
    await Promise.all(feeders.map(until));
    await until(feeding.feeder());
    expect({ p1: await feeding.fed('p1'), p2: await feeding.fed('p2') }).toEqual(sent);
  });

  test('moves the marks of targets for which nothing comes, and notes them at the source', async () => {
    const feeding = await Feeding.opened('p1', 'p2');
    const feeder = feeding.feeder();
    await feeder.runOnce();
    const id = await feeding.at(1).source.send('x', { resource: 'p1' });
    await until(feeder);
    feeding.at(3);
    await until(feeder);
    feeding.at(5);
    await until(feeder);
    const { redis, store } = feeding.source;
    const groups = (await redis.xinfo('GROUPS', store.keys.events)) as unknown[][];
    expect(groups.map((group) => [group[1], group[7]])).toEqual([
      ['feed:p1', id],
      ['feed:p2', id],
    ]);
  });

  test('feeds a target again that lost its end', async () => {
    const feeding = await Feeding.opened('p1');
    const feeder = feeding.feeder();
    const first = await feeding.at(1).source.send('x', { resource: 'p1' });
    await until(feeder);
    const { redis, store } = feeding.target('p1');
    const before = String(await redis.hget(store.keys.fed, 'front'));
    const second = await feeding.at(2).source.send('x', { resource: 'p1' });
    await until(feeder);
    const [last] = await redis.xrevrange(store.keys.events, '+', '-', 'COUNT', 1);
    await redis.xdel(store.keys.events, last?.[0] ?? '');
    await redis.hset(store.keys.fed, 'front', before);
    expect(await feeding.fed('p1')).toEqual([first]);
    feeding.at(4);
    await until(feeder);
    expect(await feeding.fed('p1')).toEqual([first, second]);
  });

  test('has a source go on behind what was fed of it, when it lost its end', async () => {
    const feeding = await Feeding.opened('p1');
    const feeder = feeding.feeder();
    await feeding.at(1).source.send('x', { resource: 'p1' });
    const lost = await feeding.at(9).source.send('x', { resource: 'p1' });
    await until(feeder);
    const { redis, store } = feeding.source;
    const [kept] = await readBehind(redis, store, '0-0', 1);
    await redis.del(store.keys.events);
    await redis.xadd(store.keys.events, kept?.id ?? '', ...(kept?.fields ?? []));
    feeding.source.at(11);
    await until(feeder);
    const id = String(await redis.xadd(store.keys.events, `${ms(9)}-*`, 'event', 'x', 'resource.id', 'p1'));
    await until(feeder);
    expect(await feeding.fed('p1')).toEqual([`${ms(1)}-0`, lost, id]);
    expect(await redis.hget(store.keys.counters, 'fed-lost')).toBe('1');
  });

  test('feeds nothing before the source has kept it', async () => {
    const feeding = await Feeding.opened('p1');
    const asked: string[] = [];
    const barrier = async (): Promise<void> => {
      asked.push((await feeding.fed('p1')).join());
      await Promise.reject(new Error('not kept'));
    };
    const durability = { connection: 1, barrier } as unknown as Durability;
    await feeding.source.send('x', { resource: 'p1' });
    const feeder = feeding.feeder({
      durability: ({ namespace }) => (namespace === feeding.source.namespace ? durability : null),
    });
    await expect(feeder.runOnce()).rejects.toThrow('not kept');
    expect([asked, await feeding.fed('p1')]).toEqual([[''], []]);
  });

  test('asks once more what concerns a target whose definitions changed', async () => {
    const feeding = await Feeding.opened('p1');
    let known = '0';
    const targetsOf = (_: Entry) => ({ names: ['p1'], generations: { p1: known } });
    const feeder = feeding.feeder({ targetsOf });
    await feeding.source.send('x', { resource: 'p1' });
    await feeding.target('p1').put({ id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['x'] } });
    expect(await feeder.runOnce()).toBe(false);
    expect(await feeding.fed('p1')).toEqual([]);
    known = '1';
    await until(feeder);
    expect((await feeding.fed('p1')).length).toBe(1);
  });

  test('gives a state change on, and makes a dead letter of one that somebody else wrote', async () => {
    const feeding = await Feeding.opened('p1');
    const { source } = feeding;
    await source.put({ id: 'f', name: 'p1', trigger: { posture: 'Reactive', expect: ['x'] } });
    await source.put({
      id: 'l',
      name: 'l',
      trigger: { posture: 'Reactive', expect: ['automation.*'], match: { a: 'b' } },
    });
    await source.meet('x', { resource: 'p1' });
    const [genuine] = (await readBehind(source.redis, source.store, '0-0', 9)).filter(
      ({ fields }) => fields[0] === 'firing',
    );
    await source.at(1).append([...(genuine?.fields ?? [])]);
    await source.append(['released', '{"p1":1}']);
    await source.append(['fed', 'front 1-1', 'event', 'p1', 'resource.id', 'r']);
    await until(feeding.feeder());
    const words = await feeding.target('p1').drain();
    expect(words).toEqual(['marked', 'applied', 'applied', 'rejected', 'rejected', 'rejected']);
  });
});

describe('a mark', () => {
  const watch = { id: 'w', name: 'w', trigger: { posture: 'Proactive', after: ['a'], expect: ['b'], within: 20 } };

  /** An absence is due at 20, and all is fed. */
  async function waiting(): Promise<{ feeding: Feeding; marker: Marker; target: World; feeder: Feeder }> {
    const feeding = await Feeding.opened('p1');
    const target = feeding.target('p1');
    await target.put(watch);
    await feeding.source.send('a', { resource: 'p1' });
    const feeder = feeding.feeder();
    await until(feeder);
    await target.drain();
    const { redis, clock } = feeding.source;
    const marker = new Marker({ redis, target: { name: 'p1', store: target.store }, feeders: [feeder], clock, logger });
    return { feeding, marker, target, feeder };
  }

  test('comes when something is due that the source holds back, and not before', async () => {
    const { feeding, marker, target } = await waiting();
    feeding.at(19.999);
    expect(await marker.runOnce()).toBe(false);
    feeding.at(20);
    await target.settle();
    expect(await target.told()).toEqual([]);
    expect(await marker.runOnce()).toBe(true);
    expect(await marker.runOnce()).toBe(false);
    expect(await target.drain()).toEqual(['marked']);
    expect(await target.told()).toEqual(['w triggered@20 e1']);
  });

  test('is not given while the source has more', async () => {
    const { feeding, marker, target, feeder } = await waiting();
    await feeding.at(19).source.send('b', { resource: 'p1' });
    feeding.at(25);
    expect(await marker.runOnce()).toBe(false);
    await until(feeder);
    expect(await target.drain()).toEqual(['applied satisfied']);
    await target.settle();
    expect(await target.told()).toEqual([]);
  });

  test('is kept: nothing can come before it any more', async () => {
    const { feeding, marker } = await waiting();
    feeding.at(30);
    await marker.runOnce();
    const { redis, store } = feeding.source;
    await expect(redis.xadd(store.keys.events, `${ms(29)}-0`, 'a', 'b')).rejects.toThrow('equal or smaller');
  });

  test('says nothing for a source that cannot be reached', async () => {
    const { feeding, marker, target } = await waiting();
    await openSource(target.redis, target.store, { source: '3', from: `${ms(1)}-0` });
    await target.drain();
    feeding.at(30);
    expect(await marker.runOnce()).toBe(false);
    await target.settle();
    expect(await target.told()).toEqual([]);
  });
});

test('what is of one log alone stays there, and what the front says of its own sources goes on', () => {
  const entry = (...fields: string[]): Entry => ({ id: '1-0', fields });
  const goesOn = (source: string, ...fields: string[]): boolean => asFed(entry(...fields), true, source) !== null;
  for (const form of ['fed', 'reached', 'opened', 'closed']) {
    expect([form, goesOn('3', form, 'shop 1-0'), goesOn('front', form, 'shop 1-0')]).toEqual([form, false, true]);
    expect([form, goesOn('3', 'straightened', '1-0', form, 'shop 1-0')]).toEqual([form, false]);
  }
  expect([goesOn('3', 'released', '{}'), goesOn('front', 'released', '{}')]).toEqual([false, false]);
  expect([goesOn('3', 'firing', 'x'), goesOn('front', 'event', 'x')]).toEqual([true, true]);
});
