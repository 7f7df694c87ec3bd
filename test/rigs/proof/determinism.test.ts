import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Applier } from '../../../src/apply/applier.ts';
import { LoadedDefinitions } from '../../../src/apply/loaded-definitions.ts';
import { Matcher } from '../../../src/apply/matcher.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import { putDefinition } from '../../../src/redis/definitions.ts';
import { requireFormat } from '../../../src/redis/format.ts';
import { settle } from '../../../src/redis/steps/settle.ts';
import { type Store, storeOf } from '../../../src/redis/store.ts';
import { eventually, PATIENCE_MS } from '../../support/eventually.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { testClient } from '../../support/redis.ts';
import { ledgerOf } from '../chaos/ledger.ts';
import { randomOf } from '../chaos/load.ts';
import { Crowd } from '../crowd.ts';
import { extent, seedOfRun } from '../extent.ts';
import { AUTOMATIONS, END_MS, longLog } from './long-log.ts';

const ENTRIES = extent('entries', 350);
const SEED = seedOfRun();
const WORKERS = [1, 2, 4];
const CHUNK_SIZES = [1, 7, 100];
/** How many of all pairs are tried: the same number with each number of workers, at least one. */
const SIZES_EACH = Math.max(1, Math.floor(extent('cells', WORKERS.length) / WORKERS.length));

/** A cell takes seconds; processes start slowly on a machine that has other things to do. */
const CELL_TIMEOUT_MS = 5 * PATIENCE_MS;

/** Decisions as if it were always the end of the log, waiting in real time. */
const clock = { ...systemClock, virtualNowMs: () => END_MS };

/** Writes the whole log, then the automations: they see it from its first entry on. */
async function prepare(redis: Redis, namespace: string): Promise<{ store: Store; ids: string[] }> {
  const store = storeOf(namespace, clock.virtualNowMs);
  await requireFormat(redis, store);
  const log = longLog(ENTRIES, randomOf(SEED));
  const pipeline = redis.pipeline();
  for (const { id, fields } of log) pipeline.xadd(store.keys.events, id, ...fields);
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  for (const document of AUTOMATIONS) await putDefinition(redis, store, parseAutomation(document));
  return { store, ids: log.map(({ id }) => id) };
}

/** Whether the whole log is applied and nothing is due any more. */
async function finished(redis: Redis, store: Store): Promise<boolean> {
  const applied = async (): Promise<boolean> => {
    const [newest] = await redis.xrevrange(store.keys.events, '+', '-', 'COUNT', 1);
    return newest?.[0] === (await redis.get(store.keys.position));
  };
  if (!(await applied())) return false;
  const { word, fired, released } = await settle(redis, store);
  return word === 'settled' && fired === 0 && released === 0 && (await applied());
}

/** The share of the log that is applied, from 0 to 1. The engine's own entries come behind it. */
async function progress(redis: Redis, store: Store, ids: readonly string[]): Promise<number> {
  const position = (await redis.get(store.keys.position)) ?? '0-0';
  const index = ids.indexOf(position);
  return index < 0 && position !== '0-0' ? 1 : (index + 1) / ids.length;
}

/** The ledger of a single applier that nobody disturbs, with no scheduler before the end. */
async function ledgerAlone(redis: Redis, namespace: string): Promise<string[]> {
  const { store } = await prepare(redis, namespace);
  const definitions = new LoadedDefinitions(redis, store, new Set(['prefect.log.write']));
  const matcher = new Matcher(definitions, clock);
  const applier = new Applier({ redis, store, matcher, clock, logger: pino({ level: 'silent' }) });
  const { signal } = new AbortController();
  do while ((await applier.applyWaiting(signal)) > 0);
  while (!(await finished(redis, store)));
  return await ledgerOf(redis, namespace);
}

/** The ledger of a crowd of which two are killed and replaced, and which loses its Redis for a while in between. */
async function ledgerOfCrowd(server: PrivateServer, namespace: string, workers: number, chunkSize: number) {
  const { redis } = server;
  const { store, ids } = await prepare(redis, namespace);
  // The log lies in the past, and nothing of it may be trimmed before it is compared.
  const lasting = { retentionMs: Number.MAX_SAFE_INTEGER, ledgerRetentionMs: Number.MAX_SAFE_INTEGER };
  const settings = { chunkSize, virtualNowMs: END_MS, ...lasting };
  const crowd = new Crowd({ redisUrl: server.url, namespace, settings });
  const reached = (share: number) =>
    eventually(`${share} of the log is applied`, async () => (await progress(redis, store, ids)) >= share);
  try {
    await Promise.all(Array.from({ length: workers }, () => crowd.add()));
    await reached(0.2);
    await crowd.kill(0);
    await crowd.add();
    await reached(0.45);
    await server.kill();
    await server.start();
    await reached(0.7);
    await crowd.kill(0.99);
    await crowd.add();
    await eventually('all is applied', () => finished(redis, store));
    return await ledgerOf(redis, namespace);
  } finally {
    await crowd.stop();
  }
}

/** The sizes that are tried with so many workers: others with others, and another time others again. */
function sizesWith(workers: number): number[] {
  const first = SEED + WORKERS.indexOf(workers);
  return Array.from({ length: SIZES_EACH }, (_, i) => CHUNK_SIZES[(first + i) % CHUNK_SIZES.length] as number);
}

let expected: string[];

test('the log makes all kinds of firings, and its automations hear each other', async () => {
  expected = await ledgerAlone(testClient(), freshNamespace({ permanent: ['*'] }));
  const firings = expected.map((line) => JSON.parse(line));
  expect(new Set(firings.map(({ automation }) => automation))).toEqual(new Set(AUTOMATIONS.map(({ id }) => id)));
  expect(new Set(firings.map(({ id }) => id)).size).toBe(firings.length);
  console.log(`seed ${SEED}: ${ENTRIES} entries, ${firings.length} firings`);
});

test.concurrent.each(WORKERS)(
  '%i workers leave the same ledger with chunks of any size, though workers are killed and Redis is restarted',
  async (workers) => {
    const server = await PrivateServer.start({ kept: true });
    try {
      for (const chunkSize of sizesWith(workers)) {
        const ledger = await ledgerOfCrowd(server, `w${workers}c${chunkSize}`, workers, chunkSize);
        expect(ledger, `seed ${SEED}, chunks of ${chunkSize}`).toEqual(expected);
      }
    } finally {
      await server.remove();
    }
  },
  SIZES_EACH * CELL_TIMEOUT_MS,
);
