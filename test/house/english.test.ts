import { expect, test } from 'vitest';
import { sourceFiles } from './tree.ts';

/** How many sentences are still written in a way that has to be read twice. Lower it when there are fewer; never raise it. */
const HARD_SENTENCES = 0;

/** docs/rules.md is left out: its text is the law's own. */
const FOLDERS = ['src', 'lua', 'test', 'bench', 'docs'];
const PAGES = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'];
const SELF = 'test/house/english.test.ts';

const texts = [
  ...sourceFiles(FOLDERS).filter(
    ({ file }) => /\.(?:ts|lua|md)$/.test(file) && file !== 'docs/rules.md' && file !== SELF,
  ),
  ...sourceFiles([''], '.md').filter(({ file }) => PAGES.includes(file)),
];

/** Phrases with which a plainer word can always be had: reports, says; our, its; follows, uses. */
const PHRASES = /\b(?:is\s+told|(?<!const \w+ )of\s+ours|goes\s+by)\b/gi;

/** "Who reads …", "whoever reads …" where a sentence, a clause or a name of a test begins: a person is meant, and none is named. */
const WHO = /(?:^|[.:;!?]["'`)]?\s+|['"`(])(?:who|whoever)\s+(?:\w+)/gim;

/** Sentences end at a question mark too; then they ask, and "who" is right. */
const QUESTION = /^[^.\n]{0,120}\?/;

/** A text as it reads: what opens the lines of comments and lists is taken off, and a broken line goes on. */
function prose(text: string): string {
  return text.replace(/^[ \t]*(?:\/\*\*?|\*\/?|\/\/|--|[-*>#|]+)[ \t]*/gm, '');
}

function hardSentences(text: string): string[] {
  const read = prose(text);
  const people = [...read.matchAll(WHO)].filter(({ index, 0: found }) => {
    const start = index + found.search(/who/i);
    // In the middle of a sentence that was broken into lines, "who" refers to somebody.
    const before = read.slice(0, start).trimEnd().at(-1) ?? '.';
    return !/[\w,`)\]*]/.test(before) && !QUESTION.test(read.slice(start));
  });
  return [...read.matchAll(PHRASES), ...people].map(({ 0: found }) => found.trim());
}

test('a sentence that names nobody is found, a question and a relative clause are not', () => {
  expect(hardSentences('/** Who is slow repeats it. */')).toHaveLength(1);
  expect(hardSentences('// It stops: whoever reads it begins anew.')).toHaveLength(1);
  expect(hardSentences("test('who observes hears of it', …)")).toHaveLength(1);
  expect(hardSentences(' * a worker,\n * who reads; it is told of ours')).toHaveLength(2);
  expect(hardSentences('/** Who listens? */ a user who reads')).toEqual([]);
});

test('the sentences that have to be read twice only get fewer', () => {
  const found = texts.flatMap(({ file, text }) => hardSentences(text).map((words) => `${file}: ${words}`));
  const hint = 'write subject, verb, object; when there are fewer, lower HARD_SENTENCES; it never rises';
  expect(found.length, [hint, ...found].join('\n')).toBe(HARD_SENTENCES);
});
