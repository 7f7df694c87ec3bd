import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import type { TestEngine, TestEngineOptions, TestServer } from '../../src/testing.ts';
import { testEngine, testServer } from '../../src/testing.ts';
import { root } from '../house/tree.ts';
import { rejection } from '../support/engine.ts';
import { privateRedis } from '../support/private-redis.ts';

const OVERDUE = path.join(root, 'examples/automations/payment-overdue.yaml');
const placed = { event: 'order.placed', resource: { id: 'order.1' } } as const;
const paid = { event: 'order.paid', resource: { id: 'order.1' } } as const;
const MINUTE_MS = 60_000;

let server: TestServer;

beforeAll(async () => {
  server = await testServer({ redis: inject('adminUrl') });
});

afterAll(() => server.close());

async function engineWith(...automations: NonNullable<TestEngineOptions['automations']>): Promise<TestEngine> {
  const engine = await server.engine({ automations });
  onTestFinished(() => engine.close());
  return engine;
}

const states = ({ firings }: Pick<TestEngine, 'firings'>): string[] =>
  firings.map(({ automation, state, labels }) => `${automation} ${state} ${Object.values(labels).join()}`.trim());

describe('an engine of a test', () => {
  test('decides an absence at its own time, and gives firings and jobs as production would', async () => {
    const engine = await engineWith(OVERDUE);
    await engine.send(placed);
    await engine.at('14m59s');
    expect([engine.firings, engine.jobs]).toEqual([[], []]);
    await engine.at('1h');
    expect(states(engine)).toEqual(['payment-overdue Triggered order.1']);
    expect(engine.firings[0]?.triggered).toBe(Date.UTC(2026, 0, 1, 0, 15));
    await engine.send(paid);
    expect(states(engine)[1]).toBe('payment-overdue Resolved order.1');
    expect(engine.jobs.map(({ queue, name }) => [queue, name])).toEqual([
      ['billing', 'remind'],
      ['billing', 'stop-reminding'],
    ]);
    expect(engine.jobs[0]?.data.triggering_labels).toEqual({ id: 'order.1' });
  });

  test('does what was called in the order of the calls, and settled gives what came since it was called last', async () => {
    const engine = await engineWith(OVERDUE);
    const calls = [engine.send(placed), engine.at('15m')];
    expect(states(await engine.settled())).toEqual(['payment-overdue Triggered order.1']);
    calls.push(engine.at('16m'), engine.send(paid));
    const { firings, jobs } = await engine.settled();
    expect([firings.length, jobs.length]).toEqual([1, 1]);
    expect(await engine.settled()).toEqual({ firings: [], jobs: [] });
    await Promise.all(calls);
  });

  test('lets a follower go on without its leader at its own time', async () => {
    const engine = await engineWith(OVERDUE);
    await engine.send({ ...placed, follows: 'nobody' });
    await engine.at('1h');
    expect(states(engine)).toEqual(['payment-overdue Triggered order.1']);
    expect(engine.firings[0]?.triggered).toBe(Date.UTC(2026, 0, 1, 0, 15));
  });

  test('meets every deadline on the way, so that automations on automations see them in time', async () => {
    const beat = { event: 'beat', resource: { id: 'd.1' } } as const;
    const watch = {
      id: 'watch',
      name: 'Watch',
      trigger: { posture: 'Proactive', after: ['beat'], expect: ['beat'], for_each: ['id'], within: '30s' },
    } as const;
    const unanswered = {
      id: 'unanswered',
      name: 'Nobody came',
      trigger: { posture: 'Proactive', after: ['automation.triggered'], expect: ['came'], within: '10m' },
    } as const;
    const engine = await engineWith(watch, unanswered);
    await engine.send(beat);
    await engine.at('1h');
    expect(engine.firings.map(({ automation, decided }) => [automation, decided - Date.UTC(2026, 0, 1)])).toEqual([
      ['watch', 30_000],
      ['unanswered', 30_000 + 10 * MINUTE_MS],
    ]);
  });

  test('says what became of each event', async () => {
    const engine = await engineWith(OVERDUE);
    await engine.send(placed, { event: 'order.shipped', resource: { id: 'order.1' } });
    expect(engine.events.map(({ event, outcome, decisions }) => [event, outcome, decisions])).toEqual([
      ['order.placed', 'applied', [{ automation: 'payment-overdue', trigger: '', word: 'armed' }]],
      ['order.shipped', 'applied', []],
    ]);
  });

  test('takes an event that comes late, at a time since the start', async () => {
    const engine = await engineWith(OVERDUE);
    await engine.send(placed);
    await engine.at('20m');
    await engine.send({ ...paid, occurred: engine.time('14m') });
    expect(states(engine)).toEqual(['payment-overdue Triggered order.1', 'payment-overdue Resolved order.1']);
  });

  test('watches an automation that is put on the way from then on', async () => {
    const engine = await engineWith();
    await engine.at('1h');
    await engine.put({ id: 'a', name: 'a', trigger: { posture: 'Proactive', expect: ['a'], within: '40m' } });
    await engine.at('2h');
    expect(engine.firings.map(({ triggered }) => triggered - Date.UTC(2026, 0, 1))).toEqual([100 * MINUTE_MS]);
  });

  test('forgets an automation that is deleted', async () => {
    const engine = await engineWith(OVERDUE);
    await engine.send(placed);
    await engine.delete('payment-overdue');
    await engine.at('1h');
    expect(engine.firings).toEqual([]);
    expect(engine.elapsedMs).toBe(60 * MINUTE_MS);
  });

  test('shares nothing with another one of its server, and leaves nothing behind', async () => {
    const [one, two] = [await engineWith(OVERDUE), await engineWith(OVERDUE)];
    await one.send(placed);
    await two.at('1h');
    expect(two.firings).toEqual([]);
    await one.close();
    await two.close();
    await expect(one.send(placed)).rejects.toThrow('the engine is closed');
  });
});

describe('an engine of a test refuses', () => {
  test.each<[string, (engine: TestEngine) => Promise<unknown>, string]>([
    ['an event without a resource', (engine) => engine.send({ event: 'a' } as never), 'resource: is required'],
    ['a time of the past', (engine) => engine.at('30s'), 'at: must not be before the present'],
    ['a length of time that is none', (engine) => engine.at('soon' as never), 'at: must be a duration'],
    ['an automation in error', (engine) => engine.put({ id: 'a', name: 'a' } as never), 'trigger: is required'],
  ])('%s', async (_, call, message) => {
    const engine = await engineWith();
    await engine.at('1m');
    expect(await rejection(call(engine))).toMatchObject({ code: 'INVALID_DOCUMENT', message });
    // It goes on all the same.
    await engine.at('2m');
  });

  test('more deadlines on the way than anybody waits for', async () => {
    const beat = { id: 'a', name: 'a', trigger: { posture: 'Proactive', expect: ['a'], within: '1s' } } as const;
    const engine = await server.engine({ automations: [beat], mostDeadlines: 20 });
    onTestFinished(() => engine.close());
    expect(await rejection(engine.at('1d'))).toHaveProperty('message', 'at: has too many deadlines on the way');
    await expect(server.engine({ mostDeadlines: 0 })).rejects.toThrow(
      'mostDeadlines: must be a whole number from 1 on',
    );
  });

  test('a start that is no time, and a file that holds no automation', async () => {
    await expect(server.engine({ start: 'noon' })).rejects.toThrow('start: must be a timestamp');
    await expect(server.engine({ automations: [path.join(root, 'package.json')] })).rejects.toThrow(
      /automations: .*package\.json:\d+: trigger: is required/,
    );
  });
});

test('an engine on a server of its own ends it', async () => {
  const engine = await testEngine({ automations: [OVERDUE] });
  await engine.send(placed);
  await engine.at('15m');
  expect(engine.firings).toHaveLength(1);
  await engine.close();
});

test('what engines left on a server of somebody else is removed when it is closed', async () => {
  const { url, redis } = await privateRedis();
  const other = await testServer({ redis: url });
  const first = await other.engine({ automations: [OVERDUE] });
  await other.engine({ automations: [OVERDUE] });
  // One says that the run is alive.
  const all = (await redis.dbsize()) - 1;
  await first.close();
  expect(await redis.dbsize()).toBe(all / 2 + 1);
  await other.close();
  expect(await redis.dbsize()).toBe(0);
});
