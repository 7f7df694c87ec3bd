import { execFile } from 'node:child_process';
import { cp, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../house/tree.ts';
import { environment } from './installed.ts';

const run = promisify(execFile);

/** Puts the package's examples of tests where somebody would have them: beside automations, vitest among the tools. */
export async function withExamples(dir: string): Promise<void> {
  const examples = path.join(dir, 'node_modules', 'watchfire', 'examples');
  for (const folder of ['automations', 'testing'])
    await cp(path.join(examples, folder), path.join(dir, folder), { recursive: true });
  await symlink(path.join(root, 'node_modules', 'vitest'), path.join(dir, 'node_modules', 'vitest'));
}

/** What a runner of tests says, colours left out. It must end with 0. */
export async function runnerSays(dir: string, ...words: string[]): Promise<string> {
  // One of the runners must not notice that it runs in the other.
  const inherited = Object.entries(environment({ CI: '1', FORCE_COLOR: '0' }));
  const env = Object.fromEntries(inherited.filter(([name]) => !/^(VITEST|NODE_TEST_CONTEXT|NODE_OPTIONS)/.test(name)));
  const { stdout } = await run(process.execPath, words, { cwd: dir, env });
  return stdout;
}
