/**
 * Builds the page of the console from the lock file of its own folder: `page.mjs` puts it into console/dist, `page.mjs dist` beside the
 * compiled program, too. Does nothing when it is built already from what stands there. Without the network, or without the folder, it says
 * so and ends well, since all else works without the page; `--must` ends with 1 then, unless WATCHFIRE_WITHOUT_PAGE is set. Runs on any
 * Node that Vite takes.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = path.join(fileURLToPath(import.meta.url), '../..');
const folder = path.join(root, 'console');
const built = path.join(folder, 'dist');
const mark = path.join(built, '.built-from');
const given = process.argv.slice(2);

function say(sentence) {
  process.stderr.write(`watchfire: ${sentence}\n`);
}

function withoutPage(reason) {
  say(`the page of the console is not built: ${reason}`);
  process.exit(given.includes('--must') && !process.env.WATCHFIRE_WITHOUT_PAGE ? 1 : 0);
}

/** One text for all that the page is built from. */
function sources() {
  const files = ['package-lock.json', 'vite.config.ts', 'index.html', 'src/**/*', 'public/*'];
  const hash = createHash('sha256');
  for (const file of files.flatMap((one) => globSync(one, { cwd: folder })).sort()) {
    if (path.extname(file) !== '') hash.update(file).update(readFileSync(path.join(folder, file)));
  }
  return hash.digest('hex');
}

function run(command, ...words) {
  const { status, error, stderr } = spawnSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error || status !== 0) withoutPage(error?.message ?? faultIn(stderr) ?? `${command} ended with ${status}`);
}

/** What npm complains of: the last of its lines names a log file, and those before may explain its options. */
function faultIn(said) {
  const lines = said.split('\n').map((line) => line.replace(/^npm error\s*/, '').trim());
  return lines.find((line) => line !== '' && !/^code /.test(line));
}

if (!existsSync(path.join(folder, 'package-lock.json'))) withoutPage('there is no folder "console" here');
const from = sources();
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== from) {
  if (!existsSync(path.join(folder, 'node_modules', 'vite'))) {
    say('installing the packages of console/package-lock.json (npm ci), once …');
    run('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  }
  run(process.execPath, path.join('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'error');
  writeFileSync(mark, from);
  say('the page of the console is built');
}
if (given.includes('dist')) {
  const target = path.join(root, 'dist', 'page');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(built, target, { recursive: true, filter: (file) => !file.endsWith('.built-from') });
}
