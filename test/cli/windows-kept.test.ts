import { expect, test } from 'vitest';
import { iso, World } from '../support/world.ts';
import { runIn } from './run.ts';

async function jsonOf(world: World): Promise<Record<string, unknown>[]> {
  const { out } = await runIn(world.namespace)(['windows', '-o', 'json']);
  return JSON.parse(out.join('\n')) as Record<string, unknown>[];
}

/** Begins so many seconds before the present: in the time of the server, by which the table judges what lies ahead. */
async function worldOf(
  secondsAgo: number,
  trigger: object,
): Promise<(second: number, more?: object) => Promise<string>> {
  const world = await World.claimed();
  const begin = (Date.now() - Date.parse(iso(0))) / 1_000 - secondsAgo;
  await world.put({
    id: 'K',
    name: 'kept',
    trigger: { posture: 'Reactive', expect: ['x'], for_each: ['id'], ...trigger },
  });
  return async (second, more = {}) => {
    await world.at(begin + second).meet('x', { resource: 'r1', ...more });
    const { out, err } = await runIn(world.namespace)(['windows']);
    expect(err.filter((line) => line.startsWith('watchfire: not shown'))).toEqual([]);
    return out[1] ?? '';
  };
}

const clock = (text: string): string => text.replace(/\d\d:\d\d:\d\dZ/g, 'T').replace(/(?<= in | for )[^ ,]+/g, 'soon');

test('a sliding window is shown from its newest event back and forth, and how long it is quiet after a firing', async () => {
  const sent = await worldOf(5, { threshold: 2, within: 600, window: 'sliding', collect: 5 });
  expect(clock(await sent(0))).toMatch(/^kept +id=r1 +\S+ T +\S+ T +1\/2 +ends in soon +- +- +brings 1 event$/);
  expect(clock(await sent(1))).toMatch(/^kept +id=r1 +- +- +- +quiet for soon +- +- +late before T$/);
});

test('values are shown as they are, and a sum without what binary fractions add', async () => {
  const different = await worldOf(5, { threshold: 9, within: 600, distinct: 'payload.ip' });
  for (const [i, ip] of ['10.0.0.1', 4, true, 'a+b c', 'x'.repeat(200)].entries())
    await different(i / 10, { payload: { ip } });
  expect(await different(1, { payload: { ip: 'last' } })).toMatch(
    / 6\/9 values .* values 10\.0\.0\.1, 4, true, a\+b c, sha256:[\w-]{8} and 1 more$/,
  );
  const sum = await worldOf(5, { threshold: 1, within: 600, sum: 'payload.amount' });
  for (const at of [0, 0.1]) await sum(at, { payload: { amount: 0.1 } });
  expect(await sum(1, { payload: { amount: 0.1 } })).toContain(' sum 0.3/1 ');
});

test('an alert says which reminder comes next, and when it ends', async () => {
  const world = await World.claimed();
  const begin = (Date.now() - Date.parse(iso(0))) / 1_000 - 100;
  const trigger = {
    posture: 'Reactive',
    expect: ['x'],
    resolve: { on: ['ok'], after: 900 },
    remind: 60,
    remind_limit: 3,
  };
  await world.put({ id: 'K', name: 'kept', trigger: { ...trigger, within: 60, cooldown: 500 } });
  await world.at(begin).meet('x');
  await world.at(begin + 90).settle();
  const { out } = await runIn(world.namespace)(['windows']);
  expect(clock(out[1] ?? '')).toMatch(/ since (?:\S+ )?T, reminder 2 of 3 in soon, ends in soon$/);
  const [json] = await jsonOf(world);
  expect(json).toMatchObject({
    alert: {
      ends: true,
      last: iso(begin),
      until: iso(begin + 900),
      reminder: { at: iso(begin + 120), number: 2, limit: 3 },
    },
    quiet_until: iso(begin + 500),
  });
  await world.at(begin + 95).meet('ok');
  const ended = (await runIn(world.namespace)(['windows'])).out[1] ?? '';
  expect(clock(ended)).toMatch(/ - +late before T; recovered T$/);
  expect(await jsonOf(world)).toMatchObject([
    { alert: null, late_before: iso(begin + 95), recovered: iso(begin + 95), window: null },
  ]);
});

test('a cancellation that came before its order is shown until it is forgotten', async () => {
  const world = await World.claimed();
  const armed = { after: ['placed'], expect: ['paid'], reset: ['cancelled'], within: 60, for_each: ['id'] };
  await world.put({ id: 'K', name: 'kept', trigger: { posture: 'Proactive', ...armed } });
  await world.at(0).meet('cancelled', { resource: 'order.1' });
  expect(await jsonOf(world)).toMatchObject([{ labels: { id: 'order.1' }, window: null, reset: iso(0) }]);
  expect((await runIn(world.namespace)(['windows'])).out[1]).toMatch(/ reset \S+ \S+$/);
});
