import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { msOf } from '../../src/model/intake.ts';
import { groupNamed } from '../../src/redis/backlog.ts';
import { jobsHomeNow } from '../../src/redis/jobs-home.ts';
import { ACTIONS_GROUP } from '../../src/redis/keys.ts';
import { serverTimeMs } from '../../src/redis/server-time.ts';
import { storeOf } from '../../src/redis/store.ts';
import { JobsWatch } from '../../src/services/jobs-watch.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';

const MINUTE_MS = 60_000;

/** Ages of firings that are relayed, and what was noted of the jobs: the name of their server and times, all in ms before now. */
async function looked(history: 'the same' | 'another', ...times: readonly number[]) {
  const redis = testClient();
  const store = storeOf(freshNamespace({ permanent: ['firings'] }));
  const { firings, jobs_home } = store.keys;
  const home = await jobsHomeNow(redis, store);
  const nowMs = await serverTimeMs(redis);
  for (const age of [600_000, 300_000, 90_000, 10_000]) await redis.xadd(firings, `${nowMs - age}-0`, 'a', 'b');
  await redis.xgroup('CREATE', firings, ACTIONS_GROUP, '$');
  const noted = [history === 'another' ? 'another-server' : home.history, ...times.map((age) => nowMs - age)];
  await redis.set(jobs_home, noted.join(' '));
  await new JobsWatch({ redis, store, logger: pino({ level: 'silent' }) }).runOnce();
  const group = await groupNamed(redis, firings, ACTIONS_GROUP);
  const [, , ...after] = ((await redis.get(jobs_home)) ?? '').split(' ');
  const doneMs = await serverTimeMs(redis);
  // What was noted as the present lies between the two, however long it took.
  const ageOf = (ms: number): number => (ms >= nowMs && ms <= doneMs ? 0 : nowMs - ms);
  return {
    relayedAge: nowMs - msOf(String(group?.get('last-delivered-id'))),
    noted: after.map((ms) => ageOf(Number(ms)) / 1_000),
  };
}

describe('where another server has the jobs', () => {
  test('the firings since a minute before the last look are relayed again', async () => {
    const { relayedAge } = await looked('another', 5_000, 62_000, 30_000, 40_000);
    expect(relayedAge).toBe(5_000 + MINUTE_MS);
  });

  test('so are older ones that had no jobs a minute ago', async () => {
    const { relayedAge, noted } = await looked('another', 5_000, 400_000, 30_000, 350_000);
    expect(relayedAge).toBe(400_000);
    expect(noted).toEqual([400, 0, 400]);
  });

  test('the note of an older version is enough for the last minute', async () => {
    expect((await looked('another', 5_000)).relayedAge).toBe(5_000 + MINUTE_MS);
  });
});

describe('where the same server has the jobs', () => {
  test('nothing is relayed again, and how far the relay is counts as known after a minute', async () => {
    expect(await looked('the same', 5_000, 400_000, 30_000, 350_000)).toEqual({
      relayedAge: 10_000,
      noted: [400, 30, 350],
    });
    expect(await looked('the same', 5_000, 400_000, MINUTE_MS, 350_000)).toEqual({
      relayedAge: 10_000,
      noted: [350, 0, 10],
    });
  });
});
