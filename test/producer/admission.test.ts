import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Watchfire } from '../../src/engine.ts';
import { Overloaded } from '../../src/errors.ts';
import type { EventInput } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { patientClock } from '../support/patient-clock.ts';
import { type PrivateRedis, privateRedis } from '../support/private-redis.ts';

const event = (n: number, size = 0): EventInput => ({
  id: `e${n}`,
  event: 'x',
  resource: { id: 'r' },
  ...(size > 0 && { payload: { text: 'x'.repeat(size) } }),
});

function engineOn(
  { url }: PrivateRedis,
  settings: Partial<ConstructorParameters<typeof Watchfire>[0]> = {},
): Watchfire {
  const watchfire = new Watchfire({ redis: url, ...settings });
  onTestFinished(() => watchfire.close());
  return watchfire;
}

/** What a promise was refused with. */
async function refusal(promise: Promise<unknown>): Promise<Overloaded> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Overloaded);
  return error as Overloaded;
}

async function calls({ redis }: PrivateRedis): Promise<Record<string, number>> {
  const stats = await redis.info('commandstats');
  return Object.fromEntries(
    [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = '', count]) => [name, Number(count)]),
  );
}

describe('a log that is too full', () => {
  test('takes no event from a process that has just begun, and says when to come back', async () => {
    const server = await privateRedis();
    const before = engineOn(server);
    for (let n = 0; n < 10; n += 1) await before.emit(event(n));
    const error = await refusal(engineOn(server, { maxBacklog: 10, clock: patientClock }).emit(event(10)));
    expect(error).toMatchObject({ code: 'OVERLOADED', reason: 'backlog', retryAfterMs: expect.any(Number) });
    expect(error.message).toBe(
      '10 events are not applied yet, the bound is 10, and no worker applies any, so nothing was added; try again in 5.0 s',
    );
    expect(await server.redis.xlen('{wf}:events')).toBe(10);
  });

  test('takes events again once workers have made room, without being told', async () => {
    const server = await privateRedis();
    const watchfire = engineOn(server, { maxBacklog: 1_000, clock: patientClock });
    for (let from = 0; from < 1_500; from += 500) {
      await Promise.allSettled(Array.from({ length: 500 }, (_, n) => engineOn(server).emit(event(from + n))));
    }
    await refusal(watchfire.emit(event(1_500)));
    await engineOn(server).startWorker();
    const taken = () =>
      watchfire.emit(event(1_500)).then(
        () => true,
        () => false,
      );
    // The time it was told to stay away is that of an engine without workers; it looks again by itself before.
    await eventually('an event is taken', taken);
  });

  test('refuses what a running producer sends soon after the bound was passed, in its order', async () => {
    const server = await privateRedis();
    const watchfire = engineOn(server, { maxBacklog: 2_000 });
    let refusedAt: number | null = null;
    for (let n = 0; n < 40_000 && refusedAt === null; n += 100) {
      const sent = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => watchfire.emit(event(n + i))));
      const refused = sent.findIndex(({ status }) => status === 'rejected');
      if (refused >= 0) refusedAt = n + refused;
      // Once one is refused, those behind it are as well.
      if (refused >= 0) expect(sent.slice(refused).every(({ status }) => status === 'rejected')).toBe(true);
    }
    expect(refusedAt).toBeGreaterThanOrEqual(2_000);
    expect(await server.redis.xlen('{wf}:events')).toBe(refusedAt);
  });
});

test('looking costs no round trip for each event', async () => {
  const server = await privateRedis();
  const watchfire = engineOn(server);
  const began = performance.now();
  for (let n = 0; n < 2_000; n += 1) await watchfire.emit(event(n));
  const looks = 1 + Math.ceil((performance.now() - began) / 500);
  const { xadd = 0, 'xinfo|stream': books = 0, info = 0 } = await calls(server);
  expect(xadd).toBe(2_000);
  expect(books).toBeGreaterThan(0);
  expect(books).toBeLessThanOrEqual(looks);
  expect(info).toBeLessThanOrEqual(looks + 10);
});

describe('a Redis whose memory is short', () => {
  test('takes no events above the bound, while there is room left for what waits already', async () => {
    const server = await privateRedis();
    await server.redis.config('SET', 'maxmemory', '32mb');
    const watchfire = engineOn(server, { maxMemoryRatio: 0.5 });
    const error = await refusal(
      (async () => {
        for (let n = 0; n < 1_000; n += 1) await watchfire.emit(event(n, 100_000));
      })(),
    );
    expect(error).toMatchObject({ reason: 'memory', retryAfterMs: expect.any(Number) });
    expect(error.message).toMatch(/^Redis has used \d+ % of its memory, the bound is 50 %, so nothing was added; try/);
    await server.redis.set('room', 'x'.repeat(100_000));
    await server.redis.config('SET', 'maxmemory', '128mb');
    await eventually('an event is taken', () => watchfire.emit(event(5_000)));
  });

  test('that has none left refuses an event with an error that says so, and takes it when there is some', async () => {
    const server = await privateRedis();
    const began = systemClock.nowMs();
    // No time for a second look: it would refuse the event before Redis does, and the last one although there is memory again.
    const watchfire = engineOn(server, { maxMemoryRatio: 1, clock: { ...systemClock, nowMs: () => began } });
    await watchfire.emit(event(0));
    await server.redis.config('SET', 'maxmemory', '100kb');
    const error = await refusal(watchfire.emit(event(1)));
    expect(error).toMatchObject({ code: 'OVERLOADED', reason: 'out-of-memory', retryAfterMs: 5_000 });
    expect(error.message).toBe('Redis is out of memory, so nothing was added; try again in 5.0 s');
    await expect(
      watchfire.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } }),
    ).rejects.toThrow('Redis is out of memory');
    await server.redis.config('SET', 'maxmemory', '0');
    await watchfire.emit(event(1));
    expect(await server.redis.xlen('{wf}:events')).toBe(2);
  });
});
