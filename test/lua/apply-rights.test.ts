import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { isInfrastructure } from '../../src/redis/retryable.ts';
import { type Applied, apply } from '../../src/redis/steps/apply.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { adminClient } from '../support/redis.ts';
import { restrictedUser } from '../support/restricted.ts';
import { ms, World } from '../support/world.ts';

/** Meets all kinds of state: windows, alerts, children, ids, parked events, remembered times, dead letters and firings. */
const AUTOMATIONS = [
  { id: 'a', trigger: { posture: 'Reactive', expect: ['x'], threshold: 2, within: 60, for_each: ['id'] } },
  { id: 'd', trigger: { posture: 'Proactive', after: ['x'], expect: ['y'], within: 10, for_each: ['id'] } },
  {
    id: 'c',
    trigger: {
      type: 'compound',
      require: 'all',
      within: 60,
      triggers: ['x', 'z'].map((name) => ({ posture: 'Reactive', expect: [name] })),
    },
  },
  {
    id: 'p',
    trigger: {
      type: 'compound',
      require: 'all',
      triggers: [
        { posture: 'Proactive', after: ['on'], expect: ['off'], within: 10 },
        { posture: 'Reactive', expect: ['never'] },
      ],
    },
  },
].map((automation) => ({ ...automation, name: automation.id }));

async function logged(): Promise<World> {
  const world = new World();
  for (const automation of AUTOMATIONS) await world.put(automation);
  await world.meet('x', { id: 'x0', resource: 'p' });
  await world.meet('on', { id: 'on0' });
  // Held until its leader comes, or 15 minutes.
  await world.meet('y', { id: 'y0', resource: 'held', follows: 'nobody' });
  await world.at(1).send('x', { id: 'x1', resource: 'p' });
  await world.at(2).send('x', { id: 'x2', resource: 'q' });
  await world.send('w', { id: 'w1', follows: 'nobody' });
  await world.append(['data', '{']);
  await world.at(3).send('y', { id: 'y3', resource: 'other' });
  await world.send('on', { id: 'on3' });
  await world.send('off', { id: 'off3', t: 2 });
  await world.send('y', { id: 'y4', resource: 'held', follows: 'nobody' });
  await world.at(30).send('z', { id: 'z1' });
  return world;
}

/** The client of a worker that may not run this command. */
async function without(world: World, command: string): Promise<{ redis: Redis; giveBack: () => Promise<unknown> }> {
  const user = await restrictedUser(inject('adminUrl'), 'worker', world.namespace);
  onTestFinished(user.remove);
  await adminClient().acl('SETUSER', user.name, `-${command}`);
  const redis = new Redis(user.url);
  onTestFinished(() => redis.disconnect());
  return { redis, giveBack: () => adminClient().acl('SETUSER', user.name, `+${command}`) };
}

const COMMANDS = ['xadd', 'hset', 'zadd', 'set', 'hincrby', 'hdel', 'zrem', 'del'];

describe.each(COMMANDS)('while %s is taken from the worker', (command) => {
  test('nothing of a chunk happens or is remembered, and after it is given back the chunk applies as if nothing had been', async () => {
    const whole = await logged();
    expect((await whole.apply()).word).toBe('applied');
    const world = await logged();
    const before = await world.state();
    const { redis, giveBack } = await without(world, command);
    const chunk = await world.chunk(await world.waiting());
    for (let i = 0; i < 3; i += 1) {
      const refused: unknown = await apply(redis, world.store, chunk).catch((error: unknown) => error);
      const { error = '', message = error } = refused as Partial<Applied & Error>;
      expect(message).toMatch(/^NOPERM/);
      expect(isInfrastructure(refused instanceof Error ? refused : message)).toBe(true);
      expect(await world.state()).toEqual(before);
    }
    await giveBack();
    expect(await apply(redis, world.store, chunk)).toMatchObject({
      word: 'applied',
      words: [
        ...['applied fired fired open', 'applied counted fired armed', 'parked', 'rejected', 'applied idle'],
        ...['applied open', 'applied satisfied+armed-again', 'parked', 'applied fired'],
      ],
    });
    expect(await world.told()).toEqual(await whole.told());
    expect(await world.state()).toEqual(await whole.state());
  });

  test('what is due stays due, and comes out after it is given back', async () => {
    const world = await logged();
    await world.apply((await world.waiting()).slice(0, 8));
    await world.redis.xtrim(world.store.keys.events, 'MAXLEN', 0);
    const before = await world.state();
    const { redis, giveBack } = await without(world, command);
    world.at(30);
    const refused = await settle(redis, world.store).catch((error: unknown) => error);
    expect(String((refused as Error).message)).toMatch(/^NOPERM/);
    expect(await world.state()).toEqual(before);
    await giveBack();
    await settle(redis, world.store);
    expect((await world.told()).filter((line) => line.startsWith('d '))).toEqual([
      'd triggered@10 p x1',
      'd triggered@12 q x2',
    ]);
  });
});

describe('a key that all need, and that others made one of another type', () => {
  const watch = { posture: 'Proactive', after: ['x'], expect: ['y'], within: 10, for_each: ['id'] };

  async function watched(): Promise<World> {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: watch });
    await world.meet('x', { id: 'x0' });
    await world.meet('y', { id: 'y0', resource: 'other' });
    await world.meet('y', { id: 'y1', resource: 'held', follows: 'leader' });
    return world;
  }

  /** Puts a string in the place of a key. @returns what puts the key back */
  async function overwritten(world: World, name: string): Promise<() => Promise<void>> {
    const kept = await world.redis.exists(name);
    if (kept) await world.redis.rename(name, `${name}:kept`);
    await world.redis.set(name, 'of another type');
    return async () => {
      await world.redis.del(name);
      if (kept) await world.redis.rename(`${name}:kept`, name);
    };
  }

  const settings = async ({ store }: World) => store.keys.settings;
  const early = async ({ store }: World) => store.keys.early;
  const holds = async ({ store }: World) => store.keys.holds;
  const quotas = async ({ store }: World) => store.keys.quotas;
  const times = async (world: World, halfHours = 0) =>
    `${world.store.prefixes.early}${ms(0) / 1_800_000 + halfHours}:${(await world.node('a')).name}`;

  test.each([
    ['settings', 'an expected event', settings, 'y'],
    ['early', 'an expected event', early, 'y'],
    ['early:…', 'an expected event', times, 'y'],
    ['early:…', 'an arming event', times, 'x'],
    ['quotas', 'an arming event', quotas, 'x'],
  ])('%s: %s fails the call before anything is written, by its name', async (_, __, nameOf, event) => {
    const world = await watched();
    const name = await nameOf(world);
    const giveBack = await overwritten(world, name);
    await world.at(1).send('w');
    await world.send(event, { resource: 'third' });
    const before = await world.state();
    await expect(world.apply()).rejects.toThrow(`WRONGTYPE ${name}`);
    expect(await world.state()).toEqual(before);
    await giveBack();
    expect(await world.drain()).toEqual(['applied', expect.stringMatching(/^applied (idle|armed)$/)]);
  });

  test('early:… of a half hour that nobody has read yet as well', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: watch });
    const name = await times(world);
    await overwritten(world, name);
    await world.send('y');
    const before = await world.state();
    await expect(world.apply()).rejects.toThrow(`WRONGTYPE ${name} is a string, not a hash`);
    expect(await world.state()).toEqual(before);
  });

  test.each([
    ['that is parked', 'y', { id: 'y2', follows: 'nobody' }],
    ['that lets a parked one go, which comes back', 'leader', { id: 'leader' }],
  ])('holds: an event %s fails the call before anything is written, by its name', async (_, event, sent) => {
    const world = await watched();
    const name = await holds(world);
    const giveBack = await overwritten(world, name);
    await world.at(1).send(event, sent);
    if (event === 'leader') await world.drain().catch(() => undefined);
    const before = await world.state();
    await expect(world.apply()).rejects.toThrow(`WRONGTYPE ${name} is a string, not a hash`);
    expect(await world.state()).toEqual(before);
    await giveBack();
    expect(await world.drain()).toHaveLength(1);
  });

  test.each([
    ['settings', settings],
    ['early', early],
    ['early:…', times],
  ])('%s: what is due stays due', async (_, nameOf) => {
    const world = await watched();
    const name = await nameOf(world);
    const giveBack = await overwritten(world, name);
    world.at(10);
    const before = await world.state();
    await expect(settle(world.redis, world.store)).rejects.toThrow(`WRONGTYPE ${name} is a string, not a `);
    expect(await world.state()).toEqual(before);
    await giveBack();
    await settle(world.redis, world.store);
    expect(await world.told()).toEqual(['a triggered@10 r x0']);
  });
});
