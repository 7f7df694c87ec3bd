import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../house/tree.ts';

/** Imports that are there at run time, and not put off until they are needed. */
const STATIC = /^(?:import|export)\s+(?!type\s)[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm;

/** All that is loaded with a file: our own files, and names of packages. */
function loadedWith(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const [, from, bare] of readFileSync(path.join(root, file), 'utf8').matchAll(STATIC)) {
    const name = from ?? bare ?? '';
    if (name.startsWith('.')) loadedWith(path.posix.join(path.posix.dirname(file), name), loaded);
    else loaded.add(name);
  }
  return loaded;
}

test('the walk follows imports through files', () => {
  expect([...loadedWith('src/services/worker.ts')]).toEqual(expect.arrayContaining(['bullmq', 'ioredis']));
});

test('the program loads no verb before it is called', () => {
  expect([...loadedWith('src/cli/program.ts')].filter((name) => name.includes('/verbs/'))).toEqual([]);
});

test.each(['list', 'get', 'enable', 'disable', 'delete', 'send', 'apply', 'schema', 'worker'])(
  '%s loads nothing heavy that it may not need',
  (verb) => {
    const loaded = loadedWith(`src/cli/verbs/${verb}.ts`);
    const heavy = ['bullmq', 'cli-progress', 'pino-pretty', ...(verb === 'apply' ? [] : ['yaml'])];
    expect(heavy.filter((name) => loaded.has(name))).toEqual([]);
  },
);
