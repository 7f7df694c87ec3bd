import { expect, test } from 'vitest';
import { sourceFiles } from './tree.ts';

/** How many marks in docs/rules.md say that the engine does not follow yet. Lower it when the text has fewer; never raise it. */
const NOT_FOLLOWED = 5;

const MARK = '⧗';
const CODE = ['src', 'lua', 'test', 'bench'];

const rules = sourceFiles(['docs'], 'rules.md')[0]?.text ?? '';
const code = sourceFiles(CODE).filter(({ file }) => /\.(?:ts|lua)$/.test(file) && file !== 'test/house/rules.test.ts');

/** `8`, `8.2`: headings, and the paragraphs of section 12, which begin with their number. `9.4`: a numbered step of a section. */
const numbers = numbersIn(rules);

function numbersIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  let section = '';
  for (const line of text.split('\n')) {
    const heading = /^(?:#{2,3} |\*\*)(\d+(?:\.\d+)?)\.? /.exec(line)?.[1];
    const step = /^(\d+)\. /.exec(line)?.[1];
    if (heading !== undefined) section = heading;
    found.add(step === undefined ? section : `${section}.${step}`);
  }
  return found;
}

/** `R4`, `P5a`: the first cell of a table row, and R0, which is no row of a table. */
const rows = new Set([...rules.matchAll(/^\| ([RPSL]\d+a?) *\||\bRow (R0)\b/gm)].map(([, row, alone]) => row ?? alone));

/** What the code cites that fits the pattern: `file: citation`. */
function cited(pattern: RegExp): { place: string; name: string }[] {
  return code.flatMap(({ file, text }) =>
    [...text.matchAll(pattern)].flatMap(([, names = '']) =>
      names.split(/,? and |, /).map((name) => ({ place: `${file}: ${name}`, name })),
    ),
  );
}

test('the rules that the engine does not follow yet only get fewer', () => {
  const marks = rules.split(MARK).length - 1 - 1; // one stands at the head, in the sentence that explains it
  expect(rules).toContain(`**${MARK} marks what the engine does not follow yet.**`);
  expect(marks, 'lower NOT_FOLLOWED to the number of marks in docs/rules.md; it never rises').toBe(NOT_FOLLOWED);
});

test('every section of the rules that the code cites is there', () => {
  const sections = cited(/\b[Rr]ules (\d+(?:\.\d+)?(?:(?:,? and |, )\d+(?:\.\d+)?)*)/g);
  const bare = cited(/(?:-- |['"`])(\d+\.\d+)(?=: | [RPSL]\d)/g);
  expect(sections.length).toBeGreaterThan(80);
  expect([...sections, ...bare].filter(({ name }) => !numbers.has(name)).map(({ place }) => place)).toEqual([]);
});

test('every row of the rules that the code cites is there', () => {
  const citations = cited(/\b([RPSL]\d{1,2}a?)\b/g);
  expect(citations.length).toBeGreaterThan(80);
  expect(citations.filter(({ name }) => !rows.has(name)).map(({ place }) => place)).toEqual([]);
});

test('the code cites the rules by one name', () => {
  expect(cited(/\b([Ss]emantics \d)/g).map(({ place }) => place)).toEqual([]);
});
