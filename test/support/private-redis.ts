import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { obtainRedisServer, type RedisServer, startRedisServer } from '../../src/embedded/server.ts';
import { eventually } from './eventually.ts';

/** A Redis that one test may set up, fill, stop and kill as it likes, and a client for it. Both end with the test. */
export type PrivateRedis = Readonly<{ redis: Redis; server: RedisServer; url: string }>;

export async function privateRedis({ kept = false }: { kept?: boolean } = {}): Promise<PrivateRedis> {
  const dir = kept ? await mkdtemp(path.join(tmpdir(), 'watchfire-test-')) : null;
  const server = await startRedisServer({ port: 0, dir, program: await obtainRedisServer(() => undefined) });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  onTestFinished(async () => {
    redis.disconnect();
    // One that was stopped could not hear that it is to end.
    signal(server, 'SIGCONT');
    await server.stop();
    if (dir !== null) await rm(dir, { recursive: true, force: true });
  });
  return { redis, server, url: server.url };
}

/** Stops, continues or kills a server, if it is there. */
export function signal({ pid }: RedisServer, name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Makes `replica` a copy of `primary`, and waits until it is. */
export async function follow(replica: PrivateRedis, primary: PrivateRedis): Promise<void> {
  // It would wait for more replicas, for seconds.
  await primary.redis.config('SET', 'repl-diskless-sync-delay', '0');
  await replica.redis.replicaof('127.0.0.1', primary.server.port);
  const caughtUp = async (): Promise<boolean> =>
    /^slave\d+:.*state=online/m.test(await primary.redis.info('replication')) &&
    /^master_link_status:up/m.test(await replica.redis.info('replication'));
  await eventually('the replica has caught up', caughtUp, { timeoutMs: 15_000 });
}
