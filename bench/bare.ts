import { readFile } from 'node:fs/promises';
import { type JobsOptions, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { ENGINE_GROUP } from '../src/redis/keys.ts';
import { STORE } from './engine.ts';
import { timed } from './measure.ts';
import { serve } from './program.ts';

/**
 * What an engine is compared with: the same load with nothing but the commands that it cannot do without. `bare.ts URL`,
 * a process of its own like the worker.
 */
const [url = ''] = process.argv.slice(2);
const redis = new Redis(url);
const { events } = STORE.keys;

/** Entries of one read or one script call, as the engine takes them. */
const CHUNK = 100;

/** Script calls under way: Redis has always got the next one at hand. */
const CALLS_UNDER_WAY = 4;

/** Jobs of one call of addBulk, as the relay does it. */
const BULK = 50;

type Job = { name: string; data: unknown; opts: JobsOptions };

let source = '';
let batched = false;
let calls: string[][] = [];
let delays: number[] = [];
let waiting = false;

async function prepare(file: string, prepared: string[][]): Promise<void> {
  source = await readFile(new URL(file, import.meta.url), 'utf8');
  batched = file === 'batched.lua';
  calls = prepared;
}

/** Runs bare.lua over the prepared calls, or batched.lua, which names its keys itself. Answers in how many ms. */
async function script(): Promise<number> {
  const { position, due, firings, counters } = STORE.keys;
  const sha = String(await redis.script('LOAD', source));
  const keys = batched ? [] : [position, due, firings, counters];
  let next = 0;
  const line = async (): Promise<void> => {
    for (let values = calls[next++]; values; values = calls[next++]) {
      await redis.evalsha(sha, keys.length, ...keys, ...values);
    }
  };
  return await timed(() => Promise.all(Array.from({ length: CALLS_UNDER_WAY }, line)));
}

/** Reads and acknowledges entries, the next ones while the last are acknowledged, until there are none. Answers in how many ms. */
async function read(): Promise<number> {
  const reader = redis.duplicate();
  await redis.xgroup('CREATE', events, ENGINE_GROUP, '0', 'MKSTREAM');
  const ms = await timed(async () => {
    let acknowledged: Promise<unknown> = Promise.resolve();
    for (;;) {
      const answer = await reader.xreadgroup('GROUP', ENGINE_GROUP, 'bare', 'COUNT', CHUNK, 'STREAMS', events, '>');
      const entries = (answer as [string, [string, string[]][]][] | null)?.[0]?.[1] ?? [];
      await acknowledged;
      if (entries.length === 0) return;
      acknowledged = redis.xack(events, ENGINE_GROUP, ...entries.map(([id]) => id));
    }
  });
  reader.disconnect();
  return ms;
}

/** Adds jobs with BullMQ's own addBulk, one call after the other. Answers in how many ms. */
async function bulk(jobs: readonly Job[]): Promise<number> {
  const queue = new Queue('bare', { connection: redis });
  const ms = await timed(async () => {
    for (let at = 0; at < jobs.length; at += BULK) await queue.addBulk(jobs.slice(at, at + BULK));
  });
  await queue.close();
  return ms;
}

/** Turns every event of the log into a job, without deciding anything, until `leave`. */
async function relay(): Promise<void> {
  const reader = redis.duplicate();
  const queue = new Queue('bare', { connection: redis });
  await redis.xgroup('CREATE', events, ENGINE_GROUP, '0', 'MKSTREAM');
  waiting = true;
  const loop = async (): Promise<void> => {
    while (waiting) {
      const group = ['GROUP', ENGINE_GROUP, 'bare'] as const;
      const answer = await reader.xreadgroup(...group, 'COUNT', CHUNK, 'BLOCK', 100, 'STREAMS', events, '>');
      const entries = (answer as [string, [string, string[]][]][] | null)?.[0]?.[1] ?? [];
      if (entries.length === 0) continue;
      const found = entries.map(
        ([, fields]) => JSON.parse(fields[1] ?? '{}') as { id: string; payload: { sent: number } },
      );
      await queue.addBulk(found.map((event) => ({ name: 'job', data: event, opts: { jobId: event.id } })));
      const now = performance.timeOrigin + performance.now();
      for (const { payload } of found) delays.push(now - payload.sent);
      await redis.xack(events, ENGINE_GROUP, ...entries.map(([id]) => id));
    }
    reader.disconnect();
    await queue.close();
  };
  void loop();
}

serve(
  {
    prepare: async (prepared: string[][]) => await prepare('bare.lua', prepared),
    batches: async (prepared: string[][]) => await prepare('batched.lua', prepared),
    script,
    read,
    bulk,
    relay,
    delays: () => {
      const taken = delays;
      delays = [];
      return taken;
    },
  },
  async () => {
    waiting = false;
    redis.disconnect();
    await Promise.resolve();
  },
);
