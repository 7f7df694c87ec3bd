import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type Answer, runScenario, type Scenario } from './scenario.ts';

const TRACES = fileURLToPath(new URL('../../../shared/traces/', import.meta.url));

type Recorded = Scenario & { firings?: unknown[]; invalid?: string; refused?: { step: number }[] };

const files = readdirSync(TRACES).filter((file) => file.endsWith('.ndjson'));

const linesOf = (file: string): Recorded[] =>
  readFileSync(`${TRACES}/${file}`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Recorded => JSON.parse(line));

const pathOf = (message: string): string => message.split(':', 1)[0] ?? '';

/** What the recorded answers fix: of an invalid document the path, of refused events the steps. */
function comparable(answer: Answer | Recorded): unknown {
  if ('invalid' in answer && answer.invalid !== undefined) return { invalid: pathOf(answer.invalid) };
  const { firings, refused = [] } = answer as { firings: unknown[]; refused?: { step: number }[] };
  return { firings, refused: refused.map(({ step }) => step) };
}

/** Random scenarios are named family-seed-number; the others are one family. */
const familyOf = (name: string, file: string): string =>
  file.startsWith('named') ? 'named' : (/^(.+?)-\d+-\d+$/.exec(name)?.[1] ?? name);

const counts = new Map<string, { scenarios: number; firings: number }>();

describe.each(files)('%s', (file) => {
  test.each(linesOf(file))('the model answers $name as recorded', (recorded) => {
    const answer = runScenario(recorded);
    expect(comparable(answer)).toEqual(comparable(recorded));
    const count = counts.get(familyOf(recorded.name, file)) ?? { scenarios: 0, firings: 0 };
    count.scenarios += 1;
    count.firings += 'firings' in answer ? answer.firings.length : 0;
    counts.set(familyOf(recorded.name, file), count);
  });
});

test('all recorded scenarios are there', () => {
  expect(files).toHaveLength(3);
  expect(files.flatMap(linesOf)).toHaveLength(1200);
});

afterAll(() => {
  const rows = [...counts].map(([family, { scenarios, firings }]) => `${family} ${scenarios} (${firings} firings)`);
  console.log(rows.join('\n'));
});
