import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** Every process that a test run starts inherits this variable, and is known by it even when its parent has gone. */
const MARK = 'WATCHFIRE_TEST_RUN';

export function markTestRun(): string {
  const run = randomUUID();
  process.env[MARK] = run;
  return run;
}

/**
 * What the tests of a run started and left behind, as `pid command line`. The workers of vitest itself do not count. Empty on systems
 * without /proc.
 */
export async function leftoverProcesses(run: string): Promise<string[]> {
  const entries = await readdir('/proc').catch(() => []);
  const found = await Promise.all(
    entries.filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid).map((pid) => describe(pid, run)),
  );
  return found.filter((line) => line !== undefined);
}

async function describe(pid: string, run: string): Promise<string | undefined> {
  // A process can end between two looks, and those of other users are not ours to read.
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  if (!(await read('environ')).split('\0').includes(`${MARK}=${run}`)) return undefined;
  const commandLine = (await read('cmdline')).split('\0').join(' ').trim();
  const harness = commandLine === '' || /^(node )?\(?vitest\b|node_modules\/vitest\//.test(commandLine);
  return harness ? undefined : `${pid} ${commandLine}`;
}
