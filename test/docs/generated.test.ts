import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withRoutes } from '../../scripts/console.ts';
import { documents } from '../../scripts/documents.ts';
import { withTables } from '../../scripts/reactions.ts';
import { reference, withDeclarations } from '../../scripts/reference.ts';

const root = path.join(import.meta.dirname, '..', '..');

test.each(Object.entries(documents()))('src/documents/%s is what scripts/documents.ts writes', (name, text) => {
  expect(readFileSync(path.join(root, 'src', 'documents', name), 'utf8')).toBe(text);
});

test('docs/reactions.md has the tables that scripts/reactions.ts writes', () => {
  const reactions = readFileSync(path.join(root, 'docs', 'reactions.md'), 'utf8');
  expect(reactions).toContain('| `labels` ');
  expect(withTables(reactions)).toBe(reactions);
});

test('docs/console.md has the table that scripts/console.ts writes', () => {
  const console = readFileSync(path.join(root, 'docs', 'console.md'), 'utf8');
  expect(console).toContain('`GET /api/status`');
  expect(withRoutes(console)).toBe(console);
});

/** The page as it is written now, and for each name that the package exports the declarations of the file that it comes from. */
const { written, exported } = withDeclarations((folder) => {
  const declarations = new Map<string, string>();
  for (const door of ['index', 'testing']) {
    const index = readFileSync(path.join(folder, `${door}.d.ts`), 'utf8');
    for (const [, name = ''] of index.matchAll(/^export declare function (\w+)/gm)) declarations.set(name, index);
    for (const [, names = '', file = ''] of index.matchAll(
      /^export (?:type )?\{([^}]*)\} from '\.\/([\w/-]+)\.[jt]s';$/gm,
    )) {
      const text = readFileSync(path.join(folder, `${file}.d.ts`), 'utf8').replace(/^ +#private;\n/gm, '');
      for (const name of names.matchAll(/(\w+)\s*(?:,|$)/g)) declarations.set(name[1] ?? '', text);
    }
  }
  return { written: reference(folder), exported: declarations };
});
const page = readFileSync(path.join(root, 'docs', 'reference.md'), 'utf8');

test('docs/reference.md is what scripts/reference.ts writes', () => {
  expect(page).toBe(written);
});

test('docs/reference.md shows what the package exports, and nothing else of the same name', () => {
  const pattern = /^```typescript\n(export (?:declare )?(?:class|type|const|function) (\w+)[\s\S]*?)\n```$/gm;
  const shown = new Map([...page.matchAll(pattern)].map(([, text = '', name = '']) => [name, text]));
  expect(exported.size).toBeGreaterThan(80);
  const wrong = [...shown].filter(([name, text]) => !exported.get(name)?.includes(text)).map(([name]) => name);
  expect(wrong).toEqual([]);
  const missing = [...exported.keys()].filter((name) => !shown.has(name) && !page.includes(`\n| \`${name}\` |`));
  expect(missing).toEqual(['Watchfire']);
});

test.each(['removeOnComplete', 'chunkSize', 'startWorker', 'emit', '_throws_ InvalidDocument when it is no scenario'])(
  'docs/reference.md says %s',
  (words) => {
    expect(page).toContain(words);
  },
);
