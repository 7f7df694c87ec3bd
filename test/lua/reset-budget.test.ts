import { expect, test } from 'vitest';
import { closedBudgets, closingOf } from '../../src/redis/closings.ts';
import { passGate } from '../../src/redis/steps/pass-gate.ts';
import { resetBudget } from '../../src/redis/steps/reset-budget.ts';
import { ms, World } from '../support/world.ts';

async function pass(world: World, firing: string): Promise<string> {
  const now = world.clock.nowMs();
  const call = { firing, entry: '7-0', bytes: 1, automation: 'a', revision: 1, labels: '{"id":"x"}', now };
  const plan = { budget: 1, shares: [{ actions: [0], what: 'send', counted: true }] } as const;
  return (await passGate(world.redis, world.store, { call, plan })).record === '' ? 'passed' : 'held back';
}

test('a closed budget opens, its minute begins anew, and its summary is due at once', async () => {
  const world = new World();
  const { redis, store } = world;
  expect([await pass(world, 'f1'), await pass(world, 'f2')]).toEqual(['passed', 'held back']);
  const closing = { id: 'f2', automation: 'a', entry: '7-0', since: ms(0), count: 1, others: 0 };
  const whole = { ...closing, keys: [{ labels: { id: 'x' }, firings: 1 }] };
  expect(await closedBudgets(redis, store, ms(59))).toEqual([{ ...whole, till: ms(60) }]);
  expect(await closedBudgets(redis, store, ms(60))).toEqual([]);
  world.at(10);
  expect(await resetBudget(redis, store, 'a')).toBe('opened');
  expect(await closedBudgets(redis, store, ms(10))).toEqual([]);
  expect(await closingOf(redis, store, 'f2')).toEqual({ ...whole, till: ms(10) });
  expect(await redis.zrange(store.keys.waiting, '0', '-1', 'WITHSCORES')).toEqual(['s f2', String(ms(10))]);
  expect([await pass(world, 'f3'), await pass(world, 'f4')]).toEqual(['passed', 'held back']);
});

test('an open budget stays open and only counts anew', async () => {
  const world = new World();
  await pass(world, 'f1');
  expect(await resetBudget(world.redis, world.store, 'a')).toBe('open');
  expect(await pass(world, 'f2')).toBe('passed');
});

test('one whose minute is over is open', async () => {
  const world = new World();
  await pass(world, 'f1');
  await pass(world, 'f2');
  world.at(60);
  expect(await resetBudget(world.redis, world.store, 'a')).toBe('open');
});
