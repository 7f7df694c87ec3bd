import fc from 'fast-check';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { run } from '../cli/run.ts';
import { scenarioArbitrary } from '../oracle/arbitrary.ts';
import { randomOf } from '../rigs/chaos/load.ts';
import { extent, seedOfRun } from '../rigs/extent.ts';
import { comparable, isExcepted, plainScenario, setOf } from './plain.ts';
import { notYet, type Recorded, TRACE_FILES, type TraceFile, tracesIn } from './recorded.ts';

const FILE_TIMEOUT_MS = 1_800_000;

/** Which share of the scenarios is run, chosen by a seed. */
const SHARE = extent('share', 0.02);
const SEED = seedOfRun();

/** Counts and labels: one that is in the keys of many scenarios, one in those of others, and one that no event has. */
const LAYOUTS: readonly (readonly [number, string])[] =
  SHARE < 1
    ? [[4, 'id']]
    : [
        [1, 'id'],
        [4, 'id'],
        [16, 'id'],
        [4, 'prefect.resource.id'],
        [4, 'nowhere'],
      ];

const listed = new Set(notYet());
const counts = { scenarios: 0, firings: 0, excepted: 0 };

function chosenIn(file: TraceFile): Recorded[] {
  const random = randomOf(SEED);
  const chosen = tracesIn(file).filter((one) => random() < SHARE && !listed.has(one.name) && !one.invalid);
  const plain = chosen.filter((one) => !isExcepted(one));
  counts.excepted += chosen.length - plain.length;
  return plain;
}

describe.each(LAYOUTS)('%i partitions by %s', (partitions, by) => {
  test.each(TRACE_FILES)(
    'give the recorded firings of %s, but for late events and followers',
    {
      timeout: FILE_TIMEOUT_MS,
    },
    async (file) => {
      const recorded = chosenIn(file);
      const args = ['simulate', '-', '--redis', inject('adminUrl'), '--partitions', String(partitions), '--by', by];
      const ran = await run(args, { stdin: recorded.map((one) => `${JSON.stringify(one)}\n`) });
      expect(ran.err).toEqual([]);
      const answers = ran.out.map((line): Recorded => JSON.parse(line));
      expect(answers.map(({ name }) => name)).toEqual(recorded.map(({ name }) => name));
      for (const [i, { name, firings }] of recorded.entries()) {
        expect({ name, firings: setOf(answers[i]?.firings) }, `seed ${SEED}`).toEqual({
          name,
          firings: setOf(firings),
        });
        counts.scenarios += 1;
        counts.firings += firings?.length ?? 0;
      }
    },
  );
});

/** Random scenarios, and how many of them are made and removed together. */
const RUNS = extent('runs', 4);
const BATCH = 50;

/** In all layouts: automations, those of them that move or hear of firings, and firings that are compared. */
const random = { scenarios: 0, automations: 0, excepted: 0, firings: 0 };

/** Partitions of the random scenarios: 1, 4 and 16 by the label that most keys have, and 4 by one that others have. */
const RANDOM_LAYOUTS: readonly (readonly [number, string])[] = [
  [4, 'id'],
  ...(RUNS > 100
    ? ([
        [1, 'id'],
        [16, 'id'],
        [4, 'zone'],
      ] as const)
    : []),
];

/** With a look at the end: an entry that is ignored tells partitions the time by a mark, and an engine without them nothing. */
function ticked<T extends Readonly<{ timeline: readonly Readonly<{ at: string }>[] }>>(scenario: T): T {
  const last = scenario.timeline.at(-1);
  return last === undefined ? scenario : { ...scenario, timeline: [...scenario.timeline, { at: last.at, tick: true }] };
}

async function simulated(lines: readonly string[], more: readonly string[]): Promise<Recorded[]> {
  const ran = await run(['simulate', '-', '--redis', inject('adminUrl'), ...more], { stdin: lines });
  expect(ran.err).toEqual([]);
  return ran.out.map((line): Recorded => JSON.parse(line));
}

test('random scenarios fire in partitions what they fire without', { timeout: 12 * FILE_TIMEOUT_MS }, async () => {
  for (let from = 0; from < RUNS; from += BATCH) {
    const seed = SEED + from;
    const scenarios = fc.sample(scenarioArbitrary, { seed, numRuns: Math.min(BATCH, RUNS - from) });
    const lines = scenarios.map(
      (one, i) => `${JSON.stringify({ ...ticked(plainScenario(one)), name: `${seed}.${i}` })}\n`,
    );
    const whole = await simulated(lines, []);
    for (const [partitions, by] of RANDOM_LAYOUTS) {
      const parts = await simulated(lines, ['--partitions', String(partitions), '--by', by]);
      for (const [i, { name, firings }] of whole.entries()) {
        const scenario = scenarios[i];
        if (scenario === undefined) continue;
        const { same, all } = comparable(scenario, by);
        const expected = setOf(firings, same);
        expect(
          { name, firings: setOf(parts[i]?.firings, same) },
          `seed ${seed}, ${i}, ${partitions} by ${by}: ${lines[i]}`,
        ).toEqual({ name, firings: expected });
        random.automations += all.size;
        random.excepted += all.size - same.size;
        random.firings += expected.length;
      }
    }
    random.scenarios += scenarios.length;
    if (RUNS > 100)
      console.log(
        `seed ${SEED}: ${random.scenarios} random scenarios in ${RANDOM_LAYOUTS.length} layouts, ${random.firings} firings the same, but for those of ${random.excepted} of ${random.automations} automations, which move or hear of firings`,
      );
  }
});

afterAll(() => {
  const { scenarios, firings, excepted } = counts;
  console.log(`${scenarios} as recorded (${firings} firings), ${excepted} with late events or followers; seed ${SEED}`);
});
