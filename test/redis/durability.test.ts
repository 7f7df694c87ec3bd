import type { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Watchfire } from '../../src/engine.ts';
import { NotDurable } from '../../src/errors.ts';
import type { AutomationDocument, EventInput } from '../../src/index.ts';
import { Durability, durabilityOf } from '../../src/redis/durability.ts';
import { earlyAnswers, isWithin, parseInfo, versionOf } from '../../src/redis/info.ts';
import { eventually } from '../support/eventually.ts';
import { type PrivateRedis, privateRedis } from '../support/private-redis.ts';

type Options = ConstructorParameters<typeof Watchfire>[0];

const event = (n: number): EventInput => ({ id: `e${n}`, event: 'x', resource: { id: 'r' } });

const automation: AutomationDocument = {
  id: 'a',
  name: 'A',
  trigger: { posture: 'Reactive', expect: ['x'] },
  actions: [{ type: 'queue', queue: 'mail' }],
};

function engineOn(url: string, settings: Options): Watchfire {
  const watchfire = new Watchfire({ redis: url, ...settings });
  onTestFinished(() => watchfire.close());
  return watchfire;
}

const replicated = (timeoutMs = 300): Options => ({ durability: 'replicated', durabilityTimeoutMs: timeoutMs });

/** A primary with one replica. */
async function pair(): Promise<[PrivateRedis, PrivateRedis]> {
  const [primary, replica] = await Promise.all([privateRedis(), privateRedis()]);
  await replica.follow(primary);
  return [primary, replica];
}

async function notKept(promise: Promise<unknown>): Promise<NotDurable> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NotDurable);
  return error as NotDurable;
}

const jobs = async ({ redis }: PrivateRedis): Promise<number> => (await redis.keys('{wf}:bull:mail:f-*')).length;

describe('replicated', () => {
  test('an event is acknowledged when the replica has it, many of them together', async () => {
    const [primary, replica] = await pair();
    const watchfire = engineOn(primary.url, replicated(60_000));
    await watchfire.emit(event(0));
    expect(await replica.redis.xlen('{wf}:events')).toBe(1);
    await Promise.all(Array.from({ length: 500 }, (_, n) => watchfire.emit(event(n))));
    expect(await replica.redis.xlen('{wf}:events')).toBe(501);
    const waits = Number(/cmdstat_wait:calls=(\d+)/.exec(await primary.redis.info('commandstats'))?.[1]);
    expect(waits).toBeLessThan(50);
  });

  test('a definition is acknowledged when the replica has it', async () => {
    const [primary, replica] = await pair();
    const watchfire = engineOn(primary.url, replicated(60_000));
    await watchfire.put(automation);
    expect(await replica.redis.hexists('{wf}:automations', 'a')).toBe(1);
    await watchfire.delete('a');
    expect(await replica.redis.hexists('{wf}:automations', 'a')).toBe(0);
  });

  test('an event that no replica confirms in time is said to be unsure, and counts once when it is sent again', async () => {
    const [primary, replica] = await pair();
    await engineOn(primary.url, {}).put({ ...automation, actions: [] });
    const watchfire = engineOn(primary.url, replicated());
    replica.signal('SIGSTOP');
    const error = await notKept(watchfire.emit({ event: 'x', resource: { id: 'r' } }));
    expect(error).toMatchObject({ code: 'NOT_DURABLE', added: 'perhaps', id: expect.any(String), retryAfterMs: 2_000 });
    expect(error.message).toBe(
      'not known to be kept, it may or may not be there: 0 of 1 replicas have it after 300 ms; try again in 2.0 s',
    );
    replica.signal('SIGCONT');
    const again = () => watchfire.emit({ id: error.id, event: 'x', resource: { id: 'r' } });
    await eventually('it is kept', again);
    await engineOn(primary.url, {}).startWorker();
    const counters = () => primary.redis.hgetall('{wf}:counters');
    await eventually('all entries are applied', async () => Number((await counters()).duplicate) >= 1);
    expect(await primary.redis.xlen('{wf}:firings')).toBe(1);
  });

  test('what Redis refuses for want of replicas was certainly not added', async () => {
    const server = await privateRedis();
    await server.redis.config('SET', 'min-replicas-to-write', '1');
    const error = await notKept(engineOn(server.url, replicated()).emit(event(0)));
    expect(error).toMatchObject({ added: 'no', id: 'e0' });
    expect(error.message).toMatch(/^nothing was added: Redis says NOREPLICAS /);
    expect(await server.redis.xlen('{wf}:events')).toBe(0);
  });

  test('a confirmation over a new connection is not taken for one of what the old one wrote', async () => {
    const [primary, replica] = await pair();
    const watchfire = engineOn(primary.url, replicated(60_000));
    await watchfire.emit(event(0));
    replica.signal('SIGSTOP');
    const emitting = watchfire.emit(event(1));
    const waiting = async (): Promise<boolean> => /blocked_clients:1/.test(await primary.redis.info());
    await eventually('the event waits for the replica', waiting);
    await primary.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually('it is asked over another connection', waiting);
    expect(await primary.redis.xlen('{wf}:events')).toBe(2);
    replica.signal('SIGCONT');
    expect(await emitting).toMatchObject({ id: 'e1' });
    // It was written again, over the connection that was asked then.
    for (const { redis } of [primary, replica]) expect(await redis.xlen('{wf}:events')).toBe(3);
  });

  test('a firing gets its jobs only when the replica has it', async () => {
    const [primary, replica] = await pair();
    const watchfire = engineOn(primary.url, replicated());
    await engineOn(primary.url, {}).put(automation);
    await watchfire.startWorker();
    replica.signal('SIGSTOP');
    await engineOn(primary.url, {}).emit(event(0));
    await eventually('it has fired', async () => (await primary.redis.xlen('{wf}:firings')) === 1);
    await eventually('its relay waits', async () => {
      const waits = /cmdstat_wait:calls=(\d+)/.exec(await primary.redis.info('commandstats'));
      return Number(waits?.[1]) >= 3;
    });
    expect(await jobs(primary)).toBe(0);
    replica.signal('SIGCONT');
    await eventually('it has its job', async () => (await jobs(primary)) === 1);
  });
});

test('a write is confirmed when it is answered: one that a node puts off is not confirmed by what came before it', async () => {
  const order: string[] = [];
  const answer = Promise.withResolvers<void>();
  const redis = { on: () => undefined, wait: async () => order.push('confirmed') } as unknown as Redis;
  const guarantee = { durability: 'replicated', minReplicas: 1, durabilityTimeoutMs: 100 } as const;
  const durability = new Durability({ redis, mark: 'mark', guarantee, clock: systemClock });
  const write = durability.write(async () => {
    await answer.promise;
    order.push('written');
  });
  // A look at the turn of the event loop: everything that is sent at once was sent by then.
  await new Promise(setImmediate);
  answer.resolve();
  await write;
  expect(order).toEqual(['written', 'confirmed']);
});

test('a barrier says nothing of what was shown before its connection broke', async () => {
  const [primary] = await pair();
  const watchfire = engineOn(primary.url, replicated(60_000));
  const { connections, store, settings } = watchfire;
  const durability = durabilityOf(connections, store, settings, systemClock);
  await durability?.barrier();
  const since = durability?.connection;
  await primary.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await eventually('the connection is noticed to be gone', () => durability?.connection !== since);
  await notKept(durability?.barrier(since) ?? Promise.resolve());
  await durability?.barrier();
});

/** Whether a server has a WAITAOF that can be believed. */
async function waits({ redis }: PrivateRedis): Promise<boolean> {
  const version = versionOf(parseInfo(await redis.info('server')));
  if (version === null || earlyAnswers(version)) return false;
  return version.product === 'valkey' || isWithin(version, '7.2.0', null);
}

describe('fsync', () => {
  test.each(['everysec', 'always'] as const)(
    'with appendfsync %s acknowledges what the disk has, or nothing',
    async (how) => {
      const server = await privateRedis({ kept: true });
      await server.redis.config('SET', 'appendfsync', how);
      const watchfire = engineOn(server.url, { durability: 'fsync' });
      const emitted = await Promise.allSettled([watchfire.emit(event(0)), watchfire.emit(event(1))]);
      const asked = /cmdstat_waitaof:calls=(\d+)/.exec(await server.redis.info('commandstats'));
      if (await waits(server)) {
        expect(emitted.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
        // One to see whether it can be asked, and at least one that confirms.
        expect(Number(asked?.[1])).toBeGreaterThanOrEqual(2);
      } else {
        const expected = how === 'always' ? 'fulfilled' : 'rejected';
        expect(emitted.map(({ status }) => status)).toEqual([expected, expected]);
        expect(await server.redis.xlen('{wf}:events')).toBe(how === 'always' ? 2 : 0);
      }
    },
  );

  test('is refused where the server answers before it has written to disk, with what to change', async () => {
    const server = await privateRedis({ kept: true });
    const watchfire = engineOn(server.url, { durability: 'fsync' });
    const unavailable = (message: RegExp) =>
      expect(watchfire.emit(event(0))).rejects.toMatchObject({
        code: 'DURABILITY_UNAVAILABLE',
        message: expect.stringMatching(message),
      });
    if (await waits(server)) return;
    await unavailable(/(has no WAITAOF|may answer WAITAOF).* and appendfsync is everysec: set appendfsync to always/);
    await expect(watchfire.startWorker()).rejects.toMatchObject({ code: 'DURABILITY_UNAVAILABLE' });
    await server.redis.config('SET', 'appendfsync', 'always');
    await server.redis.config('SET', 'no-appendfsync-on-rewrite', 'yes');
    await unavailable(/set no-appendfsync-on-rewrite to no$/);
    await server.redis.config('SET', 'no-appendfsync-on-rewrite', 'no');
    await server.redis.config('SET', 'appendonly', 'no');
    await unavailable(/set appendonly to yes$/);
    expect(await server.redis.xlen('{wf}:events')).toBe(0);
  });

  test('looks anew at a server that comes after a broken connection', async () => {
    const server = await privateRedis({ kept: true });
    await server.redis.config('SET', 'appendfsync', 'always');
    const watchfire = engineOn(server.url, { durability: 'fsync' });
    await watchfire.put(automation);
    await watchfire.emit(event(0));
    await server.redis.config('SET', 'appendonly', 'no');
    await server.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    // One that was under way when the connection broke may be just unsure.
    await eventually('it is refused', () =>
      watchfire.emit(event(1)).then(
        () => expect.unreachable('nothing is kept on disk any more'),
        ({ code }) => code === 'DURABILITY_UNAVAILABLE',
      ),
    );
  });
});

test('the mode memory asks Redis for nothing', async () => {
  const server = await privateRedis();
  const watchfire = engineOn(server.url, {});
  await watchfire.put(automation);
  await watchfire.startWorker();
  await watchfire.emit(event(0));
  await eventually('it has its job', async () => (await jobs(server)) === 1);
  expect(await server.redis.info('commandstats')).not.toMatch(/cmdstat_wait/);
  expect(await server.redis.exists('{wf}:durable')).toBe(0);
  expect(await server.redis.client('LIST')).not.toContain('watchfire-confirming');
});
