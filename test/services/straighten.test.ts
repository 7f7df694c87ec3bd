import { expect, test } from 'vitest';
import { crew, settled } from '../support/crew.ts';
import { eventually } from '../support/eventually.ts';
import { LiveWorld } from '../support/live-world.ts';

const LARGEST = '18446744073709551615-18446744073709551615';
const watch = { id: 'w', name: 'w', trigger: { posture: 'Proactive', after: ['a'], expect: ['b'], within: 600 } };
const event = (name: string): string[] => ['event', name, 'resource.id', 'r'];

test.each([
  ['the largest id', () => LARGEST],
  ['an id in 20 minutes', (nowMs: number) => `${nowMs + 1_200_000}-0`],
])('workers set %s straight by themselves, and nobody hears of an absence', async (_, idOf) => {
  const world = await LiveWorld.start();
  const { events } = world.store.keys;
  await world.put(watch);
  const { lines } = await crew(world, 3);
  for (let i = 0; i < 50; i += 1) await world.redis.xadd(events, '*', ...event('a'));
  await world.redis.xadd(events, idOf(world.nowMs), ...event('z'));
  await eventually('the log takes entries', async () => {
    await world.redis.xadd(events, '*', ...event('a')).catch(() => undefined);
    const [[last] = ['']] = await world.redis.xrevrange(events, '+', '-', 'COUNT', 1);
    return Number.parseInt(last, 10) < world.nowMs + 600_000;
  });
  for (let i = 0; i < 50; i += 1) await world.redis.xadd(events, '*', ...event('a'));
  await settled(world);
  expect(await world.told()).toEqual([]);
  const counted = await world.redis.hgetall(world.store.keys.counters);
  expect(Number(counted.applied)).toBe(Number(await world.redis.xlen(events)));
  expect(counted.rejected).toBeUndefined();
  expect(
    lines.filter(({ msg }) => msg === 'entries whose ids were no times of arrival were given new ones').length,
  ).toBeGreaterThan(0);
  expect(lines.filter(({ msg }) => msg === 'entries were removed before they were applied')).toEqual([]);
});

test('workers go on while Redis has a clock that was set back by a day, and tell no absence of the day ahead', async () => {
  const world = await LiveWorld.start();
  const { events, position } = world.store.keys;
  await world.put(watch);
  await world.put({ id: 'x', name: 'x', trigger: { posture: 'Reactive', expect: ['x'] } });
  const ahead = `${world.nowMs + 86_400_000}-0`;
  await world.redis.xadd(events, ahead, ...event('z'));
  await world.redis.set(position, ahead);
  await world.redis.hincrby(world.store.keys.counters, 'applied', 1);
  await crew(world, 3);
  await world.redis.xadd(events, '*', ...event('a'));
  for (let i = 0; i < 200; i += 1) await world.redis.xadd(events, '*', ...event('x'));
  await settled(world);
  const told = await world.told();
  expect(told).toHaveLength(200);
  const counted = await world.redis.hgetall(world.store.keys.counters);
  expect(counted).toMatchObject({ applied: '202', straightened: '201' });
  expect(counted.lost).toBeUndefined();
});
