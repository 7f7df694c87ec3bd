import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { RedisMissing } from '../errors.ts';

/** Redis 7.0 was the first with what the scripts need: their flags (`#!lua`) and `XAUTOCLAIM` as it is now. */
const OLDEST_MAJOR = 7;

/** A version is printed at once; a program that takes longer is not the one we look for. */
const VERSION_TIMEOUT_MS = 5_000;

/** Package lists and a download over a slow line take minutes, not more. */
const INSTALL_TIMEOUT_MS = 300_000;

/**
 * Names under which a server is found, and the name it has to be started by. The server and its checker are one program, which does
 * what its file's name says. So a machine that only has the tools (as Debian's `redis-tools`) has a server as well.
 */
const CANDIDATES = [
  { file: 'redis-server', name: 'redis-server' },
  { file: 'valkey-server', name: 'valkey-server' },
  { file: 'redis-check-rdb', name: 'redis-server' },
  { file: 'valkey-check-rdb', name: 'valkey-server' },
] as const;

/** A server program: `path` is the file to run, `name` what it is to find as its own name, `version` as in `7.0.15`. */
export type RedisProgram = Readonly<{ path: string; name: string; version: string }>;

/** The parts of the environment that the search depends on, so that a test can stand in for a machine. */
export type Machine = Readonly<{ searchPath: string; isRoot: boolean; platform: string }>;

/** Says whether these commands may be run to install a server. */
export type Consent = (commands: string) => Promise<boolean>;

export function thisMachine(): Machine {
  return { searchPath: process.env.PATH ?? '', isRoot: process.getuid?.() === 0, platform: process.platform };
}

/** Looks on the path for a Redis or Valkey server of version 7.0 or newer. */
export async function findRedisServer(machine: Machine): Promise<RedisProgram | undefined> {
  for (const { file, name } of CANDIDATES) {
    for (const found of await filesOnPath(machine, file)) {
      const version = await versionOf(machine, found, name);
      if (version !== undefined && Number.parseInt(version, 10) >= OLDEST_MAJOR) return { path: found, name, version };
    }
  }
  return undefined;
}

/**
 * Installs a server by the system's package manager, where that needs no password. No service is started: on
 * Debian only the tools are installed, the other managers leave services alone.
 *
 * @param say gets a sentence on what is about to be installed
 * @param mayInstall asked with the commands; a system package concerns all users of the machine
 * @throws RedisMissing when there is no such way, or it may not be gone, with a sentence on how to get one
 */
export async function installRedisServer(
  machine: Machine,
  say: (sentence: string) => void,
  mayInstall: Consent,
): Promise<RedisProgram> {
  const recipe = await recipeFor(machine);
  if (!recipe) throw redisMissing(machine);
  const commands = recipe.steps.map((step) => step.join(' ')).join(' && ');
  if (!(await mayInstall(commands))) {
    throw new RedisMissing(
      `no Redis server 7.0 or newer was found, and nothing was installed: with --install it would be ${commands}. ${advice(machine)}`,
    );
  }
  say(`no Redis server on the path, installing one: ${commands}`);
  for (const [command = '', ...parameters] of recipe.steps) {
    const { failed, output } = await run(machine, [command, ...parameters], INSTALL_TIMEOUT_MS);
    if (failed)
      throw new RedisMissing(`${command} could not install a Redis server (${lastLine(output)}). ${advice(machine)}`);
  }
  const program = await findRedisServer(machine);
  if (!program) throw new RedisMissing(`${recipe.manager} brought no Redis server 7.0 or newer. ${advice(machine)}`);
  return program;
}

type Recipe = { manager: string; steps: string[][] };

async function recipeFor(machine: Machine): Promise<Recipe | undefined> {
  if (await isOnPath(machine, 'brew')) {
    // Homebrew refuses root, and needs no other right than that of its owner.
    return machine.isRoot ? undefined : { manager: 'brew', steps: [['brew', 'install', 'redis']] };
  }
  const prefix = await rightsPrefix(machine);
  if (!prefix) return undefined;
  if (await isOnPath(machine, 'apt-get')) {
    const quietly = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q'];
    return {
      manager: 'apt-get',
      steps: [
        [...quietly, 'update'],
        [...quietly, 'install', '-y', '--no-install-recommends', 'redis-tools'],
      ],
    };
  }
  if (await isOnPath(machine, 'apk')) {
    return { manager: 'apk', steps: [[...prefix, 'apk', 'add', '--no-cache', 'redis']] };
  }
  if (await isOnPath(machine, 'dnf')) {
    return { manager: 'dnf', steps: [[...prefix, 'dnf', 'install', '-y', '-q', 'redis']] };
  }
  return undefined;
}

/** What goes before a command that needs root: nothing, or a sudo that asks for no password; undefined when there is neither. */
async function rightsPrefix(machine: Machine): Promise<string[] | undefined> {
  if (machine.isRoot) return [];
  if (!(await isOnPath(machine, 'sudo'))) return undefined;
  const { failed } = await run(machine, ['sudo', '-n', 'true'], VERSION_TIMEOUT_MS);
  return failed ? undefined : ['sudo', '-n'];
}

/** There is none, and what can be done. @param instead of installing one; the end of a sentence */
export function redisMissing(machine: Machine, instead?: string): RedisMissing {
  return new RedisMissing(`no Redis server 7.0 or newer was found. ${advice(machine, instead)}`);
}

function advice(machine: Machine, instead = 'set REDIS_URL to a server of yours'): string {
  const own = `or ${instead}`;
  if (machine.platform === 'darwin') return `Install one with \`brew install redis\`, ${own}.`;
  if (machine.platform === 'win32') return `Use Watchfire inside WSL or with Docker, ${own}.`;
  return (
    'Install one with `sudo apt install redis-server` (Debian, Ubuntu), `sudo dnf install redis` (Fedora) or ' +
    `\`sudo apk add redis\` (Alpine), ${own}.`
  );
}

async function filesOnPath(machine: Machine, file: string): Promise<string[]> {
  const found: string[] = [];
  for (const place of machine.searchPath.split(path.delimiter)) {
    if (place === '') continue;
    const candidate = path.join(place, file);
    const runnable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runnable) found.push(candidate);
  }
  return found;
}

async function isOnPath(machine: Machine, file: string): Promise<boolean> {
  return (await filesOnPath(machine, file)).length > 0;
}

/** Both print a line such as `Redis server v=7.0.15 sha=…`. */
async function versionOf(machine: Machine, file: string, name: string): Promise<string | undefined> {
  const { failed, output } = await run(machine, [file, '--version'], VERSION_TIMEOUT_MS, name);
  return failed ? undefined : /\bv=(\d+\.\d+\.\d+)/.exec(output)?.[1];
}

type Finished = { failed: boolean; output: string };

/** Runs a command to its end, or to `timeoutMs`; `output` is all that it printed. */
function run(machine: Machine, commandLine: readonly string[], timeoutMs: number, name?: string): Promise<Finished> {
  const [command = '', ...parameters] = commandLine;
  const env = { ...process.env, PATH: machine.searchPath };
  return new Promise((resolve) => {
    const child = spawn(command, parameters, {
      argv0: name ?? command,
      env,
      timeout: timeoutMs,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ failed: true, output: error.message }));
    child.on('close', (status) => resolve({ failed: status !== 0, output }));
  });
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
