import { describe, expect, test } from 'vitest';
import { lastDeadLetters, redriveDeadLetters } from '../../src/inspect/dead-letters.ts';
import { readBehind } from '../../src/redis/log.ts';
import { forgetIds } from '../../src/redis/steps/forget-ids.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { straighten } from '../../src/redis/steps/straighten.ts';
import { World } from '../support/world.ts';

const DAY_MS = 86_400_000;
const LARGEST = '18446744073709551615-18446744073709551615';

const event = (name: string, id: string | null, extra: object = {}): string[] => [
  'data',
  JSON.stringify({ ...(id !== null && { id }), event: name, resource: { id: 'r' }, ...extra }),
];

/** A world whose Redis had a clock that was a day ahead, under which one event was applied, and which was set back. */
class SetBack extends World {
  aheadMs = 0;

  static async start(...documents: object[]): Promise<SetBack> {
    const world = new SetBack({ live: true });
    for (const document of documents) await world.put(document);
    world.aheadMs = (await world.nowMs()) + DAY_MS;
    const id = `${world.aheadMs}-0`;
    const { redis, store } = world;
    await redis.xadd(store.keys.events, id, ...event('seen', 'ahead'));
    await redis.set(store.keys.position, id);
    const remembered = { number: 1, from: world.aheadMs, to: world.aheadMs, size: 1_024, count: 1 };
    await redis.set(store.keys.seen, JSON.stringify([remembered]));
    return world;
  }

  async add(fields: string[], id = '*'): Promise<string> {
    return String(await this.redis.xadd(this.store.keys.events, id, ...fields));
  }

  async nowMs(): Promise<number> {
    const [s, us] = await this.redis.time();
    return Number(s) * 1_000 + Math.floor(Number(us) / 1_000);
  }

  async straighten(limit?: number): Promise<void> {
    while ((await straighten(this.redis, this.store, limit)).word === 'more');
  }

  /** Applies what waits, as a worker does. @returns the words */
  async work(): Promise<string[]> {
    const words: string[] = [];
    for (;;) {
      const waiting = await this.waiting();
      if (waiting.length === 0) return words;
      const applied = await this.apply(waiting);
      words.push(...applied.words);
      if (applied.word === 'unusable-ids') await this.straighten();
      else if (applied.word !== 'applied' && applied.word !== 'more-due') throw new Error(applied.word);
    }
  }

  async forms(): Promise<string[]> {
    const entries = await readBehind(this.redis, this.store, '0-0', 1_000);
    return entries.map(({ fields }) => fields[0] ?? '');
  }
}

const reactive = { id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['x'] } };
const listens = { id: 'l', name: 'l', trigger: { posture: 'Reactive', expect: ['automation.*'] } };
const watch = {
  id: 'w',
  name: 'w',
  trigger: { posture: 'Proactive', after: ['on'], expect: ['off'], within: 60, for_each: ['id'] },
};

describe('while the clock lies behind the position', () => {
  test('entries are applied by the time they came, in their order, behind the position', async () => {
    const world = await SetBack.start(reactive);
    for (const id of ['1', '2', '3']) await world.add(event('x', id));
    expect((await world.apply()).word).toBe('unusable-ids');
    expect(await world.work()).toEqual(['applied fired', 'applied fired', 'applied fired']);
    const firings = await world.firings();
    expect(firings.map(({ event }) => event?.id)).toEqual(['1', '2', '3']);
    const nowMs = await world.nowMs();
    for (const firing of firings) {
      expect(Math.abs(Date.parse(String(firing.event?.received)) - nowMs)).toBeLessThan(60_000);
      expect(Math.abs(firing.triggered - nowMs)).toBeLessThan(60_000);
    }
    expect(Number.parseInt((await world.redis.get(world.store.keys.position)) ?? '', 10)).toBeGreaterThanOrEqual(
      world.aheadMs,
    );
  });

  test('no absence of the day ahead comes out', async () => {
    const world = await SetBack.start(watch);
    await world.add(event('on', '1'));
    expect(await world.work()).toEqual(['applied armed']);
    const settled = await settle(world.redis, world.store);
    expect(settled.fired).toBe(0);
    expect(Math.abs(Number(settled.wakeMs) - (await world.nowMs()) - 60_000)).toBeLessThan(30_000);
    await world.add(event('off', '2'));
    expect(await world.work()).toEqual(['applied satisfied']);
    expect(await world.told()).toEqual([]);
  });

  test('nothing is settled ahead of an entry that waits, by the time that it has', async () => {
    const world = await SetBack.start(watch);
    const nowMs = await world.nowMs();
    const timed = async (name: string, atMs: number): Promise<void> => {
      const id = await world.add(['straightened', `- ${atMs}`, ...event(name, name)]);
      await world.redis.zadd(world.store.keys.own, id.split('-')[0] ?? '', id);
    };
    await timed('on', nowMs - 100_000);
    expect(await world.work()).toEqual(['applied armed']);
    await timed('off', nowMs - 50_000);
    await settle(world.redis, world.store);
    expect(await world.work()).toEqual(['applied satisfied']);
    expect(await world.told()).toEqual([]);
  });

  test('what the engine appends has its time at once', async () => {
    const world = await SetBack.start(reactive, listens);
    await world.add(event('x', '1'));
    await world.straighten();
    await world.apply();
    const [entry] = await world.waiting();
    expect(entry?.fields.slice(0, 3)).toEqual(['straightened', expect.stringMatching(/^- \d{13}$/), 'firing']);
    expect((await world.apply()).word).toBe('applied');
    expect((await world.told()).map((line) => line.split(' ')[0])).toEqual(['a', 'l']);
  });

  test('an event is recognised as a duplicate, and what is remembered stays', async () => {
    const world = await SetBack.start();
    await world.add(event('x', '1'));
    await world.work();
    await forgetIds(world.redis, world.store);
    await world.add(event('x', '1'));
    expect(await world.work()).toEqual(['duplicate']);
    expect(await world.redis.hget(world.store.keys.clock, 'at')).toMatch(/^\d{13}$/);
  });

  test('many entries keep their order, whatever comes meanwhile', async () => {
    const world = await SetBack.start();
    for (let i = 0; i < 7; i += 1) await world.add(event('x', `a${i}`));
    await straighten(world.redis, world.store, 3);
    for (let i = 0; i < 3; i += 1) await world.add(event('x', `b${i}`));
    while ((await straighten(world.redis, world.store, 3)).moved > 0);
    await world.straighten();
    const entries = await readBehind(world.redis, world.store, `${world.aheadMs}-0`, 100);
    const ids = entries.map(({ fields }) => JSON.parse(fields.at(-1) ?? '').id);
    expect(ids).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b0', 'b1', 'b2']);
    expect(await world.work()).toEqual(ids.map(() => 'applied'));
  });

  test('a follower goes on behind its leader', async () => {
    const world = await SetBack.start();
    await world.add(event('x', 'f', { follows: 'leader' }));
    await world.add(event('x', 'leader'));
    expect(await world.work()).toEqual(['parked', 'applied', 'applied']);
  });

  test.each([
    ['straightened', ['straightened', '- 1772442000000', ...event('x', '1')]],
    ['straightened', ['straightened', 'at any time']],
    ['firing', ['firing', 'f']],
    ['released', ['released', event('x', '1')[1] ?? '']],
  ])('what a producer wrote in the form of the engine (%s) is rejected as such', async (form, fields) => {
    const world = await SetBack.start(reactive);
    await world.add(fields);
    await world.add(event('x', '2'));
    expect(await world.work()).toEqual(['rejected', 'applied fired']);
    const [letter] = await lastDeadLetters(world.redis, world.store, 1);
    expect(letter).toMatchObject({ reason: `${form}: is a field that only the engine writes`, fields });
    const { unfit } = await redriveDeadLetters(world.redis, world.store, [letter?.id ?? '']);
    expect(unfit).toHaveLength(1);
  });

  test('the largest id is set straight as ever', async () => {
    const world = await SetBack.start(reactive);
    await world.add(event('x', '1'), LARGEST);
    await world.straighten();
    await world.add(event('x', '2'));
    expect(await world.work()).toEqual(['applied fired', 'applied fired']);
    const nowMs = await world.nowMs();
    for (const { triggered } of await world.firings()) expect(Math.abs(triggered - nowMs)).toBeLessThan(60_000);
  });
});

test('when the clock has caught up, ids are times again', async () => {
  const world = await SetBack.start(reactive);
  await world.add(event('x', '1'));
  await world.work();
  // As a day later: what was applied lies behind the present.
  const nowMs = await world.nowMs();
  await world.redis.set(world.store.keys.position, `${nowMs}-0`);
  await world.redis.del(world.store.keys.events);
  const id = await world.add(event('x', '2'), `${nowMs + 1_000}-0`);
  expect(await world.work()).toEqual(['applied fired']);
  expect(await world.redis.get(world.store.keys.position)).toBe(id);
  expect(await world.redis.hget(world.store.keys.clock, 'at')).toBeNull();
  expect((await world.forms()).includes('straightened')).toBe(false);
});
