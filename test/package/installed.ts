import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../house/tree.ts';

const run = promisify(execFile);

/** What a build needs; the rest of the checkout would only hide that something is missing. */
const PARTS = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts', 'src'],
  ...manifest.files.filter((file) => file !== 'dist'),
];

/** An environment in which npm asks nobody, with the pinned Node in front, which a package's programs are started by. */
export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const binaries = path.join(root, 'node_modules', '.bin');
  return {
    ...process.env,
    PATH: `${binaries}${path.delimiter}${process.env.PATH ?? ''}`,
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    NO_COLOR: '1',
    ...more,
  };
}

/** A project of somebody else's into which Watchfire was installed. */
export type Project = Readonly<{ dir: string; remove: () => Promise<void> }>;

/**
 * Packs a copy of this checkout as `npm publish` would, and unpacks it where `npm install` would. The packages it depends
 * on are links to ours, those and no others, so that one that is not declared is missed.
 */
export async function installedProject(): Promise<Project> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-package-'));
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    const project = path.join(dir, 'project');
    const target = path.join(project, 'node_modules', 'watchfire');
    await mkdir(path.join(project, 'node_modules', '.bin'), { recursive: true });
    await mkdir(target);
    await run('tar', ['-xzf', await packed(dir, 'may'), '-C', target, '--strip-components=1']);
    const needed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    for (const name of [...needed, '@types/node']) await link(project, name);
    // As npm makes it, which would also set the mode; here the mode is the one of the package.
    await symlink(
      path.join('..', 'watchfire', manifest.bin.watchfire),
      path.join(project, 'node_modules/.bin/watchfire'),
    );
    await writeFile(path.join(project, 'package.json'), '{ "name": "theirs", "private": true, "type": "module" }\n');
    return { dir: project, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Whether an archive must hold the console's page, whose packages npm's registry gives, or may do without it where they are not installed. */
type Page = 'must' | 'may';

/** Packs a copy of this checkout in a folder. @returns the path of the archive */
export async function packed(dir: string, page: Page): Promise<string> {
  const copy = path.join(dir, 'checkout');
  for (const part of PARTS)
    await cp(path.join(root, part), path.join(copy, part), { recursive: true, preserveTimestamps: true });
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  await copyPage(copy);
  const env = environment(page === 'must' ? { npm_config_offline: 'false' } : { WATCHFIRE_WITHOUT_PAGE: '1' });
  await run('npm', ['pack', '--silent', '--pack-destination', dir], { cwd: copy, env });
  const [archive] = (await readdir(dir)).filter((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new Error('npm pack made no archive');
  return path.join(dir, archive);
}

/** The sources of the page, and what was built of it and for it here. */
async function copyPage(copy: string): Promise<void> {
  const [from, to] = [path.join(root, 'console'), path.join(copy, 'console')];
  const modules = path.join(from, 'node_modules');
  await cp(from, to, { recursive: true, preserveTimestamps: true, filter: (file) => file !== modules });
  if (existsSync(modules)) await symlink(modules, path.join(to, 'node_modules'));
}

async function link(project: string, name: string): Promise<void> {
  const place = path.join(project, 'node_modules', name);
  await mkdir(path.dirname(place), { recursive: true });
  await symlink(path.join(root, 'node_modules', name), place);
}
