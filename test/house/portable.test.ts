import { expect, test } from 'vitest';
import { sourceFiles } from './tree.ts';

/** Folders of one machine, and hosts that packages come from. Spelt so that this file does not hold them itself. */
const FOLDERS = ['work', 'tmp', 'home', 'root', 'Users'];
const HOSTS = ['registry.npmjs', 'registry.yarnpkg', 'deb.debian', 'archive.ubuntu', 'dl-cdn.alpine', 'proxy.golang'];
const MACHINE_PATH = new RegExp(`(?<![\\w.:~*})-])/(?:${FOLDERS.join('|')})/`);

/** Suppressions of the linter in the source, as `file: rule`. This list only ever gets shorter. */
const SUPPRESSIONS: readonly string[] = [
  'src/match/key.ts: lint/suspicious/noControlCharactersInRegex',
  'src/model/action.ts: lint/suspicious/noThenProperty',
];

const files = sourceFiles().filter(({ file }) => file !== 'test/house/portable.test.ts');

function linesThat(holds: (line: string) => boolean): string[] {
  return files.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index) => (holds(line) ? [`${file}:${index + 1}`] : [])),
  );
}

test('no file names a folder of one machine', () => {
  expect(MACHINE_PATH.test(`cd /${FOLDERS[0]}/x`) && !MACHINE_PATH.test('https://a.b/home/')).toBe(true);
  expect(linesThat((line) => MACHINE_PATH.test(line))).toEqual([]);
});

test('nothing is read from beside the checkout', () => {
  const folder = 'shared'; // spelt so that this file does not hold it itself
  const outside = new RegExp(`\\.\\./${folder}|${folder}/traces`);
  expect(outside.test(`../../../${folder}/traces/`)).toBe(true);
  expect(linesThat((line) => outside.test(line))).toEqual([]);
});

test('no file names a host that packages come from', () => {
  expect(linesThat((line) => HOSTS.some((host) => line.includes(host)))).toEqual([]);
});

test('the lock file leaves it to npm where packages come from', () => {
  const lock = files.find(({ file }) => file === 'package-lock.json');
  expect(lock?.text).toContain('"lockfileVersion"');
  expect(lock?.text).not.toContain('"resolved"');
});

test('the linter is silenced in the source in the named places only', () => {
  const found = sourceFiles(['src'], '.ts').flatMap(({ file, text }) =>
    [...text.matchAll(/(?:biome-ignore(?:-\w+)?\s+(\S+?):|@ts-(?:ignore|expect-error|nocheck))/g)].map(
      ([whole, rule]) => `${file}: ${rule ?? whole}`,
    ),
  );
  expect(found.sort()).toEqual([...SUPPRESSIONS].sort());
});
