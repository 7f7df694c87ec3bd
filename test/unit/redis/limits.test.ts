import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DEFAULT_QUOTAS } from '../../../src/inspect/quota.ts';
import { LAG_LIMIT_MS } from '../../../src/inspect/status.ts';
import { PASSED_KEPT_MS } from '../../../src/repartition/gate.ts';
import { root, sourceFiles } from '../../house/tree.ts';

const textOf = (file: string): string => readFileSync(`${root}/${file}`, 'utf8');

/** The numbers of lua/include/limits.lua: `NAME = 15 * 60 * 1000, -- why`. */
const limits = new Map(
  [...textOf('lua/include/limits.lua').matchAll(/^ {2}([A-Z_]+) = ([\d *]+), -- .+$/gm)].map(
    ([, name = '', product = '']) => [name, product.split(' * ').reduce((so, factor) => so * Number(factor), 1)],
  ),
);

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, min: 60_000, days: 86_400_000 };

/** What docs/rules.md, 1 gives in ms. */
function ruleMs(name: string): number {
  const [, count, unit = ''] =
    new RegExp(`^\\| ${name} +\\| (\\d+) (\\w+) +\\|`, 'm').exec(textOf('docs/rules.md')) ?? [];
  return Number(count) * (UNIT_MS[unit] ?? Number.NaN);
}

test('each limit stands in a line of its own with its reason', () => {
  const lines = textOf('lua/include/limits.lua').split('\n');
  expect(lines.filter((line) => line.includes(' = ')).length).toBe(limits.size);
  expect(limits.size).toBeGreaterThan(10);
});

test.each([
  ['reach-back', 'REACH_BACK_MS'],
  ['leader wait', 'WAIT_MS'],
  ['lag limit', 'LAG_LIMIT_MS'],
  ['seen memory', 'MEMORY_MS'],
  ['early memory', 'EARLY_MS'],
  ['keep', 'KEEP_MS'],
  ['keep unlimited', 'KEEP_UNLIMITED_MS'],
  ['clock skew', 'CLOCK_SKEW_MS'],
  ['forget', 'FORGET_MS'],
])('%s is what the rules say', (rule, name) => {
  expect(limits.get(name)).toBe(ruleMs(rule));
});

test('the program shows the limits that the scripts follow', () => {
  expect(limits.get('LAG_LIMIT_MS')).toBe(LAG_LIMIT_MS);
  expect(limits.get('WINDOWS_PER_AUTOMATION')).toBe(DEFAULT_QUOTAS.windowsPerAutomation);
  expect(limits.get('WINDOWS')).toBe(DEFAULT_QUOTAS.windows);
});

test('repartitioning keeps what passed a budget as long as the scripts do', () => {
  expect(limits.get('PASSED_KEPT_MS')).toBe(PASSED_KEPT_MS);
});

test('no other file of the scripts holds a duration', () => {
  const others = sourceFiles(['lua'], '.lua').filter(({ file }) => file !== 'lua/include/limits.lua');
  const found = others.flatMap(({ file, text }) =>
    text
      .split('\n')
      .filter((line) => /\b\d+ \* (?:60|1000|3600)\b/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
