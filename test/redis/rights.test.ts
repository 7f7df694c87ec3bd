import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { lastDeadLetters } from '../../src/inspect/dead-letters.ts';
import { isInfrastructure } from '../../src/redis/retryable.ts';
import { apply } from '../../src/redis/steps/apply.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { adminClient } from '../support/redis.ts';
import { restrictedUser } from '../support/restricted.ts';
import { World } from '../support/world.ts';

describe('a right that is missing for a while', () => {
  const deny = async (world: World, ...rule: string[]): Promise<Redis> => {
    const user = await restrictedUser(inject('adminUrl'), 'worker', world.namespace);
    onTestFinished(user.remove);
    await adminClient().acl('SETUSER', user.name, ...rule);
    const redis = new Redis(user.url);
    onTestFinished(() => redis.disconnect());
    return redis;
  };

  test('costs no event', async () => {
    const world = new World();
    await world.send('x');
    const before = await world.state();
    const denied = apply(await deny(world, '-hset'), world.store, await world.chunk(await world.waiting()));
    await expect(denied).rejects.toSatisfy(isInfrastructure);
    expect(await world.state()).toEqual(before);
    expect(await world.drain()).toEqual(['applied']);
  });

  test.each([['-hdel'], ['-hget']])('costs no absence: %s', async (rule) => {
    const world = new World();
    const trigger = { posture: 'Proactive', after: ['a'], expect: ['b'], within: 10, for_each: ['id'] };
    await world.put({ id: 'p', name: 'p', trigger });
    await world.meet('a');
    world.at(20);
    const denied = settle(await deny(world, rule), world.store);
    await expect(denied).rejects.toSatisfy(isInfrastructure);
    expect(await lastDeadLetters(world.redis, world.store, 10)).toEqual([]);
    await world.settle();
    expect(await world.told()).toEqual(['p triggered@10 r e1']);
  });
});
