import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { run } from './run.ts';

/** A path with a package manager of root's that writes down its calls, and no server. */
async function withoutServer(): Promise<() => Promise<string>> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const calls = path.join(dir, 'calls');
  await writeFile(calls, '');
  for (const name of ['apk', 'sudo']) {
    const script = name === 'apk' ? `echo "$*" >> '${calls}'; exit 1` : 'shift; "$@"';
    await writeFile(path.join(dir, name), `#!/bin/sh\n${script}\n`);
    await chmod(path.join(dir, name), 0o755);
  }
  vi.stubEnv('PATH', dir);
  return () => readFile(calls, 'utf8');
}

const START = ['start', '--port', '1', '--dir', 'never-made'];
const CALL = 'add --no-cache redis\n';

test.each<[string, string[], Parameters<typeof run>[1], string]>([
  ['nobody can be asked', START, {}, ''],
  ['somebody says no', START, { answer: () => false }, ''],
  ['somebody says yes', START, { answer: () => true }, CALL],
  ['--install says so', [...START, '--install'], {}, CALL],
  ['CI says so', START, { env: { CI: 'true' } }, CALL],
  ['CI says false', START, { env: { CI: 'false' } }, ''],
])('where %s', async (_, argv, around, called) => {
  const calls = await withoutServer();
  const { status, err } = await run(argv, { ...around, env: { REDIS_URL: '', ...around?.env } });
  expect(status).toBe(1);
  expect(err.at(-1)).toMatch(called === '' ? /nothing was installed: with --install/ : /apk could not install/);
  expect((await calls()).replace(/^.*apk /, '')).toBe(called);
});
