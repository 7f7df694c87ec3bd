import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { layoutOf } from '../../src/model/partition.ts';
import { removeNamespaces } from '../../src/redis/namespace.ts';
import { parseScenario } from '../../src/simulation/scenario.ts';
import { scenarioArbitrary } from '../oracle/arbitrary.ts';
import { extent, seedOfRun } from '../rigs/extent.ts';
import { comparable, movedIn, plainScenario, setOf } from '../traces/plain.ts';
import { type Division, runMoving } from './moving.ts';

const RUNS = extent('runs', 3);
const SEED = seedOfRun();
const NAMESPACE = 'moving-';
const TIMEOUT_MS = 7_200_000;

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject('adminUrl'));
});
afterAll(async () => {
  await removeNamespaces(redis, NAMESPACE);
  redis.disconnect();
});

const one = null;
const [four, three, other] = [layoutOf(4, 'id'), layoutOf(3, 'id'), layoutOf(4, 'zone')];

/** Ways through divisions, each from another third of the scenario on. */
const WAYS = [
  [one, four, one],
  [one, four, three],
  [four, other, one],
  [three, four, other],
] as const;

test('after repartitioning fires what fires where nobody repartitioned', { timeout: TIMEOUT_MS }, async () => {
  const scenarios = fc.sample(scenarioArbitrary, { seed: SEED, numRuns: RUNS });
  let [played, firings] = [0, 0];
  for (const [i, random] of scenarios.entries()) {
    if (['id', 'zone'].some((by) => movedIn(random, by).size > 0)) continue;
    const scenario = parseScenario(plainScenario(random));
    const third = Math.max(1, Math.floor(scenario.timeline.length / 3));
    const whole = await runMoving(redis, `${NAMESPACE}${i}-whole`, scenario, [{ from: 0, layout: null }]);
    played += 1;
    const way = WAYS[i % WAYS.length] ?? WAYS[0];
    const divisions: Division[] = way.map((layout, at) => ({ from: at * third, layout }));
    const moved = await runMoving(redis, `${NAMESPACE}${i}-moved`, scenario, divisions).catch((cause: unknown) => {
      throw new Error(`seed ${SEED}, ${i}: ${JSON.stringify(random)}`, { cause });
    });
    // Nothing moved, so those are the same by either label: all that hear of no firings.
    const { same } = comparable(random, 'id');
    const expected = setOf(whole, same);
    firings += expected.length;
    expect(setOf(moved, same), `seed ${SEED}, ${i}: ${JSON.stringify(random)}`).toEqual(expected);
    if (i % 50 === 49) await removeNamespaces(redis, NAMESPACE);
  }
  console.log(
    `${played} scenarios repartitioned twice on the way, ${firings} firings of automations that hear of none; seed ${SEED}`,
  );
});
