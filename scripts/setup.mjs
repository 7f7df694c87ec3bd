/**
 * Makes sure that the packages of package-lock.json are installed and that a Node which runs TypeScript stands at
 * node_modules/.bin/node. `setup.mjs run` leaves out what only tests and their tools need, `setup.mjs all` does not. Runs on any Node from 20 on and needs nothing but npm. Speaks on standard error only, since the output of
 * the command that comes next belongs to that command.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const binaries = path.join(root, 'node_modules', '.bin');
const pinnedNode = path.join(binaries, 'node');
/** What npm writes as the last step of an installation: the packages that are really there. */
const installedLock = path.join(root, 'node_modules', '.package-lock.json');

/** Where the pinned Node is installed by itself, when the tools of tests, which bring it too, are left out. */
const runtime = path.join(root, 'scripts', 'runtime');
const runtimeNode = path.join(runtime, 'node_modules', 'node', 'bin', 'node');

/** The tools of tests that are there stay there. */
const withTools = process.argv[2] !== 'run' || existsSync(path.join(root, 'node_modules', 'vitest'));

/** The first version that runs TypeScript without a flag. */
const OLDEST_NODE = [22, 18];

function say(sentence) {
  process.stderr.write(`watchfire: ${sentence}\n`);
}

function fail(sentence) {
  say(sentence);
  process.exit(1);
}

/** The packages of a lock file by their place, or undefined when there is no readable one. */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether what is installed is what the lock file asks for. Times alone do not tell: a checkout of another branch and back touches the
 * lock file without changing it. Packages for other platforms are optional and may be missing.
 */
function isCurrent() {
  const wanted = packagesOf(path.join(root, 'package-lock.json'));
  const installed = packagesOf(installedLock);
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([place, { version, integrity, optional, dev }]) => {
    if (place === '' || (dev && !withTools)) return true;
    const found = installed[place];
    return found ? found.version === version && found.integrity === integrity : optional === true;
  });
}

/** The environment without our own folder of binaries: npm must not run on a Node that it is about to remove. */
function outsideEnvironment() {
  const places = (process.env.PATH ?? '').split(path.delimiter).filter((place) => path.resolve(place) !== binaries);
  return { ...process.env, PATH: places.join(path.delimiter) };
}

function install(folder, ...flags) {
  const lock = path.relative(root, path.join(folder, 'package-lock.json'));
  say(`installing the packages of ${lock} (${['npm ci', ...flags].join(' ')}), once …`);
  const started = process.hrtime.bigint();
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error, stdout, stderr } = spawnSync('npm', ['ci', ...flags, ...quietly], {
    cwd: folder,
    env: outsideEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error) fail(`npm could not be run: ${error.message}`);
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`);
    fail('npm ci failed, see above; nothing else was changed');
  }
  const seconds = Number((process.hrtime.bigint() - started) / 1_000_000_000n);
  say(`packages installed in ${seconds} s`);
}

function runsTypeScript(node) {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  const [major, minor] = (stdout ?? '').replace('v', '').split('.').map(Number);
  return status === 0 && (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]));
}

/**
 * The package `node` brings its binary by an install script and for common platforms only. Where scripts are switched off, or
 * on a platform without one (musl), the Node that runs this will do if it is new enough.
 */
function ensureNode() {
  if (existsSync(pinnedNode) && runsTypeScript(pinnedNode)) return;
  if (!(withTools || runsTypeScript(process.execPath))) {
    if (!existsSync(runtimeNode)) install(runtime);
    if (runsTypeScript(runtimeNode)) return link(runtimeNode);
  }
  if (!runsTypeScript(process.execPath)) {
    fail(
      `node_modules/.bin/node does not run here and ${process.execPath} is ${process.version}: ` +
        `allow npm's install scripts and run \`npm rebuild node\`, or use Node ${OLDEST_NODE.join('.')} or newer`,
    );
  }
  link(process.execPath);
  if (withTools) say(`the pinned Node does not run here, using ${process.execPath} ${process.version}`);
}

function link(node) {
  mkdirSync(binaries, { recursive: true });
  rmSync(pinnedNode, { force: true });
  symlinkSync(node, pinnedNode);
}

if (!isCurrent()) install(root, ...(withTools ? [] : ['--omit=dev']));
ensureNode();
const now = new Date();
utimesSync(installedLock, now, now);
