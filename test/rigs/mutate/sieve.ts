import fc from 'fast-check';
import { Redis } from 'ioredis';
import { scenarioArbitrary } from '../../oracle/arbitrary.ts';
import type { Scenario } from '../../oracle/scenario.ts';
import { notYet, tracesIn } from '../../traces/recorded.ts';
import { compareScenario } from '../proof/compare.ts';
import { prepareServer } from '../proof/engine-state.ts';
import { foundCases } from '../proof/traces.ts';

/**
 * Compares engine and model on scenarios that tell much in little time, the quickest to tell first: `sieve.ts REDIS_URL`. Ends with 1 and
 * the place of the first difference. Another exit status means that something broke, which is a difference too.
 */
const SEED = 20260302;
const FIRST_RUNS = 120;
const LAST_RUNS = 480;
const LANES = 8;

const [url = ''] = process.argv.slice(2);
const redis = new Redis(url, { maxRetriesPerRequest: 2 });
await prepareServer(redis);

function* scenarios(): Generator<[place: string, scenario: Scenario]> {
  const random = fc.sample(scenarioArbitrary, { seed: SEED, numRuns: FIRST_RUNS + LAST_RUNS });
  for (const [i, scenario] of random.slice(0, FIRST_RUNS).entries()) yield [`random ${i}`, scenario];
  const listed = new Set(notYet());
  const answered = [...tracesIn('named'), ...tracesIn('watchfire')].filter(({ name }) => !listed.has(name));
  const recorded = [...foundCases(), ...answered];
  for (const scenario of recorded) if (scenario.firings !== undefined) yield [scenario.name, scenario];
  for (const [i, scenario] of random.slice(FIRST_RUNS).entries()) yield [`random ${FIRST_RUNS + i}`, scenario];
}

let count = 0;
const waiting = scenarios();

async function lane(): Promise<void> {
  for (const [place, scenario] of waiting) {
    count += 1;
    const circumstances = { chunkSize: 1 + (count % 3), together: count % 2 === 0 ? 60 : 1 };
    const { difference } = await compareScenario(redis, `sieve-${count}`, scenario, circumstances);
    if (difference === null) continue;
    process.stdout.write(`${place}, step ${difference.step}\n`);
    process.exit(1);
  }
}

await Promise.all(Array.from({ length: LANES }, lane));
redis.disconnect();
