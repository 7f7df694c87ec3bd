import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { MEANINGS } from '../../src/cli/view/explain.ts';
import { root, sourceFiles } from '../house/tree.ts';

const page = (name: string): string => readFileSync(path.join(root, 'docs', name), 'utf8');

/** What stands in backticks in the first column of the table behind a heading. */
function firstColumn(text: string, heading: string): string[] {
  const [table = ''] = /^\|[\s\S]*?\n(?!\|)/m.exec(text.slice(text.indexOf(`\n${heading}\n`))) ?? [];
  return [...table.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word),
  );
}

const words = firstColumn(page('rules.md'), '### 17.13 Words').sort();

/** The includes that answer what an event was to a trigger. */
const ROWS = /^lua\/include\/(?:active|alert|arming|composite|proactive|reactive|reset|rich|sliding)\.lua$/;
const rows = sourceFiles(['lua'], '.lua')
  .filter(({ file }) => ROWS.test(file))
  .map(({ text }) => text.replace(/include\('[^']*'\)/g, ''))
  .join('\n');

test('watchfire explain has a meaning for each word of the rules, and for no other', () => {
  expect(words.length).toBeGreaterThan(15);
  expect(Object.keys(MEANINGS).sort()).toEqual(words);
});

test('docs/semantics.md explains each word of the rules that a script answers, and no other', () => {
  const answered = words.filter((word) => rows.includes(`${word}'`));
  expect(firstColumn(page('semantics.md'), '## Why did it (not) fire?').sort()).toEqual(answered);
});

test('each word that a script answers stands in the rules', () => {
  const answers = rows.matchAll(/(?:\breturn|\bword =|\.\.|\band|\bor)\s+'\+?([a-z]+(?:-[a-z]+)*)'/g);
  const answered = new Set([...answers].map(([, word = '']) => word));
  expect(answered.size).toBeGreaterThan(10);
  expect([...answered].filter((word) => !words.includes(word))).toEqual([]);
});
