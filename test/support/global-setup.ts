import { Redis } from 'ioredis';
import type { TestProject } from 'vitest/node';
import { eventually } from './eventually.ts';
import { leftoverProcesses, markTestRun } from './processes.ts';
import { restrictedUser, testedRole } from './restricted.ts';
import { obtainTestRedis, type TestRedis } from './server.ts';

/** How long a process that was told to end may take until it counts as left behind. */
const LEAVE_TIMEOUT_MS = 5_000;

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
  await eventually('no process is left', gone, { timeoutMs: LEAVE_TIMEOUT_MS }).catch(() => {
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
