import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gist } from './verdict.ts';

const run = promisify(execFile);

/** How each tool is asked whether it is there. A Python may come without what makes environments. */
const PROBES = {
  Java: ['java', '-version'],
  Maven: ['mvn', '-version'],
  Python: ['python3', '-c', 'import venv, ensurepip; import sys; print(sys.version.split()[0])'],
} as const;

export type Tool = keyof typeof PROBES;

/** Those that this machine does not have. */
export async function missing(tools: readonly Tool[]): Promise<Tool[]> {
  const asked = await Promise.all(tools.map(async (tool) => ((await answerOf(tool)) === undefined ? [tool] : [])));
  return asked.flat();
}

/** `17.0.15`: what the tool says its version is. */
export async function versionOf(tool: Tool): Promise<string> {
  return /\d+(?:\.\d+)+/.exec((await answerOf(tool)) ?? '')?.[0] ?? 'unknown';
}

async function answerOf(tool: Tool): Promise<string | undefined> {
  const [program, ...parameters] = PROBES[tool];
  try {
    const { stdout, stderr } = await run(program, parameters);
    return stdout + stderr;
  } catch {
    return undefined;
  }
}

/**
 * A folder outside the checkout, named after the content of `files`. When it is not complete yet, `build` makes it so, by
 * commands that run there.
 */
export async function built(
  name: string,
  files: readonly string[],
  build: (folder: string) => readonly (readonly string[])[],
): Promise<string> {
  const digest = createHash('sha256');
  for (const file of files) digest.update(await readFile(file));
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  const folder = path.join(cache, 'watchfire-peers', `${name}-${digest.digest('hex').slice(0, 12)}`);
  const complete = path.join(folder, 'complete');
  const isComplete = await access(complete).then(
    () => true,
    () => false,
  );
  if (isComplete) return folder;
  await mkdir(folder, { recursive: true });
  for (const [program = '', ...parameters] of build(folder)) {
    await run(program, parameters, { cwd: folder }).catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`${program} failed: ${gist(error.stdout + error.stderr)}`);
    });
  }
  await writeFile(complete, '');
  return folder;
}
