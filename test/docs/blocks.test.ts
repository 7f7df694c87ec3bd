import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../house/tree.ts';

/* Every block of the pages is tried somewhere, or stands on the list of those that are not. */

/** What reads or runs the blocks of a kind, by what stands behind their three ticks. */
const KINDS: readonly Readonly<{ kind: RegExp; by: string }>[] = [
  { kind: /^yaml$/, by: 'test/docs/samples.test.ts' },
  { kind: /^cel$/, by: 'test/docs/conditions.test.ts' },
  { kind: /^timeline \S+$/, by: 'test/docs/timelines.test.ts' },
  { kind: /^json (?:automation|event)$/, by: 'test/docs/pages.test.ts' },
  { kind: /^typescript$/, by: 'test/docs/generated.test.ts' },
  { kind: /^(?:ts|js)$/, by: 'test/package/pack.test.ts' },
  { kind: /^ts handlers$/, by: 'test/rigs/prefect/handlers.ts' },
  { kind: /^ts brokers$/, by: 'test/docs/shown-files.test.ts' },
  { kind: /^\w+ \w+\.(?:py|go|java|rb|php)$/, by: 'test/rigs/languages/programs.ts' },
];

/** Blocks of commands and of what they print, by page and the beginning of their first line, and what runs them. */
const RUN: readonly Readonly<{ page: string; begins: RegExp; by: string }>[] = [
  {
    page: 'README.md',
    begins: /^(?:\$ SLACK_URL|npm run -s watchfire -- send|\*Five|> )/,
    by: 'test/docs/readme.test.ts',
  },
  { page: 'docs/check.md', begins: /^(?:#!|\[)/, by: 'test/docs/check.test.ts' },
  { page: 'docs/semantics.md', begins: /^redis-cli XADD/, by: 'test/docs/pages.test.ts' },
  { page: 'docs/webhooks.md', begins: /^\$ (?:curl|for)/, by: 'test/rigs/docs/main.ts' },
  { page: 'docs/scaling.md', begins: /^\$ watchfire init/, by: 'test/rigs/docs/main.ts' },
  { page: 'docs/sources.md', begins: /^\$ watchfire sources check/, by: 'test/rigs/docs/main.ts' },
  { page: 'docs/testing.md', begins: /^\$ watchfire test tests\/\*/, by: 'test/rigs/docs/main.ts' },
];

/** Pages with blocks that nothing runs yet, and how many they have. The numbers only get smaller, to 15 in all. */
const UNTRIED: Readonly<Record<string, number>> = {
  'README.md': 6,
  'docs/backup.md': 2,
  'docs/check.md': 1,
  'docs/coming-from-prefect.md': 5,
  'docs/coming-from.md': 1,
  'docs/console.md': 1,
  'docs/erase.md': 2,
  'docs/explain.md': 5,
  'docs/guarantees.md': 2,
  'docs/operations.md': 1,
  'docs/scaling.md': 1,
  'docs/semantics.md': 1,
  'docs/sources.md': 2,
  'docs/testing.md': 1,
  'docs/webhooks.md': 4,
  'docs/why.md': 1,
};

const pages = ['README.md', ...readdirSync(path.join(root, 'docs')).map((file) => `docs/${file}`)].filter((file) =>
  file.endsWith('.md'),
);

const blocks = pages.flatMap((page) => {
  const text = readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(/^( *)```(.*)\n([\s\S]*?)^\1```$/gm)].map(([, , kind = '', block = '']) => {
    const [first = ''] = block.trim().split('\n');
    const tried =
      KINDS.find((one) => one.kind.test(kind)) ?? RUN.find((one) => one.page === page && one.begins.test(first));
    return { page, kind, first, by: tried?.by ?? null };
  });
});

test('each block of the pages is tried, but for those that are counted, which only get fewer', () => {
  const untried: Record<string, number> = {};
  for (const { page, by } of blocks) if (by === null) untried[page] = (untried[page] ?? 0) + 1;
  expect(untried, 'run it in test/rigs/docs/main.ts; when there are fewer, lower the number').toEqual(UNTRIED);
  expect(blocks.length).toBeGreaterThan(400);
});

test.each([...KINDS, ...RUN].map(({ by }) => by))('what is said to try blocks is there, and tries some: %s', (file) => {
  expect(readFileSync(path.join(root, file), 'utf8').length).toBeGreaterThan(0);
  expect(blocks.some(({ by }) => by === file)).toBe(true);
});
