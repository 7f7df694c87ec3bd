import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { run } from '../cli/run.ts';
import { randomOf } from '../rigs/chaos/load.ts';
import { extent, seedOfRun } from '../rigs/extent.ts';
import { LONG_TEST_MS } from '../support/eventually.ts';
import { familyOf, fixedPart, notYet, type Recorded, TRACE_FILES, type TraceFile, tracesIn } from './recorded.ts';

/** The usual chunks are of 100 entries. In small ones, what an entry causes is applied by another call than the entry. */
const SMALL_CHUNKS = [1, 7] as const;

/** Which share of a file is run in small chunks, chosen by a seed, and three times as much in usual ones; of `named` everything is. */
const SHARE = extent('share', 0.03);
const USUAL_SHARE = Math.min(1, 3 * SHARE);
const SEED = seedOfRun();

/** What stands on stderr beside the answer of an automation in error: which of several it is. */
const WHICH_IN_ERROR = /^watchfire: stdin:\d+: (?:automations\[\d+\]|timeline\[\d+\]\.put): /;

const listed = new Set(notYet());
const counts = new Map<string, { scenarios: number; firings: number }>();
const small = new Map<number, number>();
let seconds = 0;

describe.each(TRACE_FILES)('%s', (file) => {
  test('every scenario that is not listed gives the recorded answer, and no other', {
    timeout: LONG_TEST_MS,
  }, async () => {
    const random = randomOf(SEED);
    const recorded = tracesIn(file).filter(() => random() < USUAL_SHARE || file === 'named');
    const answers = await answersTo(recorded, 100);
    judge(recorded, answers);
    for (const { name, firings = [] } of recorded) if (!listed.has(name)) tally(familyOf(name, file), firings.length);
  });

  test.each(SMALL_CHUNKS)('the same in chunks of %i', { timeout: LONG_TEST_MS }, async (chunkSize) => {
    const recorded = chosenIn(file);
    const answers = await answersTo(recorded, chunkSize);
    expectRecorded(recorded, answers);
    small.set(chunkSize, (small.get(chunkSize) ?? 0) + recorded.length);
  });
});

/** Of the scenarios that are not listed the share, of `named` all. */
function chosenIn(file: TraceFile): Recorded[] {
  const random = randomOf(SEED);
  const isChosen = () => random() < SHARE || file === 'named';
  return tracesIn(file).filter((one) => isChosen() && !listed.has(one.name));
}

async function answersTo(recorded: readonly Recorded[], chunkSize: number): Promise<Recorded[]> {
  const startMs = performance.now();
  const ran = await run(['simulate', '-', '--redis', inject('adminUrl'), '--chunk-size', String(chunkSize)], {
    stdin: recorded.map((one) => `${JSON.stringify(one)}\n`),
  });
  seconds += (performance.now() - startMs) / 1_000;
  // Chance may choose one scenario alone, and an invalid one: then `simulate` says so by its status.
  const status = recorded.length === 1 && recorded[0]?.invalid !== undefined ? 1 : 0;
  const err = ran.err.filter((line) => !WHICH_IN_ERROR.test(line));
  expect({ status: ran.status, err }).toEqual({ status, err: [] });
  const answers = ran.out.map((line): Recorded => JSON.parse(line));
  expect(answers.map(({ name }) => name)).toEqual(recorded.map(({ name }) => name));
  return answers;
}

function judge(recorded: readonly Recorded[], answers: readonly Recorded[]): void {
  const right = recorded.filter((one, i) => listed.has(one.name) && isRecorded(one, answers[i]));
  expectRecorded(recorded, answers);
  expect(
    right.map(({ name }) => name),
    'take these names out of test/traces/not-yet.txt: their answers are right now',
  ).toEqual([]);
}

function expectRecorded(recorded: readonly Recorded[], answers: readonly Recorded[]): void {
  const pairs = recorded.map((due, i) => ({ due, given: answers[i] }));
  const wrong = pairs.filter(({ due, given }) => !listed.has(due.name) && !isRecorded(due, given));
  // The first one in full; the names of the others tell whether it is one fault or many.
  for (const { due, given } of wrong.slice(0, 1)) expect.soft(fixedPart(given ?? {})).toEqual(fixedPart(due));
  expect(
    wrong.map(({ due }) => due.name),
    `seed ${SEED}`,
  ).toEqual([]);
}

function isRecorded(due: Recorded, given: Recorded | undefined): boolean {
  return isDeepStrictEqual(fixedPart(given ?? {}), fixedPart(due));
}

function tally(family: string, firings: number): void {
  const count = counts.get(family) ?? { scenarios: 0, firings: 0 };
  counts.set(family, { scenarios: count.scenarios + 1, firings: count.firings + firings });
}

afterAll(() => {
  const rows = [...counts].map(([family, { scenarios, firings }]) => `${family} ${scenarios} (${firings} firings)`);
  const total = [...counts.values()].reduce((sum, { scenarios }) => sum + scenarios, 0);
  const sizes = [...small].map(([size, scenarios]) => `${scenarios} in chunks of ${size}`);
  const how = `${SHARE * 100} % of a file in small chunks, seed ${SEED}`;
  const last = `${total} as recorded, ${listed.size} not yet; ${sizes.join(', ')} (${how}); ${Math.round(seconds)} s`;
  console.log([...rows, last].join('\n'));
});
