import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { documentsIn } from '../../src/cli/documents.ts';
import { findingsIn } from '../../src/findings/automation-findings.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { root } from '../house/tree.ts';

/* docs/how-to.md shows the files that it names; test/cli/test-examples.test.ts runs their tests. */

const page = readFileSync(path.join(root, 'docs/how-to.md'), 'utf8');
const TASK =
  /^### (.+)\n\n[\s\S]*?^```yaml\n([\s\S]*?)^```\n\n\[(\S+)\]\(\.\.\/(\S+)\), \[its test\]\(\.\.\/(\S+)\)$/gm;
const tasks = [...page.matchAll(TASK)].map(([, name = '', yaml = '', title = '', file = '', tests = '']) => ({
  name,
  yaml,
  title,
  file,
  tests,
}));

/** Without the comments at its head, which the page has as sentences. */
const bodyOf = (file: string): string => readFileSync(path.join(root, file), 'utf8').replace(/^(?:#.*\n)+/, '');

test('every task of the page shows its file as it is, and names its test', () => {
  expect(tasks).toHaveLength(page.match(/^### /gm)?.length ?? 0);
  expect(tasks.length).toBeGreaterThanOrEqual(20);
  for (const { yaml, title, file, tests } of tasks) {
    expect(yaml).toBe(bodyOf(file));
    expect([title, path.basename(tests)]).toEqual([path.basename(file), path.basename(file)]);
  }
});

test('every file for a task stands on the page, is in order, and nothing in it is hardly meant', () => {
  const folder = 'examples/how-to';
  const files = readdirSync(path.join(root, folder)).map((file) => `${folder}/${file}`);
  expect(tasks.map(({ file }) => file)).toEqual(expect.arrayContaining(files));
  const { found, problems } = files
    .map((file) => documentsIn({ file, text: readFileSync(path.join(root, file), 'utf8') }))
    .reduce((all, one) => ({ found: [...all.found, ...one.found], problems: [...all.problems, ...one.problems] }));
  expect(problems).toEqual([]);
  for (const { document } of found) expect(findingsIn(parseAutomation(document))).toEqual([]);
});
