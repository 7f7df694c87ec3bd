import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentsIn } from '../../src/cli/documents.ts';
import { findingsIn } from '../../src/findings/automation-findings.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { root } from '../house/tree.ts';

/* Pages that show files of examples/. Their tests are run by test/cli/test-examples.test.ts. */

const SHOWN = /^```yaml\n((?:(?!^```).*\n)+)^```\n\n\[(\S+)\]\(\.\.\/(\S+)\), \[its test\]\(\.\.\/(\S+)\)$/gm;

const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** Without the comments at its head, which the page has as sentences. */
const bodyOf = (file: string): string => textOf(file).replace(/^(?:#.*\n)+/, '');

describe.each([
  { page: 'docs/how-to.md', folder: 'examples/how-to', heading: /^### /gm },
  { page: 'docs/coming-from.md', folder: 'examples/coming-from', heading: /^## /gm },
])('$page', ({ page, folder, heading }) => {
  const text = textOf(page);
  const shown = [...text.matchAll(SHOWN)].map(([, yaml = '', title = '', file = '', tests = '']) => ({
    yaml,
    title,
    file,
    tests,
  }));

  test('shows under each heading one file as it is, and names its test', () => {
    expect(shown).toHaveLength(text.match(heading)?.length ?? 0);
    for (const { yaml, title, file, tests } of shown) {
      expect(yaml).toBe(bodyOf(file));
      expect([title, path.basename(tests)]).toEqual([path.basename(file), path.basename(file)]);
    }
  });

  test('shows every file of its folder, and nothing in them is hardly meant', () => {
    const files = readdirSync(path.join(root, folder)).map((file) => `${folder}/${file}`);
    expect(shown.map(({ file }) => file)).toEqual(expect.arrayContaining(files));
    for (const file of files) {
      const { found, problems } = documentsIn({ file, text: textOf(file) });
      expect([found.length, problems]).toEqual([1, []]);
      for (const { document } of found) expect(findingsIn(parseAutomation(document))).toEqual([]);
    }
  });
});

/** Pages that show one program of examples/, with what they are named by there. */
const PROGRAMS = ['mqtt', 'kafka', 'nats', 'prefect-websocket'];

test.each(PROGRAMS)('docs/%s.md shows its program as it is, which `npm run proof -- brokers` tries', (name) => {
  const [, shown] = /^```ts brokers\n([\s\S]*?)^```$/m.exec(textOf(`docs/${name}.md`)) ?? [];
  expect(shown).toBe(textOf(`examples/sources/${name}.ts`));
});
