import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';

/** What has to notice: the comparison of scenarios with the model, or tests. */
export type Judge = 'comparison' | readonly string[];

/** What noticed and what it said; null when nothing did. `again`: what has to be silent when nothing is broken. */
export type Notice = { by: string; again: Judge } | null;

/** What is sound needs a tenth of this on a quiet machine. Being slow is no notice: then the next one is asked. */
const COMPARISON_BOUND_MS = 300_000;
const TESTS_BOUND_MS = 900_000;

/** A script that never ends is noticed by the tests that wait for it; on a busy machine any test may take long. */
const SLOWEST_TEST_MS = 90_000;

const VITEST = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--bail=1',
  '--reporter=dot',
  '--cache=false',
  '--fsModuleCache=false',
  `--testTimeout=${SLOWEST_TEST_MS}`,
  `--hookTimeout=${SLOWEST_TEST_MS}`,
];

/** What never comes is waited for so long; what is sound comes within a tenth of it on a quiet machine. */
const PATIENCE_MS = '15000';

/** A copy of the project, and where its processes write what is temporary: they are known by it. */
export type Place = Readonly<{ copy: string; temporary: string; redisUrl: string; signal: AbortSignal }>;

/** Asks one after the other, until the first one notices something. */
export async function ask(judges: readonly Judge[], place: Place): Promise<Notice> {
  for (const judge of judges) {
    if (place.signal.aborted) return null;
    const notice = judge === 'comparison' ? await compare(place) : await test(judge, place);
    if (notice !== null) return notice;
  }
  return null;
}

async function compare(place: Place): Promise<Notice> {
  const { status, output } = await node(['test/rigs/mutate/sieve.ts', place.redisUrl], place, COMPARISON_BOUND_MS);
  return status === 0 || status === null ? null : { by: `comparison: ${firstLine(output)}`, again: 'comparison' };
}

async function test(files: readonly string[], place: Place): Promise<Notice> {
  if (files.length === 0) return null;
  const { status, output } = await node([...VITEST, ...files], place, TESTS_BOUND_MS);
  if (status === 0) return null;
  const [, said, file] = /FAIL\s+((\S+)[^\n]*)/.exec(output) ?? [];
  // What does not even load is noticed by every test, and so by none.
  const loaded = !/Parse failure|PARSE_ERROR|Transform failed/.test(output);
  if (!loaded || said === undefined || file === undefined)
    throw new Error(`the tests did not run: ${output.slice(-1_000)}`);
  return { by: said, again: [file] };
}

/** Resolves with the exit status, null when there was none within the bound. Nothing of it goes on behind. */
async function node(command: readonly string[], { copy, temporary, redisUrl, signal }: Place, boundMs: number) {
  const child = spawn(process.execPath, command, {
    cwd: copy,
    env: {
      ...process.env,
      REDIS_URL: redisUrl,
      TMPDIR: temporary,
      NO_COLOR: '1',
      WATCHFIRE_PATIENCE_MS: PATIENCE_MS,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that its children can be ended with it.
    detached: true,
  });
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (text) => (output += String(text)));
  const end = (): void => killGroup(child.pid);
  const late = setTimeout(end, boundMs);
  signal.addEventListener('abort', end);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(late);
  signal.removeEventListener('abort', end);
  end();
  return { status: code, output: code === null ? `${output}\nno end within ${boundMs / 1_000} s` : output };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends what tests that were killed left behind: the servers they had started are in no group of theirs. */
export async function endLeftovers(temporary: string): Promise<void> {
  for (const entry of await readdir('/proc').catch(() => [])) {
    // A process can end between two looks, and those of other users are not ours to read.
    const environment = await readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').some((one) => one.startsWith(`TMPDIR=${temporary}`))) continue;
    try {
      process.kill(Number(entry), 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

const firstLine = (output: string): string => output.split('\n').find((line) => line.trim() !== '') ?? '';
