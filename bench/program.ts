import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Processor time in µs and memory in bytes of a process. */
export type Usage = { cpu: number; rss: number };

type Request = { id: number; name: string; input: unknown };
type Answer = { id: number; output?: unknown; error?: string };

/** What a program of this folder offers to the process that started it. */
export type Offers = Readonly<Record<string, (input: never) => unknown>>;

/** Answers the requests of the parent until the channel closes; then `leave` is to end everything. */
export function serve(offers: Offers, leave: () => Promise<void>): void {
  const usage = (): Usage => {
    const { user, system } = process.cpuUsage();
    return { cpu: user + system, rss: process.memoryUsage.rss() };
  };
  const all: Offers = { usage, ...offers };
  process.on('message', async ({ id, name, input }: Request) => {
    const answer = await Promise.resolve()
      .then(() => all[name]?.(input as never))
      .then(
        (output): Answer => ({ id, output }),
        (error: unknown): Answer => ({ id, error: String(error) }),
      );
    process.send?.(answer);
  });
  process.once('disconnect', () => void leave().then(() => process.exit(0)));
}

/** A process of its own, so that what is measured shares no processor time with what drives it. */
export class Program {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (output: unknown) => void; reject: (error: Error) => void }>();
  #asked = 0;

  /**
   * `file` of this folder. With WATCHFIRE_PROFILE set to a folder it leaves a processor profile there.
   * @param counted where to leave a profile of callgrind, under which it then runs, with one thread: fifty times as slow
   */
  constructor(file: string, parameters: readonly string[], counted?: string) {
    const { WATCHFIRE_PROFILE: folder } = process.env;
    const execArgv = folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
    const callgrind = ['-q', '--tool=callgrind', `--callgrind-out-file=${counted}`, '--smc-check=all-non-file'];
    this.#child = fork(path.join(import.meta.dirname, file), parameters, {
      serialization: 'advanced',
      ...(counted === undefined
        ? { execArgv }
        : { execPath: 'valgrind', execArgv: [...callgrind, process.execPath, '--single-threaded'] }),
    });
    this.#child.on('message', ({ id, output, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(output);
      else waiting?.reject(new Error(error));
    });
    this.#child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file} has ended`));
    });
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the program did not start');
    return pid;
  }

  async ask<T>(name: string, input?: unknown): Promise<T> {
    this.#asked += 1;
    const id = this.#asked;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#child.send({ id, name, input });
    return (await answer) as T;
  }

  async usage(): Promise<Usage> {
    return await this.ask<Usage>('usage');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

/** Runs `work` with a program, and ends the program whatever happens. */
export async function withProgram<T>(
  file: string,
  parameters: readonly string[],
  work: (program: Program) => Promise<T>,
): Promise<T> {
  const program = new Program(file, parameters);
  try {
    return await work(program);
  } finally {
    await program.stop();
  }
}
