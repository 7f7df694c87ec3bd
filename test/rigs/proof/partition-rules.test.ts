import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LACKS } from '../cluster/lacks.ts';
import { PROJECT } from '../mutate/copy.ts';
import { mutationsIn } from '../mutate/mutation.ts';
import { RULES, type Rule } from './feed-logs.ts';
import { FeedModel } from './feed-model.ts';
import { NamespaceModel } from './namespace-model.ts';
import { NAMESPACE_RULES, type NamespaceRule } from './namespace-slots.ts';

/** The cells of a table of the page, by the heading above it. */
function rowsUnder(heading: string): string[][] {
  const page = readFileSync(new URL('partition-rules.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split(`## ${heading}\n`);
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const nameIn = (cell = ''): string => cell.replaceAll('`', '');

const models = [
  {
    heading: 'In the model of a feed',
    rules: RULES,
    faults: (seed: number, without?: string) =>
      new FeedModel({ seed, ...(without !== undefined && { without: without as Rule }) }).faults(),
  },
  {
    heading: 'In the model of a namespace',
    rules: NAMESPACE_RULES,
    faults: (seed: number, without?: string) =>
      new NamespaceModel({ seed, ...(without !== undefined && { without: without as NamespaceRule }) }).faults(),
  },
];

test.each(models)('$heading, each rule is listed with a seed that fails without it and not with it', (model) => {
  const rows = rowsUnder(model.heading);
  expect(Object.fromEntries(rows.map(([rule, says]) => [nameIn(rule), says]))).toEqual(model.rules);
  for (const [rule, , seed] of rows) {
    expect(model.faults(Number(seed), nameIn(rule)), `without ${rule}`).not.toEqual([]);
    expect(model.faults(Number(seed)), `with ${rule}`).toEqual([]);
  }
});

test('the mutants that are listed are there', async () => {
  const known = (await mutationsIn(PROJECT)).map(({ rule }) => rule);
  const listed = rowsUnder('In the engine').map(([, mutant]) => nameIn(mutant));
  expect(listed.filter((one) => !known.includes(one))).toEqual([]);
  expect(listed.length).toBeGreaterThan(20);
});

test('each fence that a run on a cluster can lack is listed', () => {
  expect(rowsUnder('On a real cluster').map(([lack]) => nameIn(lack))).toEqual(Object.keys(LACKS));
});
