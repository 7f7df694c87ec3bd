import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { configurationSchema } from '../../src/cli/setting-list.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { isRecord } from '../../src/model/record.ts';
import { parseMap, parseSources } from '../../src/model/source.ts';
import { parseTestFile } from '../../src/model/test-file.ts';
import { readTargets } from '../../src/reactions/targets-file.ts';
import { root } from '../house/tree.ts';

/* Every block of YAML that a page shows is what the program reads. */

/** What others read, by its first key or line, and why it stands in our pages. The list only gets shorter. */
const FOREIGN: Readonly<Record<string, string>> = {
  groups: 'a rule of Prometheus, in coming-from.md',
  route: 'a route of Alertmanager, in coming-from.md',
  alias: 'an automation of Home Assistant, in coming-from.md',
  apiVersion: 'a sensor of Argo Events, in coming-from.md',
  '- name': 'a rulebook of Ansible, in coming-from.md',
  repos: 'a hook of pre-commit, in check.md',
  'name,on': 'a workflow of GitHub, in check.md and testing.md',
};

const pages = ['README.md', ...readdirSync(path.join(root, 'docs')).map((file) => `docs/${file}`)].filter((file) =>
  file.endsWith('.md'),
);

const samples = pages.flatMap((page) => {
  const text = readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(({ index, 1: yaml = '' }) => {
    const line = text.slice(0, index).split('\n').length;
    return { place: `${page}:${line}`, yaml };
  });
});

/** Of a document that others read its key in FOREIGN. */
function foreignIn(document: unknown): string | undefined {
  if (Array.isArray(document)) return '- name';
  const keys = isRecord(document) ? Object.keys(document) : [];
  return [keys.slice(0, 2).join(), keys[0] ?? ''].find((key) => Object.hasOwn(FOREIGN, key));
}

/** @throws what is wrong with it */
function read(document: unknown, yaml: string): void {
  if (!isRecord(document)) throw new Error('it is no document');
  if ('redis' in document) configurationSchema.partial().parse(document);
  else if ('targets' in document) readTargetsText(yaml);
  else if ('tests' in document) parseTestFile(document);
  else if ('sources' in document) parseSources(document);
  else if ('resource' in document) parseMap(document, 'map');
  else readAutomation(document);
}

function readAutomation(document: Readonly<Record<string, unknown>>): void {
  const trigger = document.trigger ?? { expect: ['event'], threshold: 2, within: 60, ...countedBy(document) };
  const rest = 'distinct' in document || 'sum' in document ? {} : document;
  parseAutomation({ id: 'a', name: 'a', ...rest, trigger });
}

/** A page on conditions shows these keys alone. */
function countedBy({ distinct, sum }: Readonly<Record<string, unknown>>): object {
  return { ...(distinct === undefined ? {} : { distinct }), ...(sum === undefined ? {} : { sum }) };
}

function readTargetsText(yaml: string): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'watchfire-sample-'));
  try {
    const file = path.join(folder, 'targets.yaml');
    writeFileSync(file, yaml);
    const named = [...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [
      name,
      'https://example.com/0123456789abcdef0123'.padEnd(40, '0'),
    ]);
    readTargets(file, Object.fromEntries(named));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(samples)('the YAML at $place is read, or stands on the list of what others read', ({ yaml }) => {
  for (const parsed of parseAllDocuments(yaml)) {
    if (!('toJS' in parsed)) continue;
    expect(parsed.errors).toEqual([]);
    const document: unknown = parsed.toJS();
    if (foreignIn(document) === undefined) read(document, yaml);
  }
});

test('what stands on that list is on a page, and the list is short', () => {
  const met = samples.flatMap(({ yaml }) =>
    parseAllDocuments(yaml).map((parsed) => foreignIn('toJS' in parsed ? parsed.toJS() : null)),
  );
  expect(Object.keys(FOREIGN).filter((key) => !met.includes(key))).toEqual([]);
  expect(Object.keys(FOREIGN).length).toBeLessThanOrEqual(15);
  expect(samples.length).toBeGreaterThan(70);
});
