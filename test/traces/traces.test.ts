import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { run } from '../cli/run.ts';
import { familyOf, fixedPart, notYet, type Recorded, TRACE_FILES, tracesIn, traceText } from './recorded.ts';

/** All scenarios of a file in one run; this leaves room for a machine that does other things at the same time. */
const FILE_TIMEOUT_MS = 300_000;

const listed = new Set(notYet());
const counts = new Map<string, { scenarios: number; firings: number }>();
let seconds = 0;

describe.each(TRACE_FILES)('%s', (file) => {
  test('every scenario that is not listed gives the recorded answer, and no other', {
    timeout: FILE_TIMEOUT_MS,
  }, async () => {
    const recorded = tracesIn(file);
    const startMs = performance.now();
    const ran = await run(['simulate', '-', '--redis', inject('adminUrl')], { stdin: traceText(file) });
    seconds += (performance.now() - startMs) / 1_000;
    expect({ status: ran.status, err: ran.err }).toEqual({ status: 0, err: [] });
    const answers = ran.out.map((line): Recorded => JSON.parse(line));
    expect(answers.map(({ name }) => name)).toEqual(recorded.map(({ name }) => name));
    judge(recorded, answers);
    for (const { name, firings = [] } of recorded) if (!listed.has(name)) tally(familyOf(name, file), firings.length);
  });
});

function judge(recorded: readonly Recorded[], answers: readonly Recorded[]): void {
  const pairs = recorded.map((one, i) => ({ name: one.name, due: fixedPart(one), given: fixedPart(answers[i] ?? {}) }));
  const wrong = pairs.filter(({ name, due, given }) => !listed.has(name) && !isDeepStrictEqual(given, due));
  const right = pairs.filter(({ name, due, given }) => listed.has(name) && isDeepStrictEqual(given, due));
  // The first one in full; the names of the others tell whether it is one fault or many.
  for (const { due, given } of wrong.slice(0, 1)) expect.soft(given).toEqual(due);
  expect(wrong.map(({ name }) => name)).toEqual([]);
  expect(
    right.map(({ name }) => name),
    'take these names out of test/traces/not-yet.txt: their answers are right now',
  ).toEqual([]);
}

function tally(family: string, firings: number): void {
  const count = counts.get(family) ?? { scenarios: 0, firings: 0 };
  counts.set(family, { scenarios: count.scenarios + 1, firings: count.firings + firings });
}

afterAll(() => {
  const rows = [...counts].map(([family, { scenarios, firings }]) => `${family} ${scenarios} (${firings} firings)`);
  const total = [...counts.values()].reduce((sum, { scenarios }) => sum + scenarios, 0);
  console.log([...rows, `${total} as recorded, ${listed.size} not yet, in ${Math.round(seconds)} s`].join('\n'));
});
