import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Applier } from '../../../src/apply/applier.ts';
import { LoadedDefinitions } from '../../../src/apply/loaded-definitions.ts';
import { Matcher } from '../../../src/apply/matcher.ts';
import { systemClock } from '../../../src/clock.ts';
import { Watchfire } from '../../../src/index.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import { FRONT } from '../../../src/model/fed.ts';
import { ownFormOf } from '../../../src/model/intake.ts';
import { GLOBAL_PARTITION, layoutOf, partitionNames } from '../../../src/model/partition.ts';
import { putDefinition } from '../../../src/redis/definitions.ts';
import { requireFormat } from '../../../src/redis/format.ts';
import { isAfter } from '../../../src/redis/log.ts';
import { divide } from '../../../src/redis/partitions.ts';
import { partitionStore, type Store, storeOf } from '../../../src/redis/store.ts';
import { eventually, LONG_TEST_MS } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { randomOf } from '../chaos/load.ts';
import { Crowd } from '../crowd.ts';
import { extent, seedOfRun } from '../extent.ts';

/** It starts processes and takes a minute: nothing of it belongs to `npm test`. */
const EVENTS = extent('entries', 0);
const SEED = seedOfRun();
const PARTITIONS = 4;
const CHUNK_SIZES = [1, 7, 100];

/** Spread over the partitions, and global; counted, absent, without a key, hearing each other. */
const AUTOMATIONS = [
  {
    id: 'each',
    name: 'each',
    trigger: { posture: 'Reactive', expect: ['failed'], threshold: 3, within: '1m', for_each: ['id'] },
  },
  {
    id: 'unpaid',
    name: 'unpaid',
    trigger: { posture: 'Proactive', after: ['placed'], expect: ['paid'], within: '1s', for_each: ['id'] },
  },
  { id: 'any', name: 'any', trigger: { posture: 'Reactive', expect: ['failed'], threshold: 5, within: '2s' } },
  { id: 'quiet', name: 'quiet', trigger: { posture: 'Proactive', expect: ['beat'], within: '1s', for_each: ['id'] } },
  {
    id: 'heard',
    name: 'heard',
    trigger: {
      posture: 'Reactive',
      expect: ['automation.triggered'],
      match: { id: 'automation.each' },
      threshold: 2,
      within: '1m',
    },
  },
];

const NAMES = ['failed', 'placed', 'paid', 'beat', 'nothing'];

/** A ledger without what hangs on when and by which worker it was written. */
async function ledgerOf(redis: Redis, { keys }: Store): Promise<string[]> {
  const entries = await redis.xrange(keys.firings, '-', '+');
  return entries.map(([, fields]) => {
    const of = new Map(fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1] ?? ''] as const] : [])));
    return ['firing', 'automation', 'state', 'triggered', 'labels'].map((name) => of.get(name)).join(' ');
  });
}

/** What a log decides by itself: applied once more by one applier, behind the last of its entries, with no scheduler in between. */
async function ledgerAlone(redis: Redis, from: Store, name: string, chunkSize: number): Promise<string[]> {
  const entries = await redis.xrange(from.keys.events, '-', '+');
  const endMs = Number(entries.at(-1)?.[0].split('-')[0] ?? 0);
  const clock = { ...systemClock, virtualNowMs: () => endMs };
  const alone = storeOf(`${from.namespace}.alone-${chunkSize}`, clock.virtualNowMs);
  const store = { ...alone, origin: name };
  await requireFormat(redis, store);
  // Before the first entry, as the automations of the partition were put.
  for (const id of await redis.hkeys(from.keys.automations)) {
    const document = await redis.hget(from.keys.automations, id);
    await putDefinition(redis, store, parseAutomation(JSON.parse(document ?? '')));
  }
  const pipeline = redis.pipeline();
  for (const [id, fields] of entries) {
    pipeline.xadd(store.keys.events, id, ...fields);
    if (ownFormOf(fields) !== null) pipeline.zadd(store.keys.own, id.split('-')[0] ?? '0', id);
  }
  await pipeline.exec();
  const last = entries.at(-1)?.[0] ?? '0-0';
  const definitions = new LoadedDefinitions(redis, store, new Set(['prefect.log.write']));
  await definitions.refresh();
  const matcher = new Matcher(definitions, clock, chunkSize);
  const applier = new Applier({ redis, store, matcher, clock, logger: pino({ level: 'silent' }) });
  const { signal } = new AbortController();
  while ((await redis.get(store.keys.position)) !== last) if ((await applier.applyWaiting(signal)) === 0) break;
  return await ledgerOf(redis, store);
}

/** Waits until all that stands in these logs now is fed on. Marks come without end, so at no moment there need be nothing more to feed. */
async function fedFrom(watchfire: Watchfire, sources: readonly string[]): Promise<void> {
  for (const source of sources) {
    const store = source === FRONT ? watchfire.store : partitionStore(watchfire.store, source);
    const [last] = await watchfire.connections.redis.xrevrange(store.keys.events, '+', '-', 'COUNT', 1);
    await eventually(`what stands in ${source} is fed`, async () => {
      const feeds = (await watchfire.status()).partitions?.feeds.filter((one) => one.source === source) ?? [];
      return feeds.length > 0 && feeds.every(({ fed }) => !isAfter(last?.[0] ?? '0-0', fed));
    });
  }
}

test.runIf(EVENTS > 0)(
  'the ledger of each partition follows from its log, whatever workers did meanwhile and however it is cut',
  async () => {
    const server = await PrivateServer.start({ kept: true });
    const { redis } = server;
    const namespace = 'matrix';
    const watchfire = new Watchfire({ redis: server.url, namespace });
    const crowd = new Crowd({ redisUrl: server.url, namespace });
    try {
      await divide(watchfire, layoutOf(PARTITIONS, 'id'));
      for (const document of AUTOMATIONS) await watchfire.put(document as never);
      await Promise.all([crowd.add(), crowd.add(), crowd.add()]);
      const random = randomOf(SEED);
      for (let i = 0; i < EVENTS; i += 1) {
        const event = NAMES[Math.floor(random() * NAMES.length)] ?? 'beat';
        const resource = { id: `r${Math.floor(random() * 12)}` };
        // Some go straight, some by the front log.
        if (random() < 0.5) await watchfire.emit({ event, resource });
        else await redis.xadd(watchfire.store.keys.events, '*', 'event', event, 'resource.id', resource.id);
        if (i === Math.floor(EVENTS / 3) || i === Math.floor((2 * EVENTS) / 3)) await crowd.replace(random());
      }
      await fedFrom(watchfire, [FRONT]);
      await fedFrom(
        watchfire,
        partitionNames({ count: PARTITIONS }).filter((name) => name !== GLOBAL_PARTITION),
      );
      await eventually('all is applied', async () => (await watchfire.status()).behind === 0);
      await crowd.stop();
      let firings = 0;
      let again = 0;
      for (const name of partitionNames({ count: PARTITIONS })) {
        const store = partitionStore(watchfire.store, name);
        const ledger = await ledgerOf(redis, store);
        firings += ledger.length;
        for (const chunkSize of CHUNK_SIZES) {
          const alone = await ledgerAlone(redis, store, name, chunkSize);
          again += alone.length;
          // Behind its last entry time went on for the engine that ran.
          expect(ledger.slice(0, alone.length), `seed ${SEED}, partition ${name}, chunks of ${chunkSize}`).toEqual(
            alone,
          );
        }
      }
      expect(again).toBeGreaterThan(2 * CHUNK_SIZES.length);
      console.log(`seed ${SEED}: ${EVENTS} events, ${firings} firings in ${PARTITIONS} partitions and the global one`);
    } finally {
      await crowd.stop();
      await watchfire.close();
      await server.remove();
    }
  },
  LONG_TEST_MS,
);
