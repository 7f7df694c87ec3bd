import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Watchfire } from '../../../src/index.ts';
import { eventually } from '../../support/eventually.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { Crowd } from './crowd.ts';
import { copyLog, drained, jobsOf, ledgerOf, pendingOf } from './ledger.ts';
import { AUTOMATIONS, push, randomOf } from './load.ts';

/** The minute of the promise; WATCHFIRE_KILL_SECONDS makes it shorter or longer. */
const SECONDS = Number(process.env.WATCHFIRE_KILL_SECONDS ?? 60);
const KILL_EVERY_MS = 500;
const EVENTS_PER_KILL = 250;
/** Longer than the window of the absences in AUTOMATIONS: after it nothing more is due. */
const QUIET_MS = 11_000;

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject('redisUrl'));
});
afterAll(() => redis.disconnect());

/** Runs `AUTOMATIONS` in a namespace until its log is applied and no absence can be due any more. */
async function settled(namespace: string): Promise<void> {
  await eventually('the log is applied and every firing handed on', () => drained(redis, namespace));
  await pause(QUIET_MS);
  await eventually('nothing is left to hand on', () => drained(redis, namespace));
}

test(
  'four workers, one killed every half second, leave the ledger of a single one and one job for each firing and action',
  async () => {
    const seed = Date.now() % 1_000_000;
    const random = randomOf(seed);
    const namespace = freshNamespace({ permanent: ['*'] });
    const alone = freshNamespace({ permanent: ['*'] });
    const writer = new Watchfire({ redis, namespace });
    for (const automation of AUTOMATIONS) await writer.put(automation);
    const crowd = new Crowd(inject('redisUrl'), namespace);
    await Promise.all([crowd.add(), crowd.add(), crowd.add(), crowd.add()]);

    let sent = 0;
    let kills = 0;
    for (const end = performance.now() + SECONDS * 1_000; performance.now() < end; kills += 1) {
      await push(redis, namespace, sent, sent + EVENTS_PER_KILL, random);
      sent += EVENTS_PER_KILL;
      await pause(KILL_EVERY_MS);
      await crowd.kill(Math.floor(random() * 4));
      void crowd.add();
    }
    await settled(namespace);
    expect(await crowd.stop(), `seed ${seed}`).toEqual([0, 0, 0, 0]);

    const single = new Watchfire({ redis, namespace: alone });
    for (const automation of AUTOMATIONS) await single.put(automation);
    await copyLog(redis, namespace, alone);
    await single.startWorker();
    await settled(alone);
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
  (SECONDS + 180) * 1_000,
);
