import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { LeftOut } from '../checks.ts';

const run = promisify(execFile);

/** The version whose exports are to load. */
const VERSION = '3.9.0';

/** The oldest Python that it runs on. */
const OLDEST_PYTHON = [3, 10] as const;

/** Names under which Python is found, the likeliest to be new first. */
const PYTHONS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

/** Far more than its server needs for its first start, when it makes its database. */
const START_BOUND_MS = 900_000;
const COMMAND_BOUND_MS = 600_000;

/** Two hours: 500 flow runs took half an hour on a machine with ten times as much to do as it has cores. */
const PROGRAM_BOUND_MS = 7_200_000;

/** What else is installed, and more of the environment of its server. */
export type More = Readonly<{ packages: readonly string[]; env: Readonly<Record<string, string>> }>;
const NOTHING_MORE: More = { packages: [], env: {} };

/** A Prefect of one's own: its command, and a server on the loopback interface. */
export class Prefect {
  readonly #python: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #server: ChildProcess;

  private constructor(python: string, env: NodeJS.ProcessEnv, server: ChildProcess) {
    this.#python = python;
    this.#env = env;
    this.#server = server;
  }

  /**
   * Installs it into a folder and starts a server there.
   * @param python one in which it is installed already; null to install it
   * @throws LeftOut without a Python that is new enough, or when it cannot be installed
   */
  static async start(dir: string, python: string | null, more: More = NOTHING_MORE): Promise<Prefect> {
    const own = python ?? (await installed(dir, more.packages));
    const port = await freePort();
    const inherited = Object.entries(process.env).filter(([name]) => !/^(?:PREFECT|PYTHON)/.test(name));
    const env = {
      ...Object.fromEntries(inherited),
      PREFECT_HOME: path.join(dir, 'home'),
      PREFECT_API_URL: `http://127.0.0.1:${port}/api`,
      PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
      DO_NOT_TRACK: '1',
      NO_COLOR: '1',
      // What it takes a file to be as wide as, where nobody says otherwise.
      COLUMNS: '80',
      ...more.env,
    };
    const args = ['-m', 'prefect', 'server', 'start', '--host', '127.0.0.1', '--port', String(port), '--no-ui'];
    const server = spawn(own, args, { env, stdio: 'ignore' });
    const prefect = new Prefect(own, env, server);
    try {
      await eventually(
        'the server of Prefect answers',
        async () => server.exitCode !== null || (await fetch(`${env.PREFECT_API_URL}/health`)).ok,
        { timeoutMs: START_BOUND_MS },
      );
      if (server.exitCode !== null) throw new Error(`the server of Prefect ended with ${server.exitCode}`);
      return prefect;
    } catch (error) {
      await prefect.stop();
      throw error;
    }
  }

  /** Runs its command, as `prefect …` in a shell whose output goes into a file. @returns what it prints */
  async command(...args: string[]): Promise<string> {
    return await this.#run(['-m', 'prefect', ...args]);
  }

  /** Runs a program in Python that may import it. @returns what it prints, as JSON */
  async ask(program: string): Promise<unknown> {
    return JSON.parse(await this.#run(['-c', program]));
  }

  /** Runs a file in Python that may import it, until it ends. */
  async program(file: string, ...args: string[]): Promise<void> {
    await this.#run([file, ...args], PROGRAM_BOUND_MS);
  }

  /** Where its API is. */
  get api(): string {
    return String(this.#env.PREFECT_API_URL);
  }

  /** Asks its API. @throws Error for an answer that is no success */
  async post(place: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    const headers = { 'content-type': 'application/json' };
    return await this.#asked(place, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** Reads from its API, as a page behind the first. @throws Error for an answer that is no success */
  async get(place: string): Promise<Readonly<Record<string, unknown>>> {
    return await this.#asked(place, {});
  }

  /** Again where its server is too busy, or closed the connection just then: nothing that is asked here does harm twice. */
  async #asked(place: string, init: RequestInit): Promise<Readonly<Record<string, unknown>>> {
    const { ok, status, text } = await eventually(`${place} is answered`, async () => {
      const response = await fetch(`${this.api}${place}`, init);
      const answer = { ok: response.ok, status: response.status, text: await response.text() };
      if (answer.status >= 500) throw new Error(`${place} answered ${answer.status}: ${answer.text}`);
      return answer;
    });
    if (!ok) throw new Error(`${place} answered ${status}: ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
  }

  async stop(): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const ended = once(this.#server, 'exit');
    // It holds nothing that is worth a farewell.
    this.#server.kill('SIGKILL');
    await ended;
  }

  async #run(args: readonly string[], timeout = COMMAND_BOUND_MS): Promise<string> {
    const options = { env: this.#env, timeout, maxBuffer: 64 * 1_024 * 1_024 };
    const running = run(this.#python, args, options);
    // `prefect api` would wait for a body from there.
    running.child.stdin?.end();
    return await running.then(
      ({ stdout }) => stdout,
      ({ message, stdout, stderr }) => {
        throw new Error([message, stdout, stderr].filter(Boolean).join('\n'));
      },
    );
  }
}

/** @returns the path of a Python in which Prefect is installed */
async function installed(dir: string, packages: readonly string[]): Promise<string> {
  const environment = path.join(dir, 'python');
  const python = path.join(environment, 'bin', 'python');
  try {
    await run(await newEnough(), ['-m', 'venv', environment], { timeout: COMMAND_BOUND_MS });
    // Compiling all of it takes longer than running some of it.
    const flags = ['-q', '--disable-pip-version-check', '--no-compile', '--prefer-binary'];
    const wanted = [`prefect==${VERSION}`, ...packages];
    await run(python, ['-m', 'pip', 'install', ...flags, ...wanted], { timeout: COMMAND_BOUND_MS });
    return python;
  } catch (error) {
    if (error instanceof LeftOut) throw error;
    throw new LeftOut(`Prefect ${VERSION} cannot be installed here: ${(error as Error).message}`);
  }
}

async function newEnough(): Promise<string> {
  const wanted = `import sys, venv; sys.exit(sys.version_info < (${OLDEST_PYTHON.join(', ')}))`;
  for (const python of PYTHONS) {
    const right = await run(python, ['-c', wanted]).then(
      () => true,
      () => false,
    );
    if (right) return python;
  }
  throw new LeftOut(`there is no Python ${OLDEST_PYTHON.join('.')} or newer with venv, which Prefect needs`);
}
