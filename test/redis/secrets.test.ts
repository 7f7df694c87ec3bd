import type { ChildProcess } from 'node:child_process';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import type { AutomationDocument } from '../../src/index.ts';
import { Connections } from '../../src/redis/connection.ts';
import { openRedis } from '../../src/redis/open.ts';
import { redact } from '../../src/redis/redact.ts';
import { run, start } from '../cli/run.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { type PrivateRedis, privateRedis } from '../support/private-redis.ts';

/** Stands for a password and for what users send; a reader of logs must never see it. */
const CANARY = 'CANARY5d41402abc';

const event = { event: 'order.failed', resource: { id: 'customer.7' }, payload: { card: CANARY } };
const automation: AutomationDocument = {
  id: 'A',
  name: 'a',
  trigger: { posture: 'Reactive', expect: ['order.failed'], within: 60, for_each: ['id'], threshold: 2 },
  actions: [{ type: 'queue', queue: 'mail' }],
};

/** A server whose password is the canary, and its URL. */
async function guarded(): Promise<{ server: PrivateRedis; redis: Redis; url: string; secret: string }> {
  const server = await privateRedis();
  await server.redis.config('SET', 'requirepass', CANARY);
  await server.redis.auth(CANARY);
  const { redis, url } = server;
  return { server, redis, url, secret: url.replace('redis://', `redis://:${CANARY}@`) };
}

/** All that could be printed of an error: what Node prints, its hidden parts, and what pino makes of it. */
function allOf(error: unknown): string {
  const lines: string[] = [];
  pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }).error(error, 'failed');
  return [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), ...lines].join('\n');
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return allOf(error);
}

function engine(options: ConstructorParameters<typeof Watchfire>[0]): Watchfire {
  const watchfire = new Watchfire(options);
  onTestFinished(() => watchfire.close());
  return watchfire;
}

describe('an error', () => {
  test('would hold what was sent, if nobody took it out', async () => {
    const { redis } = await privateRedis();
    await redis.set('k', 'x');
    expect(await failureOf(redis.xadd('k', '*', 'data', CANARY))).toContain(CANARY);
    const quiet = redact(redis.duplicate());
    onTestFinished(() => quiet.disconnect());
    expect(await failureOf(quiet.xadd('k', '*', 'data', CANARY))).not.toContain(CANARY);
  });

  test.each([
    ['of a wrong key', (redis: Redis, key: string) => redis.set(key, 'x')],
    ['of memory that is short', (redis: Redis) => redis.config('SET', 'maxmemory', '1')],
    ['of a user who may not', (redis: Redis) => redis.acl('SETUSER', 'default', '-xadd')],
    ['of a server that is a replica', (redis: Redis) => redis.replicaof('127.0.0.1', 1)],
  ])('%s holds nothing of the event, with its own client or one handed in', async (_, provoke) => {
    const { redis, secret } = await guarded();
    const own = engine({ redis: secret });
    const foreign = new Redis(secret);
    onTestFinished(() => foreign.disconnect());
    const handedIn = engine({ redis: foreign });
    await provoke(redis, own.store.keys.events);
    for (const watchfire of [own, handedIn]) expect(await failureOf(watchfire.emit(event))).not.toContain(CANARY);
  });

  test.each(['redis://:{}@127.0.0.1:1', 'redis://x:{}@[::', 'http://{}@h', 'redis://u:1#{}@h'])(
    'of an address like %s does not show its password',
    async (pattern) => {
      const url = pattern.replace('{}', CANARY);
      let thrown: unknown = null;
      try {
        const watchfire = engine({ redis: url });
        await watchfire.close();
      } catch (error) {
        thrown = error;
      }
      expect(allOf(thrown)).not.toContain(CANARY);
      for (const debug of ['', '1']) {
        const { err, out } = await run(['list', '--redis', url], { env: { WATCHFIRE_DEBUG: debug } });
        expect([...err, ...out].join('\n')).not.toContain(CANARY);
        expect(err.length).toBeGreaterThan(0);
      }
    },
  );

  test('of a wrong password does not show it', async () => {
    const { url } = await guarded();
    const wrong = url.replace('redis://', `redis://u:not${CANARY}@`);
    expect(await failureOf(openRedis(wrong, new AbortController().signal))).not.toContain(CANARY);
    const { logger, lines } = logLines();
    const connections = new Connections(wrong, logger);
    onTestFinished(() => connections.close());
    const seen: string[] = [];
    connections.redis.on('error', (error) => void seen.push(allOf(error)));
    await eventually('it is refused', () => lines.length > 0 && seen.length > 0);
    expect(seen.join('\n')).toContain('WRONGPASS');
    expect(JSON.stringify(lines) + seen.join('\n')).not.toContain(CANARY);
  });
});

describe('what is printed', () => {
  test('by workers and verbs in all kinds of trouble never holds a password or a payload', async () => {
    const { redis, server, secret } = await guarded();
    const printed: string[] = [];
    const listen = (...argv: string[]) => {
      const child = start(argv, { REDIS_URL: secret, WATCHFIRE_DEBUG: '1' });
      for (const pipe of [child.stdout, child.stderr]) pipe?.on('data', (chunk) => void printed.push(String(chunk)));
      return child;
    };
    const said = (text: string) => () => printed.join('').includes(text);
    const watchfire = engine({ redis: secret });
    const { keys } = watchfire.store;
    await watchfire.put(automation);
    const worker = listen('worker', '--log-level', 'trace');
    const tail = listen('tail');
    await eventually('the worker has started', said('worker started'));
    await eventually('somebody listens', async () => Number((await redis.pubsub('NUMSUB', keys.live))[1]) > 0);

    const applied = async (count: number): Promise<void> => {
      await eventually(`${count} entries are dealt with`, async () => {
        const counted = Object.values(await redis.hgetall(keys.counters)).map(Number);
        return counted.reduce((sum, one) => sum + one, 0) >= count;
      });
    };
    await watchfire.emit(event);
    await redis.xadd(keys.events, '*', 'data', `{"event": ${CANARY}}`);
    await redis.xadd(keys.events, '*', 'data', JSON.stringify({ event: 'x', payload: CANARY }));
    await redis.xadd(keys.events, '*', 'event', 'x', 'resource.id', 'r', 'payload.a', CANARY, 'payload.a', CANARY);
    await redis.xadd(keys.events, '*', 'released', `{${CANARY}`);
    await redis.xadd(keys.events, '*', 'firing', CANARY);
    await applied(6);
    await redis.script('FLUSH');
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await watchfire.emit({ ...event, id: CANARY.slice(0, 3) });
    await applied(7);
    // A window that cannot be read: one entry fails each time, and is set aside.
    const [windows = ''] = await redis.keys(`${watchfire.store.prefixes.windows}*`);
    const [key = ''] = await redis.hkeys(windows);
    await redis.hset(windows, key, 'x');
    await watchfire.emit({ ...event, id: 'broken' });
    await eventually('the broken one is logged', said('cannot be read'));
    await applied(8);
    // Windows of the wrong type: applying fails as a whole.
    await redis.set(windows, 'x');
    await watchfire.emit({ ...event, id: 'whole' });
    await eventually('the whole one is logged', said('WRONGTYPE'));
    await redis.config('SET', 'maxmemory', '1');
    await eventually('short memory is logged', said('OOM'));
    await redis.config('SET', 'maxmemory', '0');
    for (const argv of [['status'], ['firings'], ['windows'], ['list'], ['dlq', 'ls']]) {
      const { out, err } = await run([...argv], { env: { REDIS_URL: secret, WATCHFIRE_DEBUG: '1' } });
      printed.push(...out, ...err);
    }
    await server.kill();
    await eventually('the lost connection is logged', said('redis connection failed'));
    for (const argv of [['status'], ['send', 'x', 'resource.id=r', `payload.a=${CANARY}`]]) {
      const { out, err } = await run([...argv], { env: { REDIS_URL: secret, WATCHFIRE_DEBUG: '1' } });
      printed.push(...out, ...err);
    }
    for (const child of [worker, tail]) child.kill('SIGTERM');
    const over = ({ exitCode, signalCode }: ChildProcess): boolean => (exitCode ?? signalCode) !== null;
    await eventually('both have ended', () => over(worker) && over(tail));
    const all = printed.join('\n');
    expect(all.length).toBeGreaterThan(1_000);
    expect(all.split('\n').filter((line) => line.includes(CANARY))).toEqual([]);
  });
});
