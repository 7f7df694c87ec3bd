import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../house/tree.ts';

/** Runs the command line of this checkout. @returns all that it prints, and its exit status */
export async function watchfire(url: string, ...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const command = [path.join(root, 'scripts/node.sh'), path.join(root, 'src/cli/main.ts'), ...args];
  const env = { ...process.env, REDIS_URL: url };
  return await promisify(execFile)('sh', command, { env, maxBuffer: 64 * 1_024 * 1_024 }).then(
    ({ stdout, stderr }) => ({ status: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }) => ({ status: Number(code), out: stdout, err: stderr }),
  );
}
