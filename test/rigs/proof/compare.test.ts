import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { seedOfRun } from '../extent.ts';
import { campaign } from './campaign.ts';

/** Random scenarios of up to 60 steps; `npm run proof -- compare` compares more. */
const RUNS = 150;
const SEED = seedOfRun();

let redis: Redis;
beforeAll(() => {
  // It removes many namespaces at a time, which no engine may.
  redis = new Redis(inject('adminUrl'));
});
afterAll(() => redis.disconnect());

test('the engine does what the reference model does, in any random scenario', async () => {
  console.log(`comparing ${RUNS} random scenarios, seed ${SEED}`);
  const range = { seed: SEED, runs: RUNS };
  const { scenarios, steps, looks, firings, seconds } = await campaign(redis, `proof-${SEED}`, range);
  expect(scenarios).toBe(RUNS);
  expect(firings).toBeGreaterThan(RUNS);
  console.log(
    `${scenarios} scenarios, ${steps} steps, compared ${looks} times, ${firings} firings in ${seconds} s: no difference`,
  );
});
