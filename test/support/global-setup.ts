import { Redis } from 'ioredis';
import type { TestProject } from 'vitest/node';
import { obtainRedisServer, startRedisServer } from '../../src/embedded/server.ts';
import { WatchfireError } from '../../src/errors.ts';
import { eventually } from './eventually.ts';
import { leftoverProcesses, markTestRun } from './processes.ts';
import { restrictedUser, testedRole } from './restricted.ts';

/** One Redis for the whole run. At the end nothing may be left: neither a key, on a server of our own, nor a process. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const redis = await obtainTestRedis((sentence) => void process.stderr.write(`watchfire: ${sentence}\n`));
  const run = markTestRun();
  const role = testedRole();
  const user = role && (await restrictedUser(redis.url, role, '*'));
  project.provide('adminUrl', redis.url);
  project.provide('redisUrl', user?.url ?? redis.url);
  return async () => {
    try {
      await expectNoProcess(run);
      if (redis.ours) await expectEmpty(redis);
      await user?.remove();
    } finally {
      await redis.stop();
    }
  };
}

async function expectNoProcess(run: string): Promise<void> {
  let left: string[] = [];
  const gone = async (): Promise<boolean> => {
    left = await leftoverProcesses(run);
    return left.length === 0;
  };
  await eventually('no process is left', gone).catch(() => {
    throw new Error(`tests left processes behind:\n${left.join('\n')}`);
  });
}

async function expectEmpty({ url }: TestRedis): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    if ((await redis.dbsize()) === 0) return;
    const [, keys] = await redis.scan(0, 'COUNT', 1_000);
    throw new Error(`tests left keys behind, such as ${keys.slice(0, 10).join(', ')}`);
  } finally {
    redis.disconnect();
  }
}

/** The image of docker-compose.yml. */
const IMAGE = 'redis:8-alpine';

/** A server for tests. `ours`: nobody else uses it and it was empty at first, so that at the end it must be empty again. */
type TestRedis = { url: string; ours: boolean; stop: () => Promise<void> };

/**
 * The server of a whole test run: the one of REDIS_URL, else a private one of this machine (installed when need be), else one in a
 * container.
 */
async function obtainTestRedis(say: (sentence: string) => void): Promise<TestRedis> {
  const given = process.env.REDIS_URL;
  if (given) return { url: given, ours: false, stop: async () => undefined };
  try {
    const server = await startRedisServer({ port: 0, dir: null, program: await obtainRedisServer(say), open: true });
    return { url: server.url, ours: true, stop: server.stop };
  } catch (error) {
    if (!(error instanceof WatchfireError) || error.code !== 'REDIS_MISSING') throw error;
    return await inContainer(error);
  }
}

async function inContainer(missing: WatchfireError): Promise<TestRedis> {
  try {
    // Loaded only here: it is large, and most machines never need it.
    const { GenericContainer } = await import('testcontainers');
    const container = await new GenericContainer(IMAGE)
      .withCommand(['redis-server', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'])
      .withExposedPorts(6379)
      .start();
    const url = `redis://${container.getHost()}:${container.getMappedPort(6379)}`;
    return { url, ours: true, stop: async () => void (await container.stop()) };
  } catch (error) {
    // No Docker either: the way to a Redis server is what a person needs to read.
    throw new Error(missing.message, { cause: error });
  }
}
