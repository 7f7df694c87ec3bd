import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('worker-program.ts', import.meta.url));

/** Real worker processes that share one Redis, to be killed and replaced. */
export class Crowd {
  readonly #redisUrl: string;
  readonly #namespace: string;
  readonly #program: string;
  readonly #parameters: readonly string[];
  readonly #alive: ChildProcess[] = [];
  /** What workers wrote to standard error. */
  readonly complaints: string[] = [];

  /** @param program another one to run, with what it is given after the URL and the namespace */
  constructor(redisUrl: string, namespace: string, program = PROGRAM, parameters: readonly string[] = []) {
    this.#redisUrl = redisUrl;
    this.#namespace = namespace;
    this.#program = program;
    this.#parameters = parameters;
  }

  get size(): number {
    return this.#alive.length;
  }

  /** Starts one more worker; resolves when it takes part. */
  async add(): Promise<void> {
    const command = [this.#program, this.#redisUrl, this.#namespace, ...this.#parameters];
    const child = spawn(process.execPath, command, {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr?.on('data', (text) => this.complaints.push(String(text)));
    this.#alive.push(child);
    if (child.stdout) await once(child.stdout, 'data');
  }

  /** `kill -9` of the one at that place; resolves when it is gone. */
  async kill(place: number): Promise<void> {
    const [victim] = this.#alive.splice(place % this.#alive.length, 1);
    if (!victim) return;
    const gone = once(victim, 'exit');
    victim.kill('SIGKILL');
    await gone;
  }

  /** Ends all workers the polite way. Returns their exit codes. */
  async stop(): Promise<(number | null)[]> {
    const exits = this.#alive.splice(0).map(async (child) => {
      if (child.exitCode !== null) return child.exitCode;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await gone;
      return code as number | null;
    });
    return await Promise.all(exits);
  }
}
