import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, inject, test } from 'vitest';
import type { Answer } from '../../src/scenario.ts';
import { run } from '../cli/run.ts';

const TRACES = fileURLToPath(new URL('../../../shared/traces/', import.meta.url));

/** All scenarios of a file in one run; this leaves room for a machine that does other things at the same time. */
const FILE_TIMEOUT_MS = 180_000;

/** A scenario with the answer it must get. */
type Recorded = { name: string; firings?: unknown[]; invalid?: string; refused?: { step: number }[] };

if (!existsSync(TRACES))
  throw new Error('The traces are missing: they stand beside the checkout, in ../shared/traces.');
const files = readdirSync(TRACES).filter((file) => file.endsWith('.ndjson'));

function recordedIn(file: string): Recorded[] {
  const lines = readFileSync(`${TRACES}${file}`, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
}

/** What a recorded answer fixes: of an invalid document the path, of refused events the steps. */
function fixed(answer: Recorded | Answer): unknown {
  const { name, firings, invalid, refused = [] } = answer as Recorded;
  if (invalid !== undefined) return { name, invalid: invalid.split(':', 1)[0] };
  return { name, firings, refused: refused.map(({ step }) => step) };
}

/** Random scenarios are named family-seed-number; the others are one family. */
const familyOf = (name: string, file: string): string =>
  file.startsWith('named') ? 'named' : (/^(.+?)-\d+-\d+$/.exec(name)?.[1] ?? name);

const counts = new Map<string, { scenarios: number; firings: number }>();
let seconds = 0;

describe.each(files)('%s', (file) => {
  const recorded = recordedIn(file);

  test('every scenario gives exactly the recorded answer', { timeout: FILE_TIMEOUT_MS }, async () => {
    const startMs = performance.now();
    const { status, out, err } = await run(['simulate', `${TRACES}${file}`, '--redis', inject('adminUrl')]);
    seconds += (performance.now() - startMs) / 1_000;
    expect({ status, err }).toEqual({ status: 0, err: [] });
    const answers = out.map((line) => JSON.parse(line) as Answer);
    const wrong = recorded.filter((one, i) => !same(fixed(one), fixed(answers[i] ?? { name: '', invalid: '' })));
    const names = wrong.map(({ name }) => name);
    // The first one in full; the names of the others tell whether it is one fault or many.
    for (const [i, one] of recorded.entries())
      if (one === wrong[0]) expect.soft(fixed(answers[i]!)).toEqual(fixed(one));
    expect(names).toEqual([]);
    expect(answers).toHaveLength(recorded.length);
    for (const one of recorded) tally(familyOf(one.name, file), one.firings?.length ?? 0);
  });
});

/** Equal whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}

function tally(family: string, firings: number): void {
  const count = counts.get(family) ?? { scenarios: 0, firings: 0 };
  counts.set(family, { scenarios: count.scenarios + 1, firings: count.firings + firings });
}

test('all recorded scenarios are there', () => {
  expect(files).toEqual(['named.ndjson', 'prefect-compatible.ndjson', 'watchfire.ndjson']);
  expect(files.flatMap(recordedIn)).toHaveLength(1200);
});

afterAll(() => {
  const rows = [...counts].map(([family, { scenarios, firings }]) => `${family} ${scenarios} (${firings} firings)`);
  const total = [...counts.values()].reduce((sum, { scenarios }) => sum + scenarios, 0);
  console.log([...rows, `${total} scenarios, ${Math.round(total / seconds)} a second`].join('\n'));
});
