import { randomInt } from 'node:crypto';
import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { Check } from '../../src/doctor/check.ts';
import { rightsOf, sampleOf } from '../../src/doctor/rights.ts';
import { Watchfire } from '../../src/engine.ts';
import { workerCommands } from '../../src/redis/acl.ts';
import { FORMAT } from '../../src/redis/keys.ts';
import { storeOf } from '../../src/redis/store.ts';
import { privateRedis } from '../support/private-redis.ts';
import { restrictedUser } from '../support/restricted.ts';
import { type Ran, run } from './run.ts';

/** Of a node of a cluster; its bus listens 10,000 above. Both are below the ports that systems give to clients. */
const NODE_PORTS = [10_000, 20_000] as const;
const NODE_ATTEMPTS = 10;

type Report = { status: number; healthy: boolean; checks: Record<string, Check> };

async function doctor(url: string, ...argv: string[]): Promise<Report> {
  const { status, out, err } = await run(['doctor', '--redis', url, '-o', 'json', ...argv]);
  expect(err).toEqual([]);
  const { healthy, checks } = JSON.parse(out.join('\n')) as { healthy: boolean; checks: Check[] };
  return { status, healthy, checks: Object.fromEntries(checks.map((check) => [check.name, check])) };
}

/** The names of checks that are not ok, and how bad they are. */
function troubles({ checks }: Report): Record<string, string> {
  const found = Object.values(checks).filter(({ grade }) => grade !== 'ok');
  return Object.fromEntries(found.map(({ name, grade }) => [name, grade]));
}

describe('watchfire doctor', () => {
  test('finds nothing bad on a server that is set up as it should be', async () => {
    const { redis, url } = await privateRedis({ kept: true });
    await redis.config('SET', 'maxmemory', '1gb');
    const watchfire = new Watchfire({ redis: url });
    onTestFinished(() => watchfire.close());
    await watchfire.startWorker();
    const report = await doctor(url);
    expect(report).toMatchObject({ status: 0, healthy: true });
    const { 'known faults': _, ...others } = troubles(report);
    expect(others).toEqual({});
  });

  test('changes nothing', async () => {
    const { redis, url } = await privateRedis();
    await doctor(url);
    expect(await redis.dbsize()).toBe(0);
  });

  test('prints a line for each check, and below it what to do where something is not as it should be', async () => {
    const { redis, url } = await privateRedis();
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru', 'maxmemory', '1gb');
    const { status, out }: Ran = await run(['doctor', '--redis', url]);
    expect(status).toBe(1);
    const at = out.findIndex((line) => /^BAD +eviction +when memory is short Redis throws state away/.test(line));
    expect(out[at + 1]).toMatch(/^ +> set maxmemory-policy to noeviction$/);
    expect(out.some((line) => /^ok +version +(Redis|Valkey) \d/.test(line))).toBe(true);
    expect(out.at(-1)).toMatch(/^\d+ ok, \d+ to look at, [1-9] bad$/);
  });

  test.each([
    ['memory', [], 'ok'],
    ['fsync', ['--durability', 'fsync'], 'bad'],
  ])('holds a server without a file against the mode %s', async (_, argv, durability) => {
    const { url } = await privateRedis();
    const { status, checks } = await doctor(url, ...argv);
    expect([status, checks.persistence?.grade, checks.durability?.grade]).toEqual([1, 'bad', durability]);
  });

  test('holds the replicas there are against the mode replicated', async () => {
    const [primary, replica] = await Promise.all([privateRedis(), privateRedis()]);
    const replicated = ['--durability', 'replicated'];
    expect((await doctor(primary.url, ...replicated)).checks.replicas).toMatchObject({ grade: 'bad' });
    await replica.follow(primary);
    expect((await doctor(primary.url, ...replicated)).checks.replicas).toMatchObject({ grade: 'warning' });
    const { checks } = await doctor(primary.url, ...replicated, '--min-replicas', '2');
    expect(checks.replicas?.found).toMatch(/^1 replica online, the mode replicated wants 2/);
    expect((await doctor(replica.url)).checks.role).toMatchObject({ grade: 'bad' });
  });

  test('compares the clocks, to within the time that the question took', async () => {
    const { url } = await privateRedis();
    const { checks } = await doctor(url);
    expect(checks.clock).toMatchObject({
      grade: 'ok',
      found: expect.stringMatching(/^Redis is \d{1,3} ms (ahead|behind)/),
    });
  });

  test('tells events that nobody applies, dead letters, lost entries and quotas', async () => {
    const { redis, url } = await privateRedis();
    const { keys } = storeOf('wf');
    await redis.set(keys.format, FORMAT);
    await redis.xadd(keys.events, '1000-0', 'event', 'x', 'resource.id', 'r');
    await redis.xadd(keys.dead, '*', 'source', 'events', 'entry', '1-0', 'reason', 'x');
    await redis.hset(keys.damage, keys.events, `${Date.now()} lost 3 entries were removed`);
    await redis.hset(keys.quotas, 'windows', 2);
    await redis.hset(keys.quota_used, '', 2, 'A', 2);
    const found = troubles(await doctor(url));
    expect(found).toMatchObject({
      workers: 'bad',
      log: 'bad',
      'dead letters': 'warning',
      'ids of entries': 'bad',
      'lost entries': 'bad',
      quotas: 'warning',
    });
  });
});

describe('a server that cannot be used', () => {
  test('that does not answer is one bad finding', async () => {
    const { status, checks } = await doctor('redis://:secret@127.0.0.1:1');
    expect(status).toBe(1);
    expect(checks.connection).toMatchObject({
      grade: 'bad',
      found: expect.stringContaining('redis://:***@127.0.0.1:1'),
    });
  });

  test('that asks for a password we have not is one bad finding', async () => {
    const { redis, url } = await privateRedis();
    await redis.config('SET', 'requirepass', 'swordfish');
    expect((await doctor(url)).checks.connection).toMatchObject({ found: expect.stringContaining('NOAUTH') });
  });

  test('elsewhere that lets everybody in is bad', async () => {
    const { server } = await privateRedis();
    const { checks } = await doctor(`redis://0.0.0.0:${server.port}`);
    expect(checks.protection).toMatchObject({ grade: 'bad' });
  });

  test('in a cluster that has not our slot is bad', async () => {
    const url = await clusterNode();
    const { status, checks } = await doctor(url);
    expect(status).toBe(1);
    expect(checks.cluster).toMatchObject({ grade: 'bad', found: expect.stringMatching(/CLUSTERDOWN/) });
  });
});

/** A node of a cluster in which nobody has any slot. */
async function clusterNode(): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await privateRedis({ port: randomInt(...NODE_PORTS), settings: { 'cluster-enabled': 'yes' } })).url;
    } catch (error) {
      // Its port or that of its bus was taken.
      if (attempt === NODE_ATTEMPTS) throw error;
    }
  }
}

describe('the rights of a user', () => {
  const adminUrl = (): string => inject('adminUrl');

  test('of a worker are all it needs', async () => {
    const user = await restrictedUser(adminUrl(), 'worker', 'n');
    onTestFinished(() => user.remove());
    const { checks } = await doctor(user.url, '--namespace', 'n');
    expect(checks.rights).toMatchObject({ grade: 'ok' });
    expect(checks.scripts).toMatchObject({ grade: 'ok' });
    const { checks: others } = await doctor(user.url, '--namespace', 'other');
    expect(others.rights).toMatchObject({ grade: 'bad' });
  });

  test.each(['viewer', 'producer', 'consumer'] as const)('of a %s are too few to work', async (role) => {
    const user = await restrictedUser(adminUrl(), role, 'n');
    onTestFinished(() => user.remove());
    const redis = new Redis(user.url, { maxRetriesPerRequest: 1 });
    onTestFinished(() => redis.disconnect());
    const { missing, untried } = await rightsOf(redis, storeOf('n'), {});
    const cannotAsk = role === 'producer';
    expect(cannotAsk ? untried : missing.join(' ')).toMatch(cannotAsk ? /^NOPERM/ : /xgroup\|create/);
  });

  test('that lacks a single command learns which', async () => {
    const user = await restrictedUser(adminUrl(), 'worker', 'n');
    onTestFinished(() => user.remove());
    const admin = new Redis(adminUrl());
    onTestFinished(() => admin.disconnect());
    await admin.acl('SETUSER', user.name, '-xsetid', '-xgroup|setid');
    const { checks } = await doctor(user.url, '--namespace', 'n');
    expect(checks.rights?.found).toMatch(/it may not: XSETID, XGROUP SETID$/);
  });

  test('are asked with commands that are whole, so that nothing but a right can be refused', async () => {
    const admin = new Redis(adminUrl());
    onTestFinished(() => admin.disconnect());
    for (const fsync of [undefined, 'waitaof', 'always'] as const) {
      expect(await rightsOf(admin, storeOf('n'), { fsync })).toEqual({ missing: [], untried: null });
      for (const command of workerCommands({ fsync }))
        expect(sampleOf(command, storeOf('n')).length).toBeGreaterThan(0);
    }
    expect(await admin.exists('{n}:events', '{n}:bull:x')).toBe(0);
  });
});
