import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { environment } from '../../package/installed.ts';
import { PATIENCE_MS } from '../../support/eventually.ts';
import { LeftOut } from '../checks.ts';

const run = promisify(execFile);

/** Far more than any of the commands needs, on a machine that does other work, too: one that hangs is given up. */
const COMMAND_BOUND_MS = 10 * PATIENCE_MS;

/** How npm says that it did not reach its registry, and had no copy of its own. */
const UNREACHED = /\b(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED)\b/;

/**
 * Installs packages with npm, as people do, into a project of their own. Install scripts run: one of them brings an old Node.
 * @throws LeftOut when npm's registry does not answer
 */
export async function install(project: string, packages: readonly string[]): Promise<void> {
  await mkdir(project, { recursive: true });
  await writeFile(path.join(project, 'package.json'), '{ "name": "theirs", "private": true, "type": "module" }\n');
  await npm(project, 'install', ...packages);
}

/** Installs what the lock file of a project names. @throws LeftOut when npm's registry does not answer */
export async function installLocked(project: string): Promise<void> {
  await npm(project, 'ci');
}

async function npm(project: string, ...args: readonly string[]): Promise<void> {
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await command('npm', [...args, ...flags], project).catch((error: Error) => {
    throw UNREACHED.test(error.message) ? new LeftOut('npm does not reach its registry') : error;
  });
}

/** Runs a program. @throws Error with all that it printed, when it fails */
export async function command(program: string, args: readonly string[], cwd: string): Promise<string> {
  const options = { cwd, env: environment({ npm_config_offline: 'false' }), timeout: COMMAND_BOUND_MS };
  return await run(program, [...args], options).then(
    ({ stdout }) => stdout,
    ({ message, stdout, stderr }: Error & { stdout?: string; stderr?: string }) => {
      throw new Error([message, stdout, stderr].filter(Boolean).join('\n'));
    },
  );
}
