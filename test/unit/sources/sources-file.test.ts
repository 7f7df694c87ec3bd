import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { InvalidDocument } from '../../../src/errors.ts';
import { publicSpec, readSources, WatchedSources } from '../../../src/sources/sources-file.ts';
import { logLines } from '../../support/log-lines.ts';

/** A reference where none is resolved. */
const UNRESOLVED = ['$', '{SHOP}'].join('');

const SECRET = 'redis://:swordfish-99@shop:6379';

const text = (more = ''): string =>
  `sources:\n  - { name: shop, type: stream, stream: orders, redis: "\${SHOP}", preset: watchfire${more} }\n`;

function fileWith(content: string): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchfire-sources-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = path.join(dir, 'sources.yaml');
  writeFileSync(file, content);
  return file;
}

function problemOf(read: () => unknown): string {
  try {
    read();
    return '';
  } catch (error) {
    if (error instanceof InvalidDocument) return `${error.message} ${error.value}`;
    throw error;
  }
}

test('a sources file has its references resolved where they are secret, and all may see the rest', () => {
  const { specs } = readSources(fileWith(text(`, event: '${UNRESOLVED}'`)), { SHOP: SECRET });
  expect(specs).toMatchObject([{ name: 'shop', redis: SECRET, event: UNRESOLVED }]);
  expect(specs.map(publicSpec)).toEqual([
    { name: 'shop', type: 'stream', stream: 'orders', preset: 'watchfire', event: UNRESOLVED },
  ]);
});

test.each<[string, NodeJS.ProcessEnv, string]>([
  [text(), {}, 'sources[0].redis: the environment has no SHOP'],
  [text(), { SHOP: 'http://swordfish-99' }, 'sources[0].redis: must be a URL of redis'],
  ['sources: [', {}, 'sources file: must be YAML'],
  [text(', fro: new'), { SHOP: SECRET }, 'sources[0].fro: unknown key'],
])('%j is refused by place and reason, and shows no secret', (content, env, told) => {
  const problem = problemOf(() => readSources(fileWith(content), env));
  expect(problem).toContain(told);
  expect(problem).not.toContain('swordfish');
});

test('a file that changes is read again, and one with an error leaves the old one', () => {
  const { logger, lines } = logLines();
  const file = fileWith(text());
  const watched = new WatchedSources({ file, env: { SHOP: SECRET }, logger });
  const change = (content: string, atS: number): void => {
    writeFileSync(file, content);
    utimesSync(file, atS, atS);
    watched.refresh();
  };
  change(text(", hold: '20m'"), 1);
  expect(watched.current.specs).toMatchObject([{ name: 'shop' }]);
  expect(lines.at(-1)).toMatchObject({
    msg: 'sources file is wrong, the old one stays',
    problems: ['sources[0].hold: must be a duration from 0 s to 15 minutes'],
  });
  change(text(', hold: 0'), 2);
  expect(watched.current.specs).toMatchObject([{ name: 'shop', hold: 0 }]);
});
