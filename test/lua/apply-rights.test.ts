import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { isInfrastructure } from '../../src/redis/retryable.ts';
import { type Applied, apply } from '../../src/redis/steps/apply.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { adminClient } from '../support/redis.ts';
import { restrictedUser } from '../support/restricted.ts';
import { World } from '../support/world.ts';

/** Meets all kinds of state: windows, alerts, children, ids, parked events, dead letters and firings. */
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
].map((automation) => ({ ...automation, name: automation.id }));

async function logged(): Promise<World> {
  const world = new World();
  for (const automation of AUTOMATIONS) await world.put(automation);
  await world.meet('x', { id: 'x0', resource: 'p' });
  await world.at(1).send('x', { id: 'x1', resource: 'p' });
  await world.at(2).send('x', { id: 'x2', resource: 'q' });
  await world.send('w', { id: 'w1', follows: 'nobody' });
  await world.append(['data', '{']);
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
      words: ['applied fired fired open', 'applied counted fired armed', 'parked', 'rejected', 'applied fired'],
    });
    expect(await world.told()).toEqual(await whole.told());
    expect(await world.state()).toEqual(await whole.state());
  });

  test('what is due stays due, and comes out after it is given back', async () => {
    const world = await logged();
    await world.apply((await world.waiting()).slice(0, 4));
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
