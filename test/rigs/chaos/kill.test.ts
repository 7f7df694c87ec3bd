import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { type AutomationDocument, Watchfire } from '../../../src/index.ts';
import { keysOf } from '../../../src/redis/keys.ts';
import { settle } from '../../../src/redis/steps/settle.ts';
import { storeOf } from '../../../src/redis/store.ts';
import { eventually, LONG_TEST_MS } from '../../support/eventually.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { Crowd } from '../crowd.ts';
import { extent, seedOfRun } from '../extent.ts';
import { copyLog, drained, jobsOf, ledgerOf, pendingOf } from './ledger.ts';
import { AUTOMATIONS, push, randomOf } from './load.ts';

const SECONDS = extent('seconds', 4);
const KILL_EVERY_MS = 500;
const EVENTS_PER_KILL = 250;
/** Longer than the window of the absences in AUTOMATIONS: after it nothing more is due. */
const QUIET_MS = 11_000;

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject('redisUrl'));
});
afterAll(() => redis.disconnect());

/** Waits until the log of a namespace is applied and, after `quietMs`, no absence of AUTOMATIONS can be due any more. */
async function settled(namespace: string, quietMs: number): Promise<void> {
  await eventually('the log is applied and every firing handed on', () => drained(redis, namespace));
  await pause(Math.max(0, quietMs - Date.now()));
  await eventually('nothing is due', async () => {
    const { word, fired, released } = await settle(redis, storeOf(namespace));
    return word === 'settled' && fired === 0 && released === 0;
  });
  await eventually('nothing is left to hand on', () => drained(redis, namespace));
}

test(
  'four workers, one killed every half second, leave the ledger of a single one and one job for each firing and action',
  async () => {
    const seed = seedOfRun();
    const random = randomOf(seed);
    const namespace = freshNamespace({ permanent: ['*'] });
    const alone = freshNamespace({ permanent: ['*'] });
    const writer = new Watchfire({ redis, namespace });
    for (const automation of AUTOMATIONS) await writer.put(automation as AutomationDocument);
    const crowd = new Crowd({ redisUrl: inject('redisUrl'), namespace });
    onTestFinished(() => crowd.end());
    await Promise.all([crowd.add(), crowd.add(), crowd.add(), crowd.add()]);

    let sent = 0;
    let kills = 0;
    for (const end = performance.now() + SECONDS * 1_000; performance.now() < end; kills += 1) {
      await push(redis, namespace, sent, sent + EVENTS_PER_KILL, random);
      sent += EVENTS_PER_KILL;
      await pause(KILL_EVERY_MS);
      await crowd.replace(random());
    }
    // Absences wait as much longer as the last event came late. This one does not, so nothing waits longer than its window.
    await redis.xadd(keysOf(namespace).events, '*', 'event', 'noise', 'resource.id', 'customer.0');
    const quietMs = Date.now() + QUIET_MS;
    await settled(namespace, quietMs);
    expect(await crowd.stop(), `seed ${seed}`).toBe(0);

    const single = new Watchfire({ redis, namespace: alone });
    for (const automation of AUTOMATIONS) await single.put(automation as AutomationDocument);
    await copyLog(redis, namespace, alone);
    await single.startWorker();
    await settled(alone, quietMs);
    await single.close();

    const ledger = await ledgerOf(redis, namespace);
    expect(ledger.length, `seed ${seed}`).toBeGreaterThan(sent / 50);
    expect(ledger, `seed ${seed}`).toEqual(await ledgerOf(redis, alone));
    const jobs = await jobsOf(redis, namespace, ['actions', 'pages']);
    expect(new Set(jobs).size, `seed ${seed}`).toBe(jobs.length);
    expect(jobs, `seed ${seed}`).toEqual(await jobsOf(redis, alone, ['actions', 'pages']));
    expect(await pendingOf(redis, namespace), `seed ${seed}`).toBe(0);
    console.log(`seed ${seed}: ${sent} events, ${kills} kills, ${ledger.length} firings, ${jobs.length} jobs`);
  },
  SECONDS * 1_000 + LONG_TEST_MS,
);
