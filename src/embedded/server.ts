import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AlreadyRunning, PortTaken, RedisNotStarted } from '../errors.ts';
import { type Consent, findRedisServer, installRedisServer, type RedisProgram, thisMachine } from './find-server.ts';
import {
  knownPassword,
  newPassword,
  PASSWORD_FILE,
  passwordIn,
  portIn,
  privateFolder,
  writePort,
  writeText,
} from './folder.ts';
import { ask, LAST_ANSWER_BOUND_MS, type ProbeAnswer } from './probe.ts';
import { userLine } from './protected.ts';

/** A server answers within tens of milliseconds. One that reads a large append-only file first says so, and is given more time. */
const START_BOUND_MS = 60_000;

/** How often a starting or stopping server is looked at. */
const LOOK_EVERY_MS = 15;

/** A server that has not gone by then is killed. Below the 5 s in which the whole of Watchfire is to stop. */
const STOP_BOUND_MS = 3_000;

/** Another program can take a free port between our look and the server's start, hardly three times in a row. */
const PORT_ATTEMPTS = 3;

/** What the server is started with besides its arguments. */
const CONF_FILE = 'redis.conf';

/** So many last lines of the server's log go into an error. */
const LOG_TAIL = 8;

/**
 * Starts the server, ends it when our end of standard input closes, and clears up behind it. The pipe closes however we go, with
 * `kill -9` as well, so no server is ever left over. The server is in a session of its own: Ctrl-C in a terminal reaches
 * only us, and the workers can finish their work before Redis goes.
 */
const GUARD = `
  exec 3<&0
  umask 077
  folder=$1; shift
  "$@" 3<&- &
  server=$!
  ( read -r _ <&3; kill "$server" ) 2>/dev/null &
  watch=$!
  wait "$server"
  status=$?
  exec >/dev/null 2>&1
  kill "$watch"
  rm -rf "$folder"
  exit $status
`;

export type ServerOptions = Readonly<{
  /** 0 picks a free one. */
  port: number;
  /** Where the data is kept, as an append-only file; null: nothing is kept. */
  dir: string | null;
  /** Any program that findRedisServer gives. */
  program: RedisProgram;
  /** Further settings of Redis, by name. */
  settings?: Readonly<Record<string, string>>;
  /** true: it has no password, and its clients may do everything. For tests, whose servers hold nothing of anybody. */
  open?: boolean;
}>;

export type RedisServer = Readonly<{
  /** With its password. */
  url: string;
  /** The file that holds the password; null for a server that keeps nothing, whose URL alone tells it. */
  passwordFile: string | null;
  port: number;
  program: RedisProgram;
  /** Process id of the server itself. */
  pid: number;
  /** Resolves when the server has ended, for whatever reason. */
  ended: Promise<void>;
  stop: () => Promise<void>;
}>;

/**
 * The server program of this machine, installed when there is none; then `say` gets a sentence on it.
 * @param mayInstall asked first; without it the answer is yes, as programs want it that were started to install what they need
 * @throws RedisMissing
 */
export async function obtainRedisServer(
  say: (sentence: string) => void,
  mayInstall: Consent = async () => true,
): Promise<RedisProgram> {
  const machine = thisMachine();
  return (await findRedisServer(machine)) ?? (await installRedisServer(machine, say, mayInstall));
}

/**
 * Starts a private Redis on 127.0.0.1 and resolves when it answers. It never evicts; with `dir` it keeps what was
 * written (append-only file, on disk every second), without it nothing. Its password stands in the folder; nobody else on
 * the machine can use it.
 *
 * @throws AlreadyRunning when a server runs on `dir`, PortTaken, RedisNotStarted, UnsafeFolder
 */
export async function startRedisServer(options: ServerOptions): Promise<RedisServer> {
  const { dir } = options;
  // What the server is started with; gone when it has ended.
  const run = await realpath(await mkdtemp(path.join(tmpdir(), 'watchfire-')));
  try {
    await refuseBusy(options);
    // The real path, since that is what the server calls its folder.
    const home = dir === null ? run : await privateFolder(dir);
    const password = await passwordOf(options, home);
    for (let attempt = 1; ; attempt += 1) {
      const port = options.port === 0 ? await freePort() : options.port;
      const server = await launch({ options, home, run, port, password });
      if (server) {
        if (dir !== null) await writePort(home, port);
        return server;
      }
      if (options.port !== 0 || attempt === PORT_ATTEMPTS) throw new PortTaken(port, 'another program');
    }
  } catch (error) {
    await rm(run, { recursive: true, force: true });
    throw error;
  }
}

async function passwordOf({ open, dir }: ServerOptions, home: string): Promise<string | null> {
  if (open) return null;
  return dir === null ? newPassword() : await passwordIn(home);
}

/**
 * Refuses what could not be started; nothing has been installed or written then.
 * @throws AlreadyRunning, PortTaken
 */
export async function refuseBusy({ port, dir }: Pick<ServerOptions, 'port' | 'dir'>): Promise<void> {
  const home = dir === null ? null : await realpath(dir).catch(() => null);
  if (home !== null) await refuseSecond(home);
  if (port !== 0) await refuseTaken(port);
}

/** Two servers that append to one file would destroy it: one that has not answered yet may be that of the folder. */
async function refuseSecond(home: string): Promise<void> {
  const port = portIn(home);
  if (port === null) return;
  const answer = await ask(port, knownPassword(home, port), LAST_ANSWER_BOUND_MS);
  if (answer.kind === 'silent' || (answer.kind === 'redis' && answer.dir === home))
    throw new AlreadyRunning(home, urlOf(port, null));
}

async function refuseTaken(port: number): Promise<void> {
  const answer = await ask(port, null, LAST_ANSWER_BOUND_MS);
  if (answer.kind === 'redis') throw new PortTaken(port, `another Redis, whose data is in ${answer.dir}`);
  if (answer.kind === 'locked') throw new PortTaken(port, 'another Redis, which asks for a password');
  if (answer.kind === 'other') throw new PortTaken(port, 'another program');
  if (answer.kind === 'silent') throw new PortTaken(port, 'another program, which does not answer');
}

function urlOf(port: number, password: string | null): string {
  return password === null ? `redis://127.0.0.1:${port}` : `redis://:${password}@127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  if (address === null || typeof address === 'string') throw new RedisNotStarted('this system gives no free port');
  return address.port;
}

function settings(home: string, port: number, { dir, settings: further }: ServerOptions): string[] {
  const all = {
    bind: '127.0.0.1',
    port: String(port),
    dir: home,
    daemonize: 'no',
    save: '',
    appendonly: dir === null ? 'no' : 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
    'protected-mode': 'yes',
    ...further,
  };
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
}

/** `home`: the folder of the data. `run`: a folder that nobody else writes to, for what the server is started with. */
type Launch = Readonly<{ options: ServerOptions; home: string; run: string; port: number; password: string | null }>;

/** One attempt; undefined when the port was taken before the server got it. */
async function launch({ options, home, run, port, password }: Launch): Promise<RedisServer | undefined> {
  const { program, dir } = options;
  // In a file, since everybody sees the arguments of a program.
  await writeText(run, CONF_FILE, password === null ? '' : userLine(password));
  const command = [await startable(program, run), path.join(run, CONF_FILE), ...settings(home, port, options)];
  const child = spawn('sh', ['-c', GUARD, 'watchfire-redis', run, ...command], {
    cwd: home,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const log = tailOf(child);
  const ended = eventOf(child, 'exit');
  const closed = eventOf(child, 'close');
  const answer = await firstAnswer(child, { port, home, password });
  if (answer.kind === 'redis') {
    const passwordFile = dir === null || password === null ? null : path.join(home, PASSWORD_FILE);
    return running({ child, ended, port, program, pid: answer.pid, url: urlOf(port, password), passwordFile });
  }
  child.stdin.end();
  await closed;
  const words = log();
  if (/Address already in use/i.test(words)) {
    // The guard has removed it with the rest.
    await mkdir(run, { mode: 0o700 });
    return undefined;
  }
  throw new RedisNotStarted(`${program.path} did not start: ${words || `no answer in ${START_BOUND_MS / 1000} s`}`);
}

/** The path to start the program by. A checker is a server only under the server's name, see find-server. */
async function startable(program: RedisProgram, run: string): Promise<string> {
  if (path.basename(program.path) === program.name) return program.path;
  const link = path.join(run, program.name);
  await rm(link, { force: true });
  await symlink(program.path, link);
  return link;
}

/** Keeps the last lines of what the server prints; the pipes must be read, or a full one would halt it. */
function tailOf(child: ChildProcess): () => string {
  let lines: string[] = [];
  const keep = (chunk: Buffer): void => {
    lines = [...lines, ...chunk.toString().split('\n')].filter((line) => line !== '').slice(-LOG_TAIL);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => lines.join('\n');
}

/** Waits until our server answers, ends or runs out of time. Another server on the port has another folder. */
async function firstAnswer(
  child: ChildProcess,
  { port, home, password }: Pick<Launch, 'port' | 'home' | 'password'>,
): Promise<ProbeAnswer> {
  let bound = performance.now() + START_BOUND_MS;
  while (isAlive(child) && performance.now() < bound) {
    const answer = await ask(port, password);
    const ours = answer.kind === 'redis' && answer.dir === home;
    if (ours && !answer.loading) return answer;
    if (ours) bound = performance.now() + START_BOUND_MS;
    await pause(LOOK_EVERY_MS);
  }
  return { kind: 'nobody' };
}

/** Resolves on the event, or when there is no child at all. */
function eventOf(child: ChildProcess, event: 'exit' | 'close'): Promise<void> {
  return new Promise((resolve) => {
    child.once(event, () => resolve());
    child.once('error', () => resolve());
  });
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

type Running = Readonly<{ child: ChildProcess } & Omit<RedisServer, 'stop'>>;

function running({ child, ...server }: Running): RedisServer {
  const { pid, ended } = server;
  // The server does not keep our process alive: one that forgets to stop it ends all the same, and the guard ends the server.
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) if (pipe instanceof Socket) pipe.unref();
  const stop = async (): Promise<void> => {
    child.ref();
    child.stdin?.end();
    const patience = new AbortController();
    const late = pause(STOP_BOUND_MS, 'late', { signal: patience.signal }).catch(() => 'gone');
    if ((await Promise.race([ended, late])) === 'late') process.kill(pid, 'SIGKILL');
    patience.abort();
    await ended;
  };
  let stopping: Promise<void> | undefined;
  return Object.freeze({
    ...server,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  });
}
