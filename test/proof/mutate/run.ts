import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Who noticed, null when nobody did. */
export type Outcome = { by: string | null; seconds: number };

/** A script that never ends is noticed by the time it takes; what is sound needs a fraction of this. */
const SIEVE_BOUND_MS = 120_000;
const TESTS_BOUND_MS = 300_000;

/** Tests of single rules, for what random comparison cannot see or hardly ever meets. */
const TESTS = ['test/lua', 'test/unit/match', 'test/unit/model', 'test/unit/definitions'];

/** Runs comparison and tests on a copy of the project, until the first one notices something. */
export async function run(copy: string, redisUrl: string): Promise<Outcome> {
  const begun = performance.now();
  const ended = (by: string | null): Outcome => ({ by, seconds: Math.round((performance.now() - begun) / 1_000) });
  const sieve = await node(copy, ['test/proof/mutate/sieve.ts', redisUrl], redisUrl, SIEVE_BOUND_MS);
  if (sieve.status !== 0) return ended(`comparison: ${firstLine(sieve.output)}`);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--reporter=dot', ...TESTS];
  const tests = await node(copy, vitest, redisUrl, TESTS_BOUND_MS);
  return ended(tests.status === 0 ? null : `tests: ${failure(tests.output)}`);
}

async function node(cwd: string, command: string[], redisUrl: string, boundMs: number) {
  const child = spawn(process.execPath, command, {
    cwd,
    env: { ...process.env, REDIS_URL: redisUrl, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (text) => (output += String(text)));
  const late = setTimeout(() => child.kill('SIGKILL'), boundMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(late);
  return { status: code, output: code === null ? `no end within ${boundMs / 1_000} s` : output };
}

const firstLine = (output: string): string => output.split('\n').find((line) => line.trim() !== '') ?? '';

/** The name of the first test that failed. */
function failure(output: string): string {
  return /FAIL\s+(.*)/.exec(output)?.[1] ?? firstLine(output);
}
