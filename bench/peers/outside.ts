import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Size } from './load.ts';
import { processorMs } from './processor.ts';
import { gist, type Heard, type Speed, speedOf, spoken } from './verdict.ts';

/** Many times what the slowest of them takes on a busy machine. */
const BOUND_MS = 600_000;

/** So many characters of what a program complains about are looked through for the reason. */
const COMPLAINT = 20_000;

export type Command = Readonly<{
  program: string;
  parameters: readonly string[];
  env?: Readonly<Record<string, string>>;
}>;

/**
 * Runs a program that says `warm`, `end` and `done`, and measures it from outside.
 *
 * @throws Error when it fails, takes too long, or fires more or less often than the load must give
 */
export async function measureOutside({ program, parameters, env }: Command, size: Size): Promise<Speed> {
  const child = spawn(program, parameters, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const bound = setTimeout(() => child.kill('SIGKILL'), BOUND_MS);
  const heard: Heard[] = [];
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint = `${complaint}${text}`.slice(0, COMPLAINT);
  });
  createInterface(child.stdout).on('line', (line) => {
    const said = spoken(line);
    if (said && child.pid !== undefined) {
      heard.push({ ...said, ms: performance.now(), processorMs: processorMs([child.pid]) });
    }
  });
  try {
    const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (status !== 0) throw new Error(`${program} ended with ${status ?? signal}: ${gist(complaint)}`);
  } finally {
    clearTimeout(bound);
  }
  return speedOf(heard, size);
}
