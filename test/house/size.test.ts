import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root, sourceFiles } from './tree.ts';

const CODE = ['src', 'test', 'bench', 'scripts', 'examples'];
const TS_LINES = 300;
const SCRIPT_LINES = 80;
const INCLUDE_LINES = 120;

/** Files and functions (`file: line of the function`) that may be longer. These lists only ever get shorter. */
const LONG_FILES: readonly string[] = [];
const LONG_LUA_FILES: readonly string[] = [];

test(`no TypeScript file is longer than ${TS_LINES} lines, but for the named exceptions`, () => {
  const files = [...sourceFiles(CODE, '.ts'), ...sourceFiles(CODE, '.mjs')];
  const long = files.filter(({ lines }) => lines > TS_LINES).map(({ file }) => file);
  expect(long.sort()).toEqual([...LONG_FILES].sort());
});

test(`no script is longer than ${SCRIPT_LINES} lines and no include than ${INCLUDE_LINES}, but for the named exceptions`, () => {
  const capOf = (file: string): number => (file.startsWith('lua/include/') ? INCLUDE_LINES : SCRIPT_LINES);
  const long = sourceFiles(['lua'], '.lua').filter(({ file, lines }) => lines > capOf(file));
  expect(long.map(({ file }) => file)).toEqual([...LONG_LUA_FILES].sort());
});

/**
 * The linter's own limit of 60 lines leaves test files out, since it takes a `describe` for one long function. Here they are
 * looked at without that.
 */
test('no function in a test file is longer than 60 lines', async () => {
  const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome');
  const parameters = [
    biome,
    'lint',
    '--only=complexity/noExcessiveLinesPerFunction',
    '--reporter=github',
    '--max-diagnostics=none',
    'test',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { cwd: root }).catch(
    (failure: { stdout: string }) => failure,
  );
  const lineOf = new Map(sourceFiles(['test'], '.ts').map(({ file, text }) => [file, text.split('\n')]));
  const found = [...stdout.matchAll(/file=([^,]+),line=(\d+)/g)].map(([, place = '', line = '']) => {
    const file = path.relative(root, path.resolve(root, place)).replaceAll(path.sep, '/');
    return `${file}: ${lineOf.get(file)?.[Number(line) - 1]?.trim()}`;
  });
  expect(found.filter((place) => !/: describe\b/.test(place))).toEqual([]);
});
