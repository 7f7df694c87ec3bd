import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../../..');

/** A command line of Watchfire that runs, and what it has printed. */
export type Command = Readonly<{
  printed: () => string;
  /** Whether it has ended by itself. */
  ended: () => boolean;
  /** Sends SIGINT. @returns its exit status, -1 when a signal ended it */
  stop: () => Promise<number>;
  /** Waits for its end. */
  status: Promise<number>;
}>;

/** Starts `watchfire ARGUMENT…` as a process of its own. */
export function command(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
  const { REDIS_URL: _, ...inherited } = process.env;
  const child = spawn('sh', ['scripts/node.sh', 'src/cli/main.ts', ...argv], {
    cwd: ROOT,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  const status = once(child, 'close').then(([code]) => Number(code ?? -1));
  return {
    printed: () => text,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    status,
    stop: () => {
      child.kill('SIGINT');
      return status;
    },
  };
}
