import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from './eventually.ts';
import { freshNamespace, keysIn, leakedKeys } from './namespace.ts';
import { leftoverProcesses } from './processes.ts';
import { adminClient } from './redis.ts';

describe('a namespace', () => {
  const used: string[] = [];

  test('lists its own keys only', async () => {
    const redis = adminClient();
    const [one, other] = [freshNamespace({ permanent: ['a*'] }), freshNamespace({ permanent: ['c'] })];
    used.push(one, other);
    await redis.mset(`{${one}}:a:2`, 'x', `{${one}}:a:1`, 'x', `{${other}}:c`, 'x');
    expect(await keysIn(redis, one)).toEqual(['a:1', 'a:2']);
    expect(await keysIn(redis, other)).toEqual(['c']);
  });

  test('is empty when its test is over', async () => {
    const redis = adminClient();
    expect(used).toHaveLength(2);
    for (const namespace of used) expect(await keysIn(redis, namespace)).toEqual([]);
  });

  test('tells a leak from keys that are permanent or have a time to live', async () => {
    const redis = adminClient();
    const namespace = freshNamespace({ permanent: ['*'] });
    for (const key of ['log', 'log:2', 'bull:q:1', 'window:1']) await redis.set(`{${namespace}}:${key}`, 'x');
    await redis.set(`{${namespace}}:worker:1`, 'x', 'PX', 60_000);
    expect(await leakedKeys(redis, namespace, ['log', 'bull:*'])).toEqual(['log:2', 'window:1']);
    expect(await leakedKeys(redis, namespace, [])).toEqual(['bull:q:1', 'log', 'log:2', 'window:1']);
  });
});

describe('eventually', () => {
  test('gives the first truthy value', async () => {
    let looks = 0;
    expect(await eventually('three looks', () => (++looks === 3 ? 'seen' : ''))).toBe('seen');
  });

  test('looks again after an error', async () => {
    let looks = 0;
    const probe = (): boolean => {
      looks += 1;
      if (looks === 1) throw new Error('not yet');
      return true;
    };
    expect(await eventually('no error', probe)).toBe(true);
  });

  test('fails with its sentence and what it saw last', async () => {
    const failing = eventually('the queue is empty', () => false, { timeoutMs: 5 });
    await expect(failing).rejects.toThrow('the queue is empty: not within 5 ms, last seen: false');
  });
});

test('a process that a test started is known until it has gone', async () => {
  const run = process.env.WATCHFIRE_TEST_RUN ?? '';
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  if (process.platform === 'linux') {
    await eventually('it is found', async () => (await leftoverProcesses(run)).includes(`${child.pid} sleep 60`));
  }
  child.kill('SIGKILL');
  await eventually('it is not found any more', async () =>
    (await leftoverProcesses(run)).every((line) => !line.startsWith(`${child.pid} `)),
  );
});
