import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Watchfire } from '../../../src/index.ts';
import { root } from '../../house/tree.ts';
import { eventually, PATIENCE_MS } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { beside, isPrinted } from './masks.ts';
import type { Piece } from './script.ts';
import type { Story } from './story.ts';

/** Programs that pages name, as they are here: those of the checkout, on the Redis of the story. */
const PROGRAMS: Readonly<Record<string, string>> = {
  watchfire: 'exec "$DOCS_NODE" "$DOCS_ROOT/src/cli/main.ts" "$@"',
  npm: [
    'case "$1 $2 $3 $4" in',
    '"run -s watchfire --") shift 4; exec watchfire "$@" ;;',
    'start*) shift; [ "$1" = -- ] && shift; exec watchfire start --port "$DOCS_REDIS_PORT" --dir .watchfire "$@" ;;',
    'esac',
    'echo "no command of npm for pages: $*" >&2; exit 1',
  ].join('\n'),
  // It draws a meter where its output is no terminal.
  curl: 'exec "$DOCS_CURL" -s "$@"',
  'redis-cli': 'case "$1" in -p) shift 2 ;; esac; exec "$DOCS_REDIS_CLI" -p "$DOCS_REDIS_PORT" "$@"',
};

/** A command that has not come to its end by then never will; none takes a tenth of it. */
const HANGS_MS = 5 * PATIENCE_MS;

/** A command that runs on. */
type Running = Readonly<{ command: string; child: ChildProcess; said: () => string }>;

/** A folder, a Redis and what runs beside them while the blocks of a page are tried. */
export class Scene {
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  /** What pages call by a name that is taken here, by what they say. */
  readonly #names: (readonly [said: string, here: string])[];
  readonly #server: PrivateServer | null;
  readonly #running: Running[] = [];
  readonly #engines: Watchfire[] = [];

  private constructor(
    dir: string,
    env: NodeJS.ProcessEnv,
    names: (readonly [said: string, here: string])[],
    server: PrivateServer | null,
  ) {
    this.dir = dir;
    this.env = env;
    this.#names = names;
    this.#server = server;
  }

  static async open({ redis }: Story): Promise<Scene> {
    const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-docs-'));
    await mkdir(path.join(dir, 'bin'));
    for (const [name, text] of Object.entries(PROGRAMS)) await writeProgram(dir, name, text);
    await symlink(path.join(root, 'examples'), path.join(dir, 'examples'));
    const server = redis === 'start' ? null : await PrivateServer.start({ kept: redis === 'kept' });
    const redisPort = server?.port ?? (await freePort());
    const own = Object.entries(process.env).filter(([name]) => !/^(?:WATCHFIRE_|REDIS|FORCE_COLOR)/.test(name));
    const env = {
      ...Object.fromEntries(own),
      PATH: `${path.join(dir, 'bin')}${path.delimiter}${process.env.PATH}`,
      NO_COLOR: '1',
      DOCS_NODE: process.execPath,
      DOCS_ROOT: root,
      DOCS_REDIS_PORT: String(redisPort),
      DOCS_CURL: await programOnPath('curl'),
      DOCS_REDIS_CLI: await programOnPath('redis-cli'),
      ...(server ? { REDIS_URL: server.url } : {}),
    };
    const names: (readonly [string, string])[] = [
      [':6390', `:${redisPort}`],
      ['-p 6390', `-p ${redisPort}`],
      [':9465', `:${await freePort()}`],
      [':9466', `:${await freePort()}`],
      ['/backup/', `${dir}/backup/`],
    ];
    if (redis === 'kept' && server) names.push(['/var/lib/redis', server.dir]);
    return new Scene(dir, env, names, server);
  }

  /** The Redis of the story. */
  get server(): PrivateServer {
    assert.ok(this.#server, 'npm start brings the Redis of this story');
    return this.#server;
  }

  /** From now on the commands and what they print have `here` where the page has `said`. */
  calls(said: string, here: string): void {
    this.#names.push([said, here]);
  }

  /** What a page calls `name`, as it is called here. */
  here(name: string): string {
    return this.#names.reduce((text, [said, here]) => text.replaceAll(said, here), name);
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(path.dirname(path.join(this.dir, file)), { recursive: true });
    await writeFile(path.join(this.dir, file), text);
  }

  /** A program for the commands of the story. */
  async program(name: string, text: string): Promise<void> {
    await writeProgram(this.dir, name, text);
  }

  async append(file: string, text: string): Promise<void> {
    await appendFile(path.join(this.dir, file), text);
  }

  /** An engine in this process, on the Redis of the story. */
  engine(): Watchfire {
    const engine = new Watchfire({ redis: this.env.REDIS_URL ?? this.server.url });
    this.#engines.push(engine);
    return engine;
  }

  /** Runs one piece of a block. @throws when it prints something else, or ends otherwise */
  async run({ script, printed, ready }: Piece, status = 0): Promise<void> {
    const [first = ''] = script.split('\n');
    if (/^\S* ?npm start\b/.test(script)) await this.#end(({ command }) => /npm start\b/.test(command));
    // What it exports holds for the blocks behind it, too.
    const kept = ready === null ? '\nstatus=$?; env -0 >.environment; exit $status' : '';
    const child = spawn('sh', ['-c', `exec 2>&1\n${this.here(script)}${kept}`], {
      cwd: this.dir,
      env: this.env,
      detached: true,
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    const said = (): string => this.#names.reduce((text, [name, here]) => text.replaceAll(here, name), out);
    this.#running.push({ command: script, child, said });
    if (ready !== null) {
      await eventually(`${first} is at work`, () => child.exitCode === null && ready.test(out)).catch(() => {
        throw new Error(`${first} is not at work: ${out}`);
      });
      if (/npm start\b/.test(script)) await this.#reach();
      if (printed.trim() !== '') await this.shows(printed);
      return;
    }
    const hangs = setTimeout(() => process.kill(-Number(child.pid), 'SIGKILL'), HANGS_MS);
    const [code] = await once(child, 'close');
    clearTimeout(hangs);
    this.#running.splice(
      this.#running.findIndex((one) => one.child === child),
      1,
    );
    if (printed.trim() !== '') assert.ok(isPrinted(printed, said(), { whole: true }), beside(printed, said()));
    await this.#keep();
    assert.equal(code, status, `it ends with ${code}: ${out}`);
  }

  /** Runs a line that no block has. @returns what it prints */
  async sh(line: string): Promise<string> {
    const { stdout } = await promisify(execFile)('sh', ['-c', this.here(line)], { cwd: this.dir, env: this.env });
    return stdout;
  }

  /** What the command that was started last and runs on has printed so far. */
  said(): string {
    return this.#running.at(-1)?.said() ?? '';
  }

  /** Waits until what was started last and runs on has printed this, among other things. */
  async shows(printed: string): Promise<void> {
    const last = this.#running.at(-1);
    assert.ok(last, 'nothing runs');
    await eventually('it shows what the page shows', () => isPrinted(printed, last.said(), { whole: false })).catch(
      () => {
        throw new Error(beside(printed, last.said()));
      },
    );
  }

  /** Commands after `npm start` reach its Redis as they do where it was started with the default port: by the password in its folder. */
  async #reach(): Promise<void> {
    const password = (await readFile(path.join(this.dir, '.watchfire/password'), 'utf8')).trim();
    this.env.REDISCLI_AUTH = password;
    this.env.REDIS_URL = `redis://:${encodeURIComponent(password)}@127.0.0.1:${this.env.DOCS_REDIS_PORT}`;
  }

  async #keep(): Promise<void> {
    const variables = await readFile(path.join(this.dir, '.environment'), 'utf8').catch(() => '');
    for (const [, name = '', value = ''] of variables.matchAll(/([A-Z_]+)=([^\0]*)\0/g)) this.env[name] = value;
  }

  async #end(which: (running: Running) => boolean): Promise<void> {
    for (const one of this.#running.filter(which)) {
      this.#running.splice(this.#running.indexOf(one), 1);
      const { child } = one;
      if (child.exitCode !== null || child.pid === undefined) continue;
      const closed = once(child, 'close');
      // The whole group: a pipe has several.
      process.kill(-child.pid, 'SIGTERM');
      await closed;
    }
  }

  async close(): Promise<void> {
    await this.#end(() => true);
    await Promise.all(this.#engines.map((engine) => engine.close()));
    await this.#server?.remove();
    await rm(this.dir, { recursive: true, force: true });
  }
}

async function writeProgram(dir: string, name: string, text: string): Promise<void> {
  const file = path.join(dir, 'bin', name);
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
}

/** @returns the path of a program, or '' where there is none */
export async function programOnPath(name: string): Promise<string> {
  const child = spawn('sh', ['-c', `command -v ${name}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  await once(child, 'close');
  return out.trim();
}
