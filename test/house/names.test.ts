import path from 'node:path';
import { expect, test } from 'vitest';
import { sourceFiles } from './tree.ts';

const CODE = ['src', 'test', 'bench', 'scripts', 'examples', 'lua'];

/** Names that say nothing about what is inside, and gather everything. */
const EMPTY_NAMES = new Set(['types', 'util', 'utils', 'constants', 'helper', 'helpers', 'common', 'misc', 'shared']);

const names = CODE.flatMap((folder) => sourceFiles([folder]))
  .map(({ file }) => file)
  .filter((file) => /\.(ts|mjs|sh|lua)$/.test(file))
  .map((file) => ({ file, stem: path.posix.basename(file).split('.')[0] ?? '' }));

test('a file is named by one word or by two with a hyphen', () => {
  const others = names.filter(({ stem }) => !/^[a-z0-9]+(-[a-z0-9]+)?$/.test(stem));
  expect(others.map(({ file }) => file)).toEqual([]);
});

test('no file has a name that says nothing', () => {
  const empty = names.filter(({ stem }) => EMPTY_NAMES.has(stem));
  expect(empty.map(({ file }) => file)).toEqual([]);
});

test('no exported type, interface or class has a name that is declared a second time', () => {
  const declared = sourceFiles(['src'], '.ts').flatMap(({ text }) => [
    ...text.matchAll(/^(export )?(?:declare )?(?:abstract )?(?:type|interface|class) (\w+)/gm),
  ]);
  const exported = new Set(declared.filter(([, word]) => word !== undefined).map(([, , name = '']) => name));
  const all = declared.map(([, , name = '']) => name);
  const shared = new Set(all.filter((name, i) => exported.has(name) && all.indexOf(name) !== i));
  expect([...shared]).toEqual([]);
});

/** What the wrappers share. This list only ever gets shorter. */
const NO_STEPS = ['answer'];

function stems(folder: string, ending: string): string[] {
  return sourceFiles([folder], ending)
    .map(({ file }) => file.slice(folder.length + 1, -ending.length))
    .filter((name) => !name.includes('/'));
}

test('each script has one wrapper of its name, and each wrapper a script', () => {
  const wrappers = stems('src/redis/steps', '.ts');
  expect(wrappers).toEqual([...stems('lua', '.lua'), ...NO_STEPS].sort());
});

test('each script has one test file of its name', () => {
  expect(stems('test/lua', '.test.ts')).toEqual(expect.arrayContaining(stems('lua', '.lua')));
});
