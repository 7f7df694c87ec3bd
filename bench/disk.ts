import { Redis } from 'ioredis';
import { obtainRedisServer, startRedisServer } from '../src/embedded/server.ts';
import { append, define, endOf, type Log, logOf, STORE, untilApplied, withWorkers } from './engine.ts';
import { median } from './measure.ts';
import type { Context, Result } from './result.ts';
import { counted, counters } from './shop.ts';

const AUTOMATIONS = 1_000;

/** What an event adds to the append-only file of Redis, and to what its replicas are sent. */
export async function run(context: Context): Promise<Result[]> {
  const events = context.short ? 10_000 : 50_000;
  const [found, base]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < context.pairs; pair += 1) {
    const { applied, appended } = await measured(context, events);
    found.push(applied);
    base.push(appended);
  }
  return [
    {
      name: 'an applied event, every fifth fires: bytes of the append-only file',
      value: median(found),
      unit: 'bytes',
      better: 'less',
      against: 'the XADD that brought the event',
      base: median(base),
      ratio: median(found.map((bytes, i) => bytes / (base[i] ?? Number.NaN))),
      targets: [{ of: 'value', bound: 350 }],
      note: 'the firing among them; what the producer wrote is not counted',
    },
  ];
}

/** In a server of its own, which keeps such a file and does not begin it anew. */
async function measured(context: Context, events: number): Promise<{ applied: number; appended: number }> {
  const settings = { appendonly: 'yes', 'auto-aof-rewrite-percentage': '0' };
  const program = await obtainRedisServer(context.say);
  const server = await startRedisServer({ port: 0, dir: null, program, settings, open: true });
  const redis = new Redis(server.url);
  try {
    await define(redis, counters(AUTOMATIONS));
    return await withWorkers({ url: server.url }, 1, async ([worker]) => {
      const before = logOf(AUTOMATIONS, 0, (i) => counted(i, AUTOMATIONS, 'w'));
      const log = logOf(events, endOf(before), (i) => counted(i, AUTOMATIONS, ''));
      await append(redis, before);
      await worker?.ask('start');
      await untilApplied(redis, before);
      const beforeLog = await written(redis);
      await plain(redis, log, STORE.keys.events);
      await untilApplied(redis, log);
      const all = (await written(redis)) - beforeLog;
      const beforeCopy = await written(redis);
      await plain(redis, log, `${STORE.keys.events}-copied`);
      const alone = (await written(redis)) - beforeCopy;
      return { applied: (all - alone) / events, appended: alone / events };
    });
  } finally {
    redis.disconnect();
    await server.stop();
  }
}

/** As producers do it: one command for each event. */
async function plain(redis: Redis, log: Log, key: string): Promise<void> {
  for (let at = 0; at < log.length; at += 1_000) {
    const pipeline = redis.pipeline();
    for (const [id, data] of log.slice(at, at + 1_000)) pipeline.xadd(key, id, 'data', data);
    await pipeline.exec();
  }
}

/** Bytes of the file so far. */
async function written(redis: Redis): Promise<number> {
  return Number(/^aof_current_size:(\d+)/m.exec(await redis.info('persistence'))?.[1]);
}
