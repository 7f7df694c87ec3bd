import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../house/tree.ts';

type Lock = { packages: Record<string, { version?: string; dev?: boolean; devOptional?: boolean }> };

const lockOf = (folder: string): Lock =>
  JSON.parse(readFileSync(path.join(root, folder, 'package-lock.json'), 'utf8')) as Lock;

test('the package asks npm for no Node and for no tools of tests', () => {
  const asked = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  expect(asked.filter((name) => name in manifest.devDependencies || name === 'node')).toEqual([]);
  const tools = ['node', ...Object.keys(manifest.devDependencies)].map((name) => `node_modules/${name}`);
  const { packages } = lockOf('.');
  expect(tools.filter((place) => packages[place]?.dev !== true)).toEqual([]);
});

test('the Node for running alone is the one that tests run on', () => {
  const [own, pinned] = ['scripts/runtime', '.'].map((folder) => lockOf(folder).packages['node_modules/node']?.version);
  expect(own).toBe(pinned);
});
