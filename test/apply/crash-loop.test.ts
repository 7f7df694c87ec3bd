import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';
import { lastDeadLetters } from '../../src/inspect/dead-letters.ts';
import { CRASH_ATTEMPTS } from '../../src/redis/steps/take-over.ts';
import { storeOf } from '../../src/redis/store.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';

const PROGRAM = fileURLToPath(new URL('../rigs/worker-program.ts', import.meta.url));

/** Heap of a worker, and an entry that does not fit into it. */
const HEAP_MEGABYTES = 48;
const OBJECTS = 480_000;

/** One worker process until it dies or has applied all. @returns whether it died */
async function outlived(namespace: string, done: () => Promise<boolean>): Promise<boolean> {
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP_MEGABYTES}`, PROGRAM, inject('redisUrl'), namespace],
    { stdio: 'ignore' },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const gone = once(child, 'exit').then(() => true);
  for (;;) {
    const died = await Promise.race([gone, new Promise<false>((resolve) => setTimeout(resolve, 50, false))]);
    if (died) return true;
    if (!(await done())) continue;
    child.kill('SIGTERM');
    await gone;
    return false;
  }
}

test('an entry that kills every worker that reads it is set aside after a few, and the others are applied', async () => {
  const namespace = freshNamespace({ permanent: [...ENGINE_KEYS, 'attempts'] });
  const redis = testClient();
  const { keys, prefixes } = storeOf(namespace);
  const good = () => redis.xadd(keys.events, '*', 'event', 'x', 'resource.id', 'r');
  for (let i = 0; i < 5; i += 1) await good();
  const list = new Array(OBJECTS).fill('{}').join(',');
  const data = `{"event":"x","resource":{"id":"r"},"payload":{"list":[${list}]}}`;
  const culprit = await redis.xadd(keys.events, '*', 'data', data);
  for (let i = 0; i < 5; i += 1) await good();
  const done = async () => (await redis.hget(keys.counters, 'applied')) === '10';

  let deaths = 0;
  while (await outlived(namespace, done)) {
    deaths += 1;
    expect(deaths).toBeLessThan(CRASH_ATTEMPTS + 4);
    // As if the sign of life of the dead one had run out.
    for (const worker of await redis.zrange(keys.workers, '0', '-1')) await redis.del(prefixes.worker + worker);
  }
  expect(deaths).toBeGreaterThanOrEqual(CRASH_ATTEMPTS);
  expect(await redis.hgetall(keys.counters)).toEqual({ applied: '10', rejected: '1' });
  const size = await redis.xlen(keys.dead);
  const [entry, reason] =
    (await redis.xrevrange(keys.dead, '+', '-'))[0]?.[1].filter((_, i) => i === 3 || i === 5) ?? [];
  expect([size, entry, reason]).toEqual([1, culprit, `poison: ${CRASH_ATTEMPTS} workers died at it`]);
  expect(await lastDeadLetters(redis, storeOf(namespace), 1)).toHaveLength(1);
});
