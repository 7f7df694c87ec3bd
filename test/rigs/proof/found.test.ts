import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { removeNamespaces } from '../../../src/redis/namespace.ts';
import { runScenario } from '../../oracle/scenario.ts';
import { compareScenario } from './compare.ts';
import { prepareServer } from './engine-state.ts';
import { foundCases } from './traces.ts';

const NAMESPACE = 'found-';

let redis: Redis;
beforeAll(async () => {
  // It removes namespaces as a whole, which no engine may.
  redis = new Redis(inject('adminUrl'));
  await prepareServer(redis);
});
afterAll(async () => {
  await removeNamespaces(redis, NAMESPACE);
  redis.disconnect();
});

const cases = foundCases().map((scenario, i) => ({ ...scenario, i }));

test.each(cases)('engine and model agree, as once they did not: $name', async ({ i, together = 1, ...scenario }) => {
  expect(runScenario(scenario, { together })).toEqual({ name: scenario.name, firings: scenario.firings });
  for (const chunkSize of [1, 100]) {
    const namespace = `${NAMESPACE}${i}-${chunkSize}`;
    const { difference, firings } = await compareScenario(redis, namespace, scenario, { chunkSize, together });
    expect({ difference, firings }).toEqual({ difference: null, firings: scenario.firings?.length });
  }
});

test('what was found has a name of its own', () => {
  const names = cases.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names).size).toBe(names.length);
});
