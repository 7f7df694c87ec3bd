import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { eventually } from '../support/eventually.ts';
import { root } from './tree.ts';

/** Stands in for the command line: says what it was called with, stays, and takes its time to end on a signal. */
const STAND_IN = `
process.on('SIGTERM', () => {
  console.log('ending');
  setTimeout(() => { console.log('ended'); process.exit(0); }, 100);
});
setInterval(() => {}, 1000);
console.log(JSON.stringify({ parameters: process.argv.slice(2), node: process.versions.node.split('.')[0] }));
`;

/** A checkout whose packages are those of this one, and whose command line is the stand-in. */
async function checkout({ lockIsNewer }: { lockIsNewer: boolean }): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-checkout-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  for (const part of ['scripts', 'package.json', 'package-lock.json']) {
    await cp(path.join(root, part), path.join(dir, part), { recursive: true });
  }
  await mkdir(path.join(dir, 'src', 'cli'), { recursive: true });
  await writeFile(path.join(dir, 'src', 'cli', 'main.ts'), STAND_IN);
  await mkdir(path.join(dir, 'node_modules'));
  await symlink(path.join(root, 'node_modules', '.bin'), path.join(dir, 'node_modules', '.bin'));
  const [lock, installed] = ['package-lock.json', 'node_modules/.package-lock.json'].map((file) =>
    path.join(dir, file),
  );
  await cp(path.join(root, 'node_modules', '.package-lock.json'), installed ?? '');
  await utimes((lockIsNewer ? installed : lock) ?? '', 1, 1);
  return dir;
}

type Run = { child: ChildProcess; output: () => string };

/** npm is found on the path without this checkout's own folder of binaries, as in a person's terminal. */
function npm(dir: string, parameters: readonly string[]): Run {
  const places = (process.env.PATH ?? '').split(path.delimiter).filter((place) => !place.includes('node_modules'));
  const env = { ...process.env, PATH: places.join(path.delimiter) };
  const child = spawn('npm', parameters, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, output: () => output };
}

describe('npm start', () => {
  test('passes its options on, runs on the pinned Node, and a SIGTERM ends all of it cleanly', async () => {
    const dir = await checkout({ lockIsNewer: false });
    const { child, output } = npm(dir, ['start', '--', '--port', '6391', '--dir', 'a b']);
    const parameters = ['start', '--port', '6391', '--dir', 'a b'];
    const pinned = manifest.devDependencies.node.replace(/^\D*/, '').split('.')[0];
    const line = JSON.stringify({ parameters, node: pinned });
    await eventually('the command line has started', () => output().includes(line));
    child.kill('SIGTERM');
    // Not at its exit already: what it said last may be read later.
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(output()).toMatch(/ending\nended\n$/);
  });
});

describe('the set-up', () => {
  test('installs nothing when only the time of the lock file has changed', async () => {
    const dir = await checkout({ lockIsNewer: true });
    const { child, output } = npm(dir, ['run', '-s', 'watchfire', '--', 'status']);
    await eventually('the command line has started', () => output().includes('"status"'));
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(output()).not.toContain('installing');
  });
});

test.each(['setup', 'start', 'watchfire', 'test', 'proof', 'bench'] as const)(
  '%s leaves no shell between npm and the program',
  (name) => {
    expect(manifest.scripts[name]).toMatch(/^exec sh scripts\/node\.sh /);
  },
);
