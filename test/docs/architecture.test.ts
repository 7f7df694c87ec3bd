import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { keysOf, prefixesOf } from '../../src/redis/keys.ts';
import { root, sourceFiles } from '../house/tree.ts';

const text = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');

/** The text below a heading, up to the next one. */
function section(heading: string): string {
  return text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
}

test('the page on the architecture is read in one sitting', () => {
  expect(text.split('\n').length - 1).toBeLessThanOrEqual(150);
  expect(section('Glossary').split('\n- ').length - 1).toBe(25);
});

test('every room stands in the table of the rings', () => {
  const rooms = new Set(sourceFiles(['src'], '.ts').map(({ file }) => (file.split('/')[1] ?? '').replace('.ts', '')));
  const named = new Set(section('The rings').match(/[a-z]+/g));
  expect([...rooms].filter((room) => !named.has(room))).toEqual([]);
});

test('every key stands in the table of the keys', () => {
  const table = section('Keys');
  const names = [...Object.values(keysOf('wf')), ...Object.values(prefixesOf('wf'))];
  expect(names.filter((name) => !table.includes(`\`${name}`))).toEqual([]);
});

test('every word that the glossary explains in bold is explained once', () => {
  const words = [...section('Glossary').matchAll(/\*\*([^*]+)\*\*:/g)].map(([, word]) => word);
  expect(new Set(words).size).toBe(words.length);
});
