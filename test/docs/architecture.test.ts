import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { keysOf, prefixesOf } from '../../src/redis/keys.ts';
import { root, sourceFiles } from '../house/tree.ts';

const text = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
const named = new Set([...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));

test('ARCHITECTURE.md names each script and each include', () => {
  const scripts = sourceFiles(['lua'], '.lua').map(({ file }) => file.replace(/^.*\//, '').replace(/\.lua$/, ''));
  expect(scripts.length).toBeGreaterThan(50);
  expect(scripts.filter((name) => !named.has(name))).toEqual([]);
});

test('ARCHITECTURE.md names each key', () => {
  const keys = [...named].filter((name) => /^\{wf(?:\.7)?\}:/.test(name)).map((name) => name.replace('{wf.7}', '{wf}'));
  const wanted = Object.values({ ...keysOf('wf'), ...prefixesOf('wf') });
  expect(
    wanted.filter((key) => !keys.some((name) => name === key || (key.endsWith(':') && name.startsWith(key)))),
  ).toEqual([]);
});
