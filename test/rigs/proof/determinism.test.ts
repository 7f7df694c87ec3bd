import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Applier } from '../../../src/apply/applier.ts';
import { LoadedDefinitions } from '../../../src/apply/loaded-definitions.ts';
import { Matcher } from '../../../src/apply/matcher.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import { putDefinition } from '../../../src/redis/definitions.ts';
import { settle } from '../../../src/redis/steps/settle.ts';
import { type Store, storeOf } from '../../../src/redis/store.ts';
import { eventually } from '../../support/eventually.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { testClient } from '../../support/redis.ts';
import { Crowd } from '../chaos/crowd.ts';
import { ledgerOf } from '../chaos/ledger.ts';
import { randomOf } from '../chaos/load.ts';
import { AUTOMATIONS, END_MS, longLog } from './long-log.ts';

const ENTRIES = 2_000;
const SEED = Number(process.env.WATCHFIRE_PROOF_SEED ?? Date.now() % 1_000_000);
const WORKERS = [1, 2, 4];
const CHUNK_SIZES = [1, 7, 100];
const PROGRAM = fileURLToPath(new URL('timed-worker.ts', import.meta.url));

/** A cell takes seconds; processes start slowly on a machine that has other things to do. */
const CELL_TIMEOUT_MS = 60_000;

/** Decisions as if it were always the end of the log, waiting in real time. */
const clock = { ...systemClock, virtualNowMs: () => END_MS };

/** Writes the whole log, then the automations: they see it from its first entry on. */
async function prepare(redis: Redis, namespace: string): Promise<{ store: Store; ids: string[] }> {
  const store = storeOf(namespace, clock.virtualNowMs);
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
  const crowd = new Crowd(server.url, namespace, PROGRAM, [String(chunkSize), String(END_MS)]);
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
    await crowd.kill(workers - 1);
    await crowd.add();
    await eventually('all is applied', () => finished(redis, store));
    return await ledgerOf(redis, namespace);
  } finally {
    await crowd.stop();
  }
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
  '%i workers leave the same ledger with chunks of 1, 7 and 100, though workers are killed and Redis is restarted',
  async (workers) => {
    const server = await PrivateServer.start({ kept: true });
    try {
      for (const chunkSize of CHUNK_SIZES) {
        const ledger = await ledgerOfCrowd(server, `w${workers}c${chunkSize}`, workers, chunkSize);
        expect(ledger, `seed ${SEED}, chunks of ${chunkSize}`).toEqual(expected);
      }
    } finally {
      await server.remove();
    }
  },
  CHUNK_SIZES.length * 2 * CELL_TIMEOUT_MS,
);
