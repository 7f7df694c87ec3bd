import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { root } from '../../house/tree.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { commandLine } from '../../support/usage.ts';
import { checks, LeftOut } from '../checks.ts';
import { command, installLocked } from '../package/npm.ts';

/*
 * The programs of examples/sources beside brokers: each is killed and started again, and each event takes effect once. Their clients and
 * the broker of MQTT come from npm's registry; Go builds the server of NATS and a broker of Kafka in memory.
 */

const EXAMPLE = path.join(root, 'examples/sources');
const NATS_SERVER = 'github.com/nats-io/nats-server/v2@v2.15.3';

const NAMES = ['mqtt', 'prefect-websocket', 'nats', 'kafka'] as const;
type Name = (typeof NAMES)[number];

const USAGE = `npm run proof -- brokers [NAME…]
  NAME  ${NAMES.join(', ')}; without one, all of them`;

/** What is started for a test: how its programs find it, and how it ends. */
type Broker = Readonly<{ env: Readonly<Record<string, string>>; stop: () => Promise<void> }>;

const BROKERS: Readonly<Record<Name, (dir: string) => Promise<Broker>>> = {
  mqtt: async () => ({ env: {}, stop: async () => undefined }),
  'prefect-websocket': async () => ({ env: {}, stop: async () => undefined }),
  nats: async (dir) => {
    await goes(['install', NATS_SERVER], { cwd: dir, env: { ...process.env, GOBIN: dir } });
    const port = await freePort();
    const options = ['--jetstream', '--store_dir', path.join(dir, 'jetstream'), '--addr', '127.0.0.1'];
    const child = spawn(path.join(dir, 'nats-server'), [...options, '--port', String(port)], { stdio: 'ignore' });
    await eventually('NATS listens', async () => await listens(port));
    return { env: { NATS_URL: `127.0.0.1:${port}` }, stop: async () => await ended(child) };
  },
  kafka: async (dir) => {
    const program = path.join(dir, 'kafka-broker');
    await goes(['build', '-buildvcs=false', '-o', program, '.'], { cwd: path.join(import.meta.dirname, 'kafka') });
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    const { value: address } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    return { env: { KAFKA_BROKERS: String(address) }, stop: async () => await ended(child) };
  },
};

/** Runs Go. @throws LeftOut where it, or what it builds, cannot be had */
async function goes(
  args: readonly string[],
  options: Readonly<{ cwd: string; env?: NodeJS.ProcessEnv }>,
): Promise<void> {
  await promisify(execFile)('go', [...args], options).catch((error: Error & { stderr?: string }) => {
    const [line = ''] = (error.stderr ?? error.message).trim().split('\n').slice(-1);
    throw new LeftOut(`needs Go and its modules: ${line}`);
  });
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'close').then(() => false),
  ]);
  socket.destroy();
  return outcome;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** A copy of the example with its packages, and in place of Watchfire this checkout, as it stands. */
async function installed(dir: string): Promise<string> {
  const example = path.join(dir, 'example');
  await cp(EXAMPLE, example, { recursive: true, filter: (file) => path.basename(file) !== 'node_modules' });
  await installLocked(example);
  const watchfire = path.join(example, 'node_modules/watchfire');
  await mkdir(watchfire);
  for (const folder of ['src', 'lua']) await symlink(path.join(root, folder), path.join(watchfire, folder));
  const manifest = { name: 'watchfire', type: 'module', exports: { '.': './src/index.ts' } };
  await writeFile(path.join(watchfire, 'package.json'), JSON.stringify(manifest));
  const settings = {
    extends: path.join(root, 'tsconfig.json'),
    compilerOptions: { typeRoots: [path.join(root, 'node_modules/@types'), './node_modules/@types'] },
    include: ['*.ts', 'test/*.ts'],
  };
  await writeFile(path.join(example, 'tsconfig.json'), JSON.stringify(settings));
  return example;
}

async function tried(example: string, name: Name, broker: Broker): Promise<void> {
  const server = await PrivateServer.start();
  try {
    const env = { ...process.env, ...broker.env, REDIS_URL: server.url };
    await promisify(execFile)(process.execPath, ['--test', `test/${name}.test.ts`], { cwd: example, env }).catch(
      ({ message, stdout, stderr }) => {
        throw new Error([message, stdout, stderr].filter(Boolean).join('\n'));
      },
    );
  } finally {
    await server.remove();
  }
}

async function prove(dir: string, names: readonly Name[]): Promise<number> {
  const missing: string[] = [];
  return await checks(async (check) => {
    const example = await installed(dir);
    await check('the types of the programs are right', async () => {
      await command(path.join(root, 'node_modules/.bin/tsc'), ['-p', '.'], example);
    });
    for (const name of names) {
      const broker = await BROKERS[name](dir).catch((error: Error) => {
        if (!(error instanceof LeftOut)) throw error;
        missing.push(`${name} ${error.message}`);
        return null;
      });
      if (broker === null) continue;
      try {
        await check(`${name}: killed and started again, each event takes effect once`, () =>
          tried(example, name, broker),
        );
      } finally {
        await broker.stop();
      }
    }
    if (missing.length > 0) throw new LeftOut(missing.join('; '));
  });
}

const names = commandLine(USAGE, () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const unknown = positionals.find((name) => !NAMES.some((known) => known === name));
  if (unknown !== undefined) throw new TypeError(`${unknown} is none of ${NAMES.join(', ')}`);
  return positionals.length === 0 ? NAMES : NAMES.filter((name) => positionals.includes(name));
});
const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-brokers-'));
try {
  process.exitCode = await prove(dir, names);
} finally {
  await rm(dir, { recursive: true, force: true });
}
