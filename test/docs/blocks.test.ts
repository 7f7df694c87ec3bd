import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../house/tree.ts';
import { STORIES } from '../rigs/docs/stories.ts';
import { stepOf } from '../rigs/docs/story.ts';
import { type Block, begins, blocksOf, pages } from './page-blocks.ts';

/* Every block of the pages is tried somewhere, or stands on the list of those that are not. */

const RIG = 'test/rigs/docs/main.ts';

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

/** Blocks of commands and of what they print that tests run, by page and the beginning of their first line. */
const RUN: readonly Readonly<{ page: string; begins: RegExp; by: string }>[] = [
  {
    page: 'README.md',
    begins: /^(?:\$ SLACK_URL|npm run -s watchfire -- send|\*Five|> )/,
    by: 'test/docs/readme.test.ts',
  },
  { page: 'README.md', begins: /^\$ npm pack/, by: 'test/package/pack.test.ts' },
  { page: 'docs/check.md', begins: /^#!/, by: 'test/docs/check.test.ts' },
  { page: 'docs/semantics.md', begins: /^redis-cli XADD/, by: 'test/docs/pages.test.ts' },
];

/** Blocks that nothing runs, by page and the beginning of their first line, and why. The list only gets shorter. */
const LEFT: readonly Readonly<{ page: string; begins: string; reason: string }>[] = [
  { page: 'docs/coming-from.md', begins: 'inngest.createFunction(', reason: 'a program of Inngest, beside ours' },
  { page: 'docs/guarantees.md', begins: '$ npm run proof -- crash', reason: 'takes minutes; .ci/run runs it' },
];

/** The most that may ever stand there. */
const MOST_LEFT = 15;

const blocks = pages.flatMap(blocksOf).map((block) => {
  const { page, kind, first } = block;
  const kept =
    KINDS.find((one) => one.kind.test(kind)) ?? RUN.find((one) => one.page === page && one.begins.test(first));
  const by = kept?.by ?? (stepOf(STORIES, block) ? RIG : null);
  return { block, by, place: `${page}: ${first}` };
});

const isLeft = ({ block }: { block: Block }, left: (typeof LEFT)[number]): boolean =>
  left.page === block.page && begins(block, left.begins);

test('each block of the pages is tried, but for those of a short list, each with its reason', () => {
  const untried = blocks.filter((one) => one.by === null && !LEFT.some((left) => isLeft(one, left)));
  expect(
    untried.map(({ place }) => place),
    'run it in test/rigs/docs/stories',
  ).toEqual([]);
  expect(LEFT.length).toBeLessThanOrEqual(MOST_LEFT);
  expect(blocks.length).toBeGreaterThan(400);
});

test.each(LEFT)('what is left untried is there, and is one block that nothing tries: $page $begins', (left) => {
  expect(blocks.filter((one) => isLeft(one, left)).map(({ by }) => by)).toEqual([null]);
});

const steps = STORIES.flatMap(({ page, steps: all }) => all.map((step) => ({ page, beginning: step.begins })));

test.each(steps)(
  'the block that `npm run proof -- docs` runs is on its page, once: $page $beginning',
  ({ page, beginning }) => {
    expect(blocksOf(page).filter((block) => begins(block, beginning))).toHaveLength(1);
  },
);

test.each([...KINDS, ...RUN].map(({ by }) => by))('what is said to try blocks is there, and tries some: %s', (file) => {
  expect(readFileSync(path.join(root, file), 'utf8').length).toBeGreaterThan(0);
  expect(blocks.some(({ by }) => by === file)).toBe(true);
});
