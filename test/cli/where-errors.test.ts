import { expect, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { testClient } from '../support/redis.ts';
import { World } from '../support/world.ts';
import { runIn } from './run.ts';

const above = (id: string) => ({
  id,
  name: id,
  trigger: { posture: 'Reactive', expect: ['x'], where: 'payload.n > 1' },
});

test('automations with conditions that cannot be answered are named, those with most first', async () => {
  const world = await World.claimed();
  await world.put(above('a'));
  await world.meet('x');
  await world.put(above('b:c'));
  for (let i = 0; i < 11; i += 1) await world.meet('x');
  const cli = runIn(world.namespace);
  expect((await cli(['status', '--engine-only'])).out).toContainEqual(
    expect.stringMatching(/^where-error +a 12, b:c 11$/),
  );
  const { out } = await cli(['status', '--engine-only', '-o', 'json']);
  const found = JSON.parse(out.join('\n'));
  expect([found.counters, found.where_errors]).toEqual([{ applied: 12 }, { a: 12, 'b:c': 11 }]);
  expect((await cli(['get', 'b:c', '--state'])).out).toContain(
    '# events about which a condition could not be answered: 11',
  );
  const json = await cli(['get', 'a', '--state', '-o', 'json']);
  expect(JSON.parse(json.out.join('\n'))).toMatchObject({ where_errors: 12 });
  const watchfire = new Watchfire({ redis: testClient(), namespace: world.namespace });
  expect(await watchfire.whereErrors('a')).toBe(12);
  expect(await watchfire.whereErrors('none')).toBe(0);
  await watchfire.close();
});

test('where all conditions could be answered nothing is said of them', async () => {
  const world = await World.claimed();
  await world.put(above('a'));
  await world.meet('x', { payload: { n: 1 } });
  const cli = runIn(world.namespace);
  expect((await cli(['status', '--engine-only'])).out.join('\n')).not.toContain('where-error');
  expect((await cli(['get', 'a', '--state'])).out.join('\n')).not.toContain('could not be answered');
});
