import { describe, expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { parseSettings } from '../../src/config.ts';
import { lastDeadLetters } from '../../src/inspect/dead-letters.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { Connections } from '../../src/redis/connection.ts';
import { allDefinitions, putDefinition } from '../../src/redis/definitions.ts';
import { ENGINE_GROUP } from '../../src/redis/keys.ts';
import { storeOf } from '../../src/redis/store.ts';
import { parseWindowText } from '../../src/redis/window-text.ts';
import { Worker } from '../../src/services/worker.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { privateRedis } from '../support/private-redis.ts';

const counting = parseAutomation({
  id: 'a',
  name: 'A',
  trigger: { posture: 'Reactive', expect: ['x'], threshold: 1_000_000, within: 3_600, for_each: ['id'] },
});

/** Waits as others do, but no time passes: nobody takes over what another one seems to have left. */
function standstill(): Clock {
  const now = systemClock.nowMs();
  return { ...systemClock, nowMs: () => now };
}

/** A server of its own with one automation and one worker. */
async function engine(clock: Clock = systemClock) {
  const server = await privateRedis();
  const { redis } = server;
  const store = storeOf('wf');
  const { logger, lines } = logLines();
  const connections = new Connections(server.url, logger);
  const worker = new Worker({ connections, store, settings: parseSettings({}), clock, logger });
  onTestFinished(async () => {
    await worker.stop();
    await connections.close();
  });
  await putDefinition(redis, store, counting);
  await worker.ready();
  const counter = async (word: string) => Number(await redis.hget(store.keys.counters, word));
  let sent = 0;
  const send = async (count: number) => {
    const pipeline = redis.pipeline();
    for (let i = 0; i < count; i += 1) {
      sent += 1;
      pipeline.xadd(store.keys.events, '*', 'event', 'x', 'resource.id', 'r', 'id', `e${sent}`);
    }
    await pipeline.exec();
  };
  const applied = async (count: number) =>
    await eventually(`${count} events are applied`, async () => (await counter('applied')) === count);
  /** How often something was said. */
  const said = (text: string) => lines.filter(({ msg }) => msg.includes(text)).length;
  const hears = async (text: string) => await eventually(`it says: ${text}`, () => said(text) > 0);
  return { redis, store, worker, lines, counter, send, applied, said, hears };
}

describe('what is done to the log behind the back of a worker', () => {
  test('a group that is deleted is made anew, and nothing is skipped', async () => {
    const { redis, store, send, applied, said } = await engine(standstill());
    await send(100);
    await applied(100);
    for (let round = 1; round <= 3; round += 1) {
      await redis
        .multi()
        .xgroup('DESTROY', store.keys.events, ENGINE_GROUP)
        .xadd(store.keys.events, '*', 'event', 'x', 'resource.id', 'r')
        .exec();
      await send(49);
      await applied(100 + 50 * round);
      expect(said('the consumer group of the log was gone')).toBe(round);
    }
    const [group = []] = (await redis.xinfo('GROUPS', store.keys.events)) as unknown[][];
    await eventually(
      'all is acknowledged',
      async () => Number((await redis.xpending(store.keys.events, ENGINE_GROUP))[0]) === 0,
    );
    // Made behind the position: nothing that is applied was given out again.
    expect(Number(group[group.indexOf('entries-read') + 1] ?? 0)).toBeLessThanOrEqual(250);
  });

  test('a log that is deleted is said so once, and the next one is applied', async () => {
    const { redis, store, send, applied, said, hears } = await engine();
    await send(100);
    await applied(100);
    await redis.del(store.keys.events);
    await hears('the log was deleted or replaced');
    await send(50);
    await applied(150);
    expect(said('the log was deleted or replaced')).toBe(1);
  });

  test('a position that is deleted is found again, and nothing is applied twice', async () => {
    const { redis, store, send, applied, counter, said, hears } = await engine();
    await send(300);
    await applied(300);
    await redis.del(store.keys.position);
    await send(50);
    await applied(350);
    await hears('the position was lost');
    expect([await counter('duplicate'), said('the position was lost')]).toEqual([0, 1]);
  });

  test('entries that are trimmed before they are applied are counted and said', async () => {
    const { redis, store, send, applied, counter, lines, hears } = await engine();
    await send(100);
    await applied(100);
    // In one step, so that the worker sees nothing of it.
    const transaction = redis.multi();
    for (let i = 0; i < 7; i += 1) transaction.xadd(store.keys.events, '*', 'event', 'x', 'resource.id', 'r');
    await transaction.xtrim(store.keys.events, 'MAXLEN', 2).exec();
    await hears('entries were removed before they were applied');
    await applied(102);
    expect(await counter('lost')).toBe(5);
    expect(lines.filter(({ lost }) => lost !== undefined)).toMatchObject([{ level: 50, lost: 5 }]);
  });

  test('FLUSHALL is said once, and the engine goes on with what it is given anew', async () => {
    const { redis, store, send, applied, said, hears } = await engine();
    await send(100);
    await applied(100);
    await redis.flushall();
    await hears('Redis has lost state');
    expect(await allDefinitions(redis, store)).toEqual([]);
    await send(30);
    await applied(30);
    await putDefinition(redis, store, counting);
    await send(30);
    await applied(60);
    const windows = await redis.keys(`${store.prefixes.windows}*`);
    const texts = await Promise.all(windows.map((key) => redis.hvals(key)));
    expect(texts.flat().map((text) => parseWindowText(text).open?.count)).toEqual([30]);
    expect(said('Redis has lost state')).toBe(1);
  });
});

test('while Redis is out of memory nothing is set aside; when it has some again all is applied', async () => {
  const { redis, store, send, applied, counter, lines } = await engine();
  await send(10);
  await applied(10);
  // The entries have to be in the log: it is the engine that finds Redis full.
  const transaction = redis.multi();
  for (let i = 0; i < 50; i += 1) transaction.xadd(store.keys.events, '*', 'event', 'x', 'resource.id', 'r');
  await transaction.config('SET', 'maxmemory', '1').exec();
  const refused = () => lines.filter((line) => line.loop === 'apply' && String(line.error).startsWith('OOM')).length;
  await eventually('it has been refused more often than an entry may fail', () => refused() > 3);
  expect(await counter('applied')).toBe(10);
  await redis.config('SET', 'maxmemory', '0');
  await applied(60);
  expect([await counter('rejected'), await lastDeadLetters(redis, store, 10)]).toEqual([0, []]);
});

test('definitions that come to the number of lost ones are loaded, although nothing was applied before', async () => {
  const { redis, store, send, applied } = await engine();
  await redis.flushall();
  const trigger = { posture: 'Reactive', expect: ['x'] };
  await putDefinition(redis, store, parseAutomation({ id: 'b', name: 'B', trigger }));
  expect(await redis.get(store.keys.generation)).toBe('1');
  await eventually('the group is there again', async () => (await redis.exists(store.keys.events)) === 1);
  await send(1);
  await applied(1);
  expect(await redis.xlen(store.keys.firings)).toBe(1);
});
