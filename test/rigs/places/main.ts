import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Cluster } from 'ioredis';
import { pino } from 'pino';
import { obtainRedisServer } from '../../../src/embedded/server.ts';
import { Watchfire, type WatchfireOptions } from '../../../src/index.ts';
import { makeCertificates } from '../../support/certificate-files.ts';
import { eventually } from '../../support/eventually.ts';
import { commandLine, usageOf } from '../../support/usage.ts';
import { type Check, checks, LeftOut } from '../checks.ts';
import { Servers } from './servers.ts';

/**
 * Each kind of Redis that a URL may name, with real servers, sentinels and certificates: an engine fires there, a verb finds what fired, and
 * where a sentinel has another server take over it goes on. `npm run proof -- places`.
 */

const run = promisify(execFile);
const CLI = path.join(import.meta.dirname, '../../../src/cli/main.ts');

type Rig = Readonly<{ servers: Servers; check: Check; ca: string; caFile: string }>;
type Place = Pick<WatchfireOptions, 'redis' | 'tls' | 'namespace'>;

const AUTOMATION = {
  id: 'ring',
  name: 'Each ring',
  trigger: { posture: 'Reactive', expect: ['ring'], for_each: ['id'] },
  actions: [{ type: 'ring' }],
} as const;

/** Puts an automation, runs a worker, and sends until it has fired `count` times; `between`: something happens after the first. */
async function fires(place: Place, count: number, between: () => Promise<void> = async () => undefined): Promise<void> {
  const watchfire = new Watchfire({ ...place, logger: pino({ level: 'silent' }) });
  try {
    await watchfire.put(AUTOMATION);
    await watchfire.startWorker();
    for (let i = 0; i < count; i += 1) {
      if (i === 1) await between();
      const { id } = await watchfire.emit({ event: 'ring', resource: { id: `door.${i}` } });
      await eventually(`event ${i} has fired`, async () =>
        (await watchfire.firings()).firings.some(({ firing }) => firing.event?.id === id),
      );
    }
    await eventually('all jobs are there', async () => (await watchfire.status()).unrelayed === 0);
  } finally {
    await watchfire.close();
  }
}

/** What `watchfire firings` finds there. */
async function found(rig: Rig, url: string, namespace: string): Promise<number> {
  const secured = url.startsWith('rediss') ? ['--tls-ca', rig.caFile] : [];
  const args = [CLI, 'firings', '--redis', url, '--namespace', namespace, '--output', 'json', ...secured];
  const { stdout } = await run(process.execPath, args);
  return stdout.split('\n').filter((line) => line.includes('"automation"')).length;
}

async function checkUrl(rig: Rig, url: string, between?: () => Promise<void>): Promise<void> {
  const kind = url.slice(0, url.indexOf(':') + 1);
  const tls = url.startsWith('rediss') ? { tls: { ca: rig.ca } } : {};
  const namespace = `places-${kind.slice(0, -1)}`;
  const then = between === undefined ? '' : ', and goes on when the primary is killed';
  await rig.check(`${kind} an engine fires${then}`, () => fires({ redis: url, namespace, ...tls }, 2, between));
  await rig.check(`${kind} a verb finds what fired`, async () => assert.notEqual(await found(rig, url, namespace), 0));
}

async function checkAll(rig: Rig, tls: boolean): Promise<void> {
  const { servers, check, ca } = rig;
  const scheme = tls ? 'rediss' : 'redis';
  await checkUrl(rig, `${scheme}://127.0.0.1:${await servers.server(tls)}`);
  const { primary, sentinels } = await servers.watched(tls);
  const watched = sentinels.map((port) => `127.0.0.1:${port}`).join(',');
  await checkUrl(rig, `${scheme}-sentinel://${watched}/main`, () => servers.lose(primary, sentinels, tls));
  const nodes = await servers.cluster(tls);
  await checkUrl(rig, `${scheme}-cluster://${nodes.map((port) => `127.0.0.1:${port}`).join(',')}`);
  await check(`an ioredis Cluster of the program${tls ? ' with TLS' : ''}: an engine fires`, async () => {
    const options = tls ? { redisOptions: { tls: { ca } } } : {};
    const redis = new Cluster(
      nodes.map((port) => ({ host: '127.0.0.1', port })),
      { ...options, dnsLookup: (address, callback) => callback(null, address) },
    );
    try {
      await fires({ redis, namespace: `places-handed-${scheme}` }, 2);
      assert.equal(redis.status, 'ready');
    } finally {
      redis.disconnect();
    }
  });
}

async function main(): Promise<number> {
  const { argv } = process;
  if (argv.length > 2) commandLine(usageOf('npm run proof -- places', {}), () => assert.fail('takes no options'));
  const program = await obtainRedisServer((sentence) => process.stdout.write(`${sentence}\n`));
  const folder = await mkdtemp(path.join(tmpdir(), 'watchfire-places-'));
  try {
    return await checks(async (check) => {
      const files = await makeCertificates(folder).catch((error: Error) => {
        throw new LeftOut(`no certificates, openssl is not to be had: ${error.message}`);
      });
      const ca = await readFile(files.ca, 'utf8');
      const servers = new Servers({ program, folder, files, ca });
      process.once('exit', () => servers.end());
      try {
        for (const tls of [false, true]) await checkAll({ servers, check, ca, caFile: files.ca }, tls);
      } finally {
        servers.end();
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
