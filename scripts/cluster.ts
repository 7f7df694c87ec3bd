/** `npm run cluster`: a Redis Cluster to try, on this machine alone. Ctrl-C ends all of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { LocalCluster } from './local-cluster.ts';

const USAGE = `npm run cluster -- [OPTION…]
  --port N       port of the first of the six nodes, the others follow (7000); each listens 10,000 above as well
  --dir FOLDER   keep the data there, and go on with it the next time (default: a temporary folder)
  --timeout MS   after so long a silence a node counts as lost (3000)`;

const PRIMARIES = 3;

/** Ports above have no room for the bus of the nodes. */
const LARGEST_PORT = 55_000;

function numberIn(name: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number <= most) return number;
  throw new TypeError(`--${name} must be a whole number from 1 to ${most} (found "${text}")`);
}

function optionsOf(args: readonly string[]): { port: number; timeoutMs: number; dir: string | null } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '7000' },
      dir: { type: 'string' },
      timeout: { type: 'string', default: '3000' },
    },
  });
  return {
    port: numberIn('port', values.port, LARGEST_PORT),
    timeoutMs: numberIn('timeout', values.timeout, 600_000),
    dir: values.dir === undefined ? null : path.resolve(values.dir),
  };
}

function textOf(cluster: LocalCluster): string {
  const [first] = cluster.nodes;
  const kill = cluster.nodes
    .slice(0, PRIMARIES)
    .map(({ port, pid }) => `  kill -9 ${pid}   # the primary on port ${port}`);
  return [
    `Three primaries with a replica each, on 127.0.0.1:${first?.port} to ${Number(first?.port) + 2 * PRIMARIES - 1}, without a password. Ctrl-C ends them.`,
    '',
    `  export REDIS_URL=${cluster.url}`,
    '  npm run -s watchfire -- doctor',
    '  npm run -s watchfire -- init --partitions 16 --by id',
    '  npm run -s watchfire -- apply examples/automations && npm run -s watchfire -- worker',
    '',
    'Kill a primary, and see its replica take over within seconds:',
    ...kill,
    'Enter brings back what was killed.',
  ].join('\n');
}

async function bringBack(cluster: LocalCluster, say: (sentence: string) => void): Promise<void> {
  const ports = await cluster.bringBack().catch((error: Error) => error.message);
  if (typeof ports === 'string') say(`a node does not come back: ${ports}`);
  else say(ports.length === 0 ? 'all nodes are there' : `back: the node on port ${ports.join(', ')}, as a replica`);
}

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const { dir, ...options } = optionsOf(process.argv.slice(2));
  const folder = dir ?? (await mkdtemp(path.join(tmpdir(), 'watchfire-cluster-')));
  const ended = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, resolve);
  });
  try {
    const say = (sentence: string): void => void process.stderr.write(`watchfire: ${sentence}\n`);
    const cluster = await LocalCluster.start({ ...options, folder, primaries: PRIMARIES, say });
    process.stdout.write(`${textOf(cluster)}\n`);
    process.stdin.on('data', () => void bringBack(cluster, say));
    await ended;
    process.stdin.destroy();
    await cluster.stop();
    return 0;
  } finally {
    if (dir === null) await rm(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`watchfire: ${(error as Error).message}\n`);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
