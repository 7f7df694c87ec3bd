import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { withTables } from '../../scripts/operations.ts';
import { FAMILIES } from '../../src/http/families.ts';
import { root } from '../house/tree.ts';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const page = read('docs/operations.md');

type Rules = { groups: { rules: { alert: string; expr: string; labels: { severity: string } }[] }[] };
const rules = (parse(read('deploy/prometheus/watchfire.rules.yml')) as Rules).groups.flatMap((group) => group.rules);

/** Names as Prometheus has them: a histogram is three of them. */
const known = new Set(
  FAMILIES.flatMap(({ name, type }) =>
    type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
  ),
);

test('docs/operations.md has the tables that scripts/operations.ts writes', () => {
  expect(page).toContain('| `watchfire_events_total` ');
  expect(withTables(page)).toBe(page);
});

test('what rules and board ask for are metrics that there are, with labels that they have', () => {
  const texts = [...rules.map(({ expr }) => expr), ...queriesOf(JSON.parse(read('deploy/grafana/watchfire.json')))];
  expect(texts.length).toBeGreaterThan(40);
  const named = texts.flatMap((text) => text.match(/\b(?:watchfire|process)_\w+/g) ?? []);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  const labels = new Set(['job', 'instance', 'le', ...FAMILIES.flatMap((family) => family.labels)]);
  const grouped = texts.flatMap((text) =>
    [...text.matchAll(/by \(([^)]*)\)/g)].flatMap(([, by = '']) => by.split(', ')),
  );
  expect(grouped.filter((label) => !labels.has(label))).toEqual([]);
});

test('every alert has its runbook, and every runbook its alert', () => {
  const [, runbook = ''] = page.split('\n## Runbook\n');
  const headings = [...runbook.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(rules.map(({ alert }) => alert));
});

test('names of metrics follow the conventions of Prometheus', () => {
  for (const { name, type } of FAMILIES) {
    expect(name).toMatch(/^(?:watchfire|process)_[a-z_]+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(name, 'base units').not.toMatch(/_(?:ms|milliseconds|minutes|percent|kilobytes)(?:_|$)/);
  }
  expect(new Set(FAMILIES.map(({ name }) => name.replace(/_total$/, ''))).size).toBe(FAMILIES.length);
});

test('the files of deploy are those that the documents name', () => {
  expect(readdirSync(path.join(root, 'deploy/prometheus')).sort()).toEqual([
    'prometheus.yml',
    'watchfire.rules.yml',
    'watchfire.tests.yml',
  ]);
});

/** Every query of a board. */
function queriesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(queriesOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'expr' ? [String(inner)] : queriesOf(inner)));
}
