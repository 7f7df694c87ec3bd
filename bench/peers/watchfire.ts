import { createRequire } from 'node:module';
import path from 'node:path';
import { Redis } from 'ioredis';
import { obtainRedisServer, startRedisServer } from '../../src/embedded/server.ts';
import { appear, define, STORE, untilApplied, withWorkers } from '../engine.ts';
import type { Context } from '../result.ts';
import type { Load } from './load.ts';
import { processorMs } from './processor.ts';
import type { Ready, System } from './system.ts';
import { type Heard, type Speed, speedOf } from './verdict.ts';

export const watchfire: System = {
  name: 'Watchfire',
  keeps: 'every event, on disk every second',
  needs: [],
  bounds: {},
  short: { warm: 50_000, events: 100_000 },
  whole: { warm: 50_000, events: 300_000 },
  prepare,
};

const FIVE_FAILED_ORDERS = {
  id: 'five',
  name: 'five failed orders of one customer',
  trigger: { posture: 'Reactive', expect: ['order.failed'], threshold: 5, within: 600, for_each: ['id'] },
  actions: [],
};

/** A Redis that keeps an append-only file, and one worker. */
async function prepare({ say }: Context): Promise<Ready> {
  const program = await obtainRedisServer(say);
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return {
    version: `${version}, Redis ${program.version}, Node ${process.versions.node}`,
    run: async (load, folder) => {
      const server = await startRedisServer({ port: 0, dir: path.join(folder, 'redis'), program });
      const redis = new Redis(server.url);
      try {
        return await measured(redis, server, load);
      } finally {
        redis.disconnect();
        await server.stop();
      }
    },
  };
}

async function measured(
  redis: Redis,
  server: { url: string; pid: number },
  { size, warm, measured }: Load,
): Promise<Speed> {
  await define(redis, [FIVE_FAILED_ORDERS]);
  return await withWorkers(server, 1, async (workers) => {
    const heard: Heard[] = [];
    const hear = async (at: string): Promise<void> => {
      const ms = performance.now();
      const spent = processorMs([server.pid, ...workers.map(({ pid }) => pid)]);
      heard.push({ at, ms, processorMs: spent, fired: await redis.xlen(STORE.keys.firings) });
    };
    await appear(redis, warm);
    await Promise.all(workers.map((worker) => worker.ask('start')));
    await untilApplied(redis, warm);
    await appear(redis, measured);
    await hear('warm');
    await untilApplied(redis, measured);
    await hear('end');
    await hear('done');
    return speedOf(heard, size);
  });
}
