import { access, chmod, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findRedisServer, installRedisServer, type Machine } from '../../src/embedded/find-server.ts';
import { ask } from '../../src/embedded/probe.ts';
import { obtainRedisServer, startRedisServer } from '../../src/embedded/server.ts';

/** A machine whose path holds the given shell scripts and nothing else but the commands they need. */
async function machineWith(scripts: Record<string, string>, rest: Partial<Machine> = {}): Promise<Machine> {
  const dir = await realpath(await mkdtemp(path.join(tmpdir(), 'watchfire-machine-')));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  for (const command of ['env', 'chmod']) {
    await symlink(await commandOf(command), path.join(dir, command));
  }
  for (const [name, script] of Object.entries(scripts)) await place(dir, name, script);
  return { searchPath: dir, isRoot: true, platform: 'linux', ...rest };
}

/** Where this machine has a command; every system has these in one of the two folders. */
async function commandOf(name: string): Promise<string> {
  const usual = `/bin/${name}`;
  return (await access(usual).then(
    () => true,
    () => false,
  ))
    ? usual
    : `/usr/bin/${name}`;
}

async function place(dir: string, name: string, script: string): Promise<void> {
  await writeFile(path.join(dir, name), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(dir, name), 0o755);
}

/** Answers as a server of that version does. */
const server = (version: string): string => `echo "Redis server v=${version} sha=00000000:0 malloc=libc bits=64"`;

/** A package manager that notes how it was called, and brings a server when it is asked to install or add something. */
function manager(dir: string, file: string, version: string): string {
  return `
    echo "\${0##*/} $*" >> ${dir}/calls
    case " $* " in *" install "*|*" add "*)
      printf '#!/bin/sh\\n%s\\n' '${server(version)}' > ${dir}/${file}; chmod 755 ${dir}/${file};;
    esac`;
}

async function installing(machine: Machine): Promise<{ said: string[]; calls: () => Promise<string[]> }> {
  const said: string[] = [];
  await installRedisServer(
    machine,
    (sentence) => said.push(sentence),
    async () => true,
  );
  const calls = async (): Promise<string[]> =>
    (await readFile(path.join(machine.searchPath, 'calls'), 'utf8')).trim().split('\n');
  return { said, calls };
}

describe('looking for a server', () => {
  test.each([
    ['a Redis', { 'redis-server': server('7.0.15') }, 'redis-server', '7.0.15'],
    ['a Valkey', { 'valkey-server': server('8.1.0') }, 'valkey-server', '8.1.0'],
    [
      'the newer of two',
      { 'redis-server': server('6.2.1'), 'valkey-server': server('9.0.0') },
      'valkey-server',
      '9.0.0',
    ],
  ])('finds %s', async (_, scripts, file, version) => {
    const machine = await machineWith(scripts);
    const expected = { path: path.join(machine.searchPath, file), name: file, version };
    expect(await findRedisServer(machine)).toEqual(expected);
  });

  test.each([
    ['an empty path', {}],
    ['one that is too old', { 'redis-server': server('6.2.14') }],
    ['one that does not run', { 'redis-server': 'exit 1' }],
    ['one that is something else', { 'redis-server': 'echo hello' }],
  ])('takes none from %s', async (_, scripts) => {
    expect(await findRedisServer(await machineWith(scripts))).toBeUndefined();
  });

  test('takes the checker where the server itself is missing, and it serves', async () => {
    const real = await obtainRedisServer(() => undefined);
    const machine = await machineWith({});
    const checker = path.join(machine.searchPath, real.name.replace('-server', '-check-rdb'));
    await symlink(await realpath(real.path), checker);
    const program = await findRedisServer(machine);
    expect(program).toEqual({ path: checker, name: real.name, version: real.version });
    const { port, pid, stop } = await startRedisServer({ port: 0, dir: null, program: program ?? real, open: true });
    onTestFinished(stop);
    expect(await ask(port)).toMatchObject({ kind: 'redis', pid });
  });
});

describe('installing a server', () => {
  test('takes only the tools of Debian, which bring no service', async () => {
    const machine = await machineWith({});
    await place(machine.searchPath, 'apt-get', manager(machine.searchPath, 'redis-check-rdb', '7.0.15'));
    const { said, calls } = await installing(machine);
    expect(await calls()).toEqual(['apt-get -q update', 'apt-get -q install -y --no-install-recommends redis-tools']);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^no Redis server on the path, installing one: .*apt-get/);
  });

  test.each([
    ['apk', 'apk add --no-cache redis'],
    ['dnf', 'dnf install -y -q redis'],
  ])('goes through %s', async (name, call) => {
    const machine = await machineWith({});
    await place(machine.searchPath, name, manager(machine.searchPath, 'redis-server', '8.0.1'));
    expect(await (await installing(machine)).calls()).toEqual([call]);
  });

  test('runs nothing when the answer is no, and says what it would have run', async () => {
    const machine = await machineWith({});
    await place(machine.searchPath, 'apk', manager(machine.searchPath, 'redis-server', '8.0.1'));
    const asked: string[] = [];
    const refused = installRedisServer(
      machine,
      () => undefined,
      async (commands) => {
        asked.push(commands);
        return false;
      },
    );
    await expect(refused).rejects.toMatchObject({
      code: 'REDIS_MISSING',
      message: expect.stringMatching(/nothing was installed: with --install it would be apk add .*\. Install one with/),
    });
    expect(asked).toEqual(['apk add --no-cache redis']);
    await expect(readFile(path.join(machine.searchPath, 'calls'), 'utf8')).rejects.toThrow(/ENOENT/);
  });

  test('uses sudo when it asks for no password', async () => {
    const machine = await machineWith({ sudo: 'shift; [ "$1" = true ] || exec "$@"' }, { isRoot: false });
    await place(machine.searchPath, 'apk', manager(machine.searchPath, 'redis-server', '8.0.1'));
    expect(await (await installing(machine)).calls()).toEqual(['apk add --no-cache redis']);
  });

  test.each([
    [
      'without a package manager',
      {},
      {},
      /^no Redis server 7\.0 or newer was found\. Install one with `sudo apt install/,
    ],
    ['without rights', { 'apt-get': 'exit 0', sudo: 'exit 1' }, { isRoot: false }, /was found\. Install one with/],
    ['on macOS without Homebrew', {}, { isRoot: false, platform: 'darwin' }, /`brew install redis`, or set REDIS_URL/],
    ['on Windows', {}, { isRoot: false, platform: 'win32' }, /inside WSL or with Docker, or set REDIS_URL/],
    [
      'when it fails',
      { apk: 'echo no network; exit 1' },
      {},
      /^apk could not install a Redis server \(no network\)\. Install/,
    ],
    ['when it brings none', { apk: 'exit 0' }, {}, /^apk brought no Redis server 7\.0 or newer\. Install/],
  ])('says how to get one %s', async (_, scripts, rest, sentence) => {
    const machine = await machineWith(scripts, rest);
    const failing = installRedisServer(
      machine,
      () => undefined,
      async () => true,
    );
    await expect(failing).rejects.toMatchObject({ code: 'REDIS_MISSING', message: expect.stringMatching(sentence) });
  });
});
