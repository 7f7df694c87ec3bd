import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { removeNamespaces } from '../../../src/redis/namespace.ts';
import { scenarioArbitrary } from '../../oracle/arbitrary.ts';
import { runScenario, type Scenario } from '../../oracle/scenario.ts';
import { type Comparison, compareScenario, type Difference } from './compare.ts';
import { prepareServer } from './engine-state.ts';

/** Scenarios under way at a time on one connection: enough that neither side waits for the other. */
const LANES = 12;

/** Scenarios made, compared and removed together: one look at all keys of the server does for so many namespaces. */
const BATCH = 250;

/** Every so many scenarios are run again in another namespace with another chunk size: the ids must be the same. */
const AGAIN_EVERY = 25;

/** Most events that stand in the log before the first of them is applied: of most scenarios all that come one behind the other, of a ninth one. */
const TOGETHER = [60, 60, 60, 10, 60, 60, 1, 60, 4] as const;

/** What is sent together is rarely more than a handful of entries, so small sizes are what splits it. */
const CHUNK_SIZES = [100, 100, 1, 100, 100, 100, 3, 100] as const;

/** How long a found case is made smaller. */
const SHRINK_MS = 60_000;

export type Figures = { scenarios: number; steps: number; looks: number; firings: number; seconds: number };

/** Which scenarios: those numbered `from` to `from + runs - 1` of a seed. What was cut off goes on with another `from`, a multiple of BATCH. */
export type Range = Readonly<{ seed: number; from?: number; runs: number }>;

/**
 * Compares random scenarios. Throws with a trace line when one differs, made as small as time allows.
 * @param tell hears after each batch how far it has come
 */
export async function campaign(
  redis: Redis,
  name: string,
  { seed, from = 0, runs }: Range,
  tell?: (figures: Figures) => void,
): Promise<Figures> {
  await prepareServer(redis);
  const figures: Figures = { scenarios: 0, steps: 0, looks: 0, firings: 0, seconds: 0 };
  const begun = performance.now();
  const end = from + runs;
  for (let at = from; at < end; at += BATCH) {
    const numRuns = Math.min(BATCH, end - at);
    const beginning = `${name}-${at}-`;
    try {
      await batch({ redis, beginning, seed: seed + at, numRuns }, figures);
      const lost = await unindexed(redis, beginning);
      if (lost.length > 0) throw new Error(`seed ${seed + at}: state that no index leads to: ${lost.join(', ')}`);
    } finally {
      await removeNamespaces(redis, beginning);
    }
    figures.seconds = Math.round((performance.now() - begun) / 1_000);
    tell?.(figures);
  }
  return figures;
}

type Batch = { redis: Redis; beginning: string; seed: number; numRuns: number };

async function batch(parts: Batch, figures: Figures): Promise<void> {
  const { seed, numRuns } = parts;
  const scenarios = fc.sample(scenarioArbitrary, { seed, numRuns });
  const waiting = scenarios.entries();
  const lane = async (): Promise<void> => {
    for (const [index, scenario] of waiting) {
      const { difference, firings, looks } = await compareTwice(parts, `${index}`, index, scenario);
      if (difference !== null) throw new Error(await smallest(parts, index));
      figures.scenarios += 1;
      figures.steps += scenario.timeline.length;
      figures.looks += looks;
      figures.firings += firings;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: LANES }, lane));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

const togetherOf = (index: number): number => TOGETHER[index % TOGETHER.length] ?? 1;

/** Compares with the model and, now and then, with the engine itself under other circumstances. */
async function compareTwice(parts: Batch, name: string, index: number, scenario: Scenario): Promise<Comparison> {
  const { redis, beginning } = parts;
  const together = togetherOf(index);
  const under = (by: number) => ({ together, chunkSize: CHUNK_SIZES[(index + by) % CHUNK_SIZES.length] ?? 1 });
  const first = await compareScenario(redis, `${beginning}${name}`, scenario, under(0));
  if (first.difference !== null || index % AGAIN_EVERY !== 0) return first;
  const second = await compareScenario(redis, `${beginning}${name}-again`, scenario, under(1));
  if (second.difference !== null || first.ids.join() === second.ids.join()) return second;
  const difference: Difference = { step: scenario.timeline.length - 1, model: first.ids, engine: second.ids };
  return { ...second, difference };
}

/** Makes scenario `index` of the batch smaller as long as it differs. @returns what to print */
async function smallest(parts: Batch, index: number): Promise<string> {
  let attempt = 0;
  let found: Found | null = null;
  const property = fc.asyncProperty(scenarioArbitrary, async (scenario) => {
    attempt += 1;
    const { difference } = await compareTwice(parts, `${index}-smaller-${attempt}`, index, scenario);
    if (difference !== null) found = { scenario, difference, together: togetherOf(index) };
    return difference === null;
  });
  const details = await fc.check(property, {
    seed: parts.seed,
    path: String(index),
    numRuns: 1,
    interruptAfterTimeLimit: SHRINK_MS,
  });
  return report(`seed ${parts.seed}, path ${details.counterexamplePath ?? index}`, found);
}

type Found = { scenario: Scenario; difference: Difference; together: number };

function report(where: string, found: Found | null): string {
  if (found === null) return `${where}: differed once, and not again`;
  const { scenario, difference, together } = found;
  const answer = runScenario(scenario, { together });
  return [
    `${where}: the engine differs from the model at step ${difference.step}`,
    `only the model: ${JSON.stringify(difference.model, null, 1)}`,
    `only the engine: ${JSON.stringify(difference.engine, null, 1)}`,
    'a line for test/rigs/proof/found.ndjson, with the answer of the model:',
    JSON.stringify({ ...scenario, ...(together > 1 && { together }), ...answer }),
  ].join('\n');
}

/** Windows and groups under these namespaces that no index of deadlines leads to, so that nobody would ever remove them. */
async function unindexed(redis: Redis, beginning: string): Promise<string[]> {
  const lost: string[] = [];
  for await (const keys of redis.scanStream({ match: `{${beginning}*`, count: 1_000 })) {
    const pipeline = redis.pipeline();
    const asked: string[] = [];
    for (const key of keys as string[]) {
      const [, namespace, name, rest = ''] = /^(\{[^}]*\}):(?:window|composite):([^:]*):(.*)$/s.exec(key) ?? [];
      if (namespace === undefined) continue;
      asked.push(key);
      pipeline.zscore(`${namespace}:deadlines:${name}`, rest);
    }
    const answers = (await pipeline.exec()) ?? [];
    lost.push(...asked.filter((_, i) => answers[i]?.[1] === null));
  }
  return lost;
}
