import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { extent, seedOfRun } from '../extent.ts';
import { campaign } from './campaign.ts';

/** Random scenarios of up to 60 steps. */
const RUNS = extent('runs', 150);
const SEED = seedOfRun();

/** A scenario takes some 20 ms of one core; this is for machines that have other things to do. */
const SLOWEST_MS = 300;

let redis: Redis;
beforeAll(() => {
  // It removes many namespaces at a time, which no engine may.
  redis = new Redis(inject('adminUrl'));
});
afterAll(() => redis.disconnect());

test(
  'the engine does what the reference model does, step by step, in any random scenario',
  async () => {
    console.log(`comparing ${RUNS} random scenarios, seed ${SEED}`);
    const { scenarios, steps, firings, seconds } = await campaign(redis, `proof-${SEED}`, SEED, RUNS);
    expect(scenarios).toBe(RUNS);
    expect(firings).toBeGreaterThan(RUNS);
    console.log(`${scenarios} scenarios, ${steps} steps, ${firings} firings in ${seconds} s: no difference`);
  },
  RUNS * SLOWEST_MS + 120_000,
);
