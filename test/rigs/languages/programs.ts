import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../house/tree.ts';
import { LeftOut } from '../checks.ts';

const runs = promisify(execFile);

/** The programs of docs/languages.md by the names that their blocks have. */
const BLOCK = /^```\w+ (\S+\.\w+)\n([\s\S]*?)^```$/gm;

/** A call of a program. */
export type Call = Readonly<{ command: string; args: readonly string[]; cwd: string }>;

/** Prepares a program in a folder: its language, its packages. @throws Error where they cannot be had */
type Preparation = (dir: string, file: string) => Promise<Call>;

const FOLDER = import.meta.dirname;

/** Debian's packages of a language that is not on the machine; CI alone installs them. */
async function needs(command: string, args: readonly string[], packages: readonly string[]): Promise<void> {
  const there = (): Promise<boolean> =>
    runs(command, [...args])
      .then(() => true)
      .catch(() => false);
  if (await there()) return;
  if (process.env.CI) {
    await runs('apt-get', ['update', '-qq']);
    await runs('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages]);
  }
  if (!(await there())) throw new Error(`needs ${packages.join(' and ')} of Debian`);
}

async function python(dir: string, file: string): Promise<Call> {
  const environment = path.join(dir, 'python');
  const command = path.join(environment, 'bin/python');
  const ready = await runs(command, ['-c', 'import redis, bullmq'])
    .then(() => true)
    .catch(() => false);
  if (!ready) {
    await runs('python3', ['-m', 'venv', environment]);
    await runs(command, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', 'redis==8.1.0', 'bullmq==3.4.4']);
  }
  return { command, args: [file], cwd: dir };
}

const PREPARATIONS: Readonly<Record<string, Preparation>> = {
  'producer.py': python,
  'consumer.py': python,
  'producer.go': async (dir, file) => {
    for (const name of ['go.mod', 'go.sum']) await cp(path.join(FOLDER, 'go', name), path.join(dir, name));
    const command = path.join(dir, 'producer-go');
    await runs('go', ['build', '-buildvcs=false', '-o', command, file], { cwd: dir });
    return { command, args: [], cwd: dir };
  },
  'Producer.java': async (dir, file) => {
    await cp(path.join(FOLDER, 'java/pom.xml'), path.join(dir, 'pom.xml'));
    const copied = path.join(dir, 'jars');
    await runs('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${copied}`], { cwd: dir });
    return { command: 'java', args: ['-cp', `${copied}/*`, file], cwd: dir };
  },
  'producer.rb': async (dir, file) => {
    await needs('ruby', ['-e', "require 'redis'"], ['ruby-redis']);
    return { command: 'ruby', args: [file], cwd: dir };
  },
  'producer.php': async (dir, file) => {
    await needs('php', ['-r', 'exit(extension_loaded("redis") ? 0 : 1);'], ['php-cli', 'php-redis']);
    return { command: 'php', args: [file], cwd: dir };
  },
};

/** The names of all programs of the page. */
export async function programs(): Promise<Readonly<Record<string, string>>> {
  const page = await readFile(path.join(root, 'docs/languages.md'), 'utf8');
  return Object.fromEntries([...page.matchAll(BLOCK)].map(([, name = '', text = '']) => [name, text]));
}

/** Writes a program as the page has it, with what it needs. @throws LeftOut where that cannot be had */
export async function prepared(dir: string, name: string, text: string): Promise<Call> {
  const prepare = PREPARATIONS[name];
  if (prepare === undefined) throw new Error(`nobody knows how ${name} is run`);
  const file = path.join(dir, name);
  await mkdir(dir, { recursive: true });
  await writeFile(file, text);
  return await prepare(dir, file).catch((error: Error & { stderr?: string }) => {
    const [line = ''] = (error.stderr || error.message).trim().split('\n').slice(-1);
    throw new LeftOut(`${name}: ${line}`);
  });
}
