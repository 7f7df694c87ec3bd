import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { targetOf } from '../../src/cli/connect.ts';
import { withPassword } from '../../src/cli/private-password.ts';

let dir: string;

/** A folder to work in, with the data of a private Redis on port 6390. */
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'watchfire-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await mkdir(path.join(dir, '.watchfire'));
  await writeFile(path.join(dir, '.watchfire', 'port'), '6390\n');
  await writeFile(path.join(dir, '.watchfire', 'password'), 'own');
  // A worker of the tests cannot change its folder.
  vi.spyOn(process, 'cwd').mockReturnValue(dir);
});

test.each([
  ['the private Redis of this folder', 'redis://127.0.0.1:6390', {}, 'redis://:own@127.0.0.1:6390'],
  ['with a database', 'redis://localhost:6390/2', {}, 'redis://:own@localhost:6390/2'],
  ['on another port', 'redis://127.0.0.1:6379', {}, 'redis://127.0.0.1:6379'],
  ['on another machine', 'redis://example.com:6390', {}, 'redis://example.com:6390'],
  ['with its own password', 'redis://:x@127.0.0.1:6390', {}, 'redis://:x@127.0.0.1:6390'],
  ['with a user', 'redis://me@127.0.0.1:6390', {}, 'redis://me@127.0.0.1:6390'],
  ['with REDISCLI_AUTH', 'rediss://example.com', { REDISCLI_AUTH: 'a/b' }, 'rediss://:a%2Fb@example.com'],
  ['by a socket', '/run/redis.sock', { REDISCLI_AUTH: 'x' }, '/run/redis.sock'],
])('an address %s', (_, url, env, expected) => {
  expect(withPassword(url, env)).toBe(expected);
});

const GIVEN = 'redis://example.com';

test.each([
  ['--redis', { redis: GIVEN }, { REDIS_URL: 'redis://b.example.com' }, GIVEN],
  ['REDIS_URL', {}, { REDIS_URL: GIVEN }, GIVEN],
  ['.watchfire/port', {}, { REDIS_URL: '' }, 'redis://:own@127.0.0.1:6391'],
])('a verb goes where %s says', async (by, options, env, url) => {
  await writeFile(path.join(dir, '.watchfire', 'port'), '6391\n');
  expect(targetOf(options, { env })).toMatchObject({ by, url });
});

test.each(['port', 'password'])('without a %s in this folder a verb goes to the usual address', async (file) => {
  await writeFile(path.join(dir, '.watchfire', 'port'), '6391\n');
  await rm(path.join(dir, '.watchfire', file));
  expect(targetOf({}, { env: {} })).toMatchObject({ by: 'default', url: 'redis://127.0.0.1:6390' });
});

test('a password behind a link is not read', async () => {
  const file = path.join(dir, '.watchfire', 'password');
  await rm(file);
  await writeFile(path.join(dir, 'other'), 'secret of somebody');
  await symlink(path.join(dir, 'other'), file);
  expect(withPassword('redis://127.0.0.1:6390', {})).toBe('redis://127.0.0.1:6390');
});
