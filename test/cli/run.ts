import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { inject, onTestFinished } from 'vitest';
import { main } from '../../src/cli/program.ts';
import type { Io } from '../../src/cli/verb.ts';
import { root } from '../house/tree.ts';

/** What a command line printed, as lines, and how it ended. */
export type Ran = { status: number; out: string[]; err: string[] };

export type Around = {
  stdin?: string | Iterable<string | Buffer> | AsyncIterable<string | Buffer>;
  env?: Record<string, string>;
  signal?: AbortSignal;
  /** The width of the terminal that stdout is; it is none without. */
  columns?: number;
  /** What a person answers who is asked; nobody can be asked without. */
  answer?: (question: string) => boolean;
  /** Told of each line as it is printed. */
  onOut?: (line: string) => void;
  /** The same for standard error. */
  onErr?: (line: string) => void;
};

/** Runs one command line inside this process, on the Redis of the test run. */
export async function run(argv: readonly string[], around: Around = {}): Promise<Ran> {
  const { answer, columns = null } = around;
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: (line) => {
      out.push(...line.split('\n'));
      around.onOut?.(line);
    },
    err: (line) => {
      err.push(...line.split('\n'));
      around.onErr?.(line);
    },
    drained: async () => undefined,
    color: false,
    interactive: columns !== null,
    columns,
    ask: answer ? async (question) => answer(question) : null,
    stdin: Readable.from(typeof around.stdin === 'string' ? [Buffer.from(around.stdin)] : (around.stdin ?? [])),
    screen: null,
    env: { REDIS_URL: inject('redisUrl'), ...around.env },
    signal: around.signal ?? new AbortController().signal,
  };
  return { status: await main(argv, io), out, err };
}

/** Runs command lines in one namespace. */
export function runIn(namespace: string): (argv: readonly string[], around?: Around) => Promise<Ran> {
  return (argv, around) => run(['--namespace', namespace, ...argv], around);
}

/** Starts a command line as a process of its own; it is killed when the test is over. */
export function start(argv: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn('sh', ['scripts/node.sh', 'src/cli/main.ts', ...argv], {
    cwd: root,
    env: { ...process.env, REDIS_URL: inject('redisUrl'), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** What a process prints until it ends by itself. */
export async function ended(child: ChildProcess): Promise<Ran> {
  const [out, err, [status]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'exit')]);
  return { status: Number(status), out: linesOf(out), err: linesOf(err) };
}

async function textOf(stream: Readable | null): Promise<string> {
  let text = '';
  if (stream?.destroyed) return text;
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
