import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type AutomationDocument, Watchfire } from '../../../src/index.ts';
import { storeOf } from '../../../src/redis/store.ts';
import { backtest } from '../../../src/replay/backtest.ts';
import { eventually } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { randomOf } from '../chaos/load.ts';
import { AUTOMATIONS, Traffic } from '../chaos/traffic.ts';
import { checks } from '../checks.ts';

/*
 * Copies of the data of a Redis, taken while events come and a worker works, are started elsewhere: `npm run proof -- backup`. The commands
 * are those of docs/backup.md.
 */

const NAMESPACE = 'backup';
const EVENTS = 4_000;
const PAUSE_MS = 5;

/** Sends events until `signal` is aborted, and so many at least. */
async function send(redis: Redis, signal: AbortSignal): Promise<void> {
  const traffic = new Traffic(randomOf(7));
  for (let i = 0; i < EVENTS || !signal.aborted; i += 20) {
    const pipeline = redis.pipeline();
    for (let n = 0; n < 20; n += 1) pipeline.xadd(`{${NAMESPACE}}:events`, '*', ...traffic.next(Date.now()));
    await pipeline.exec();
    await pause(PAUSE_MS);
  }
}

const ledgerOf = async (redis: Redis): Promise<[string, string[]][]> =>
  await redis.xrange(`{${NAMESPACE}}:firings`, '-', '+');

/** A point in time: `BGSAVE`, and a copy of the file when it is done. */
async function copyOfRdb({ redis, dir }: PrivateServer, to: string): Promise<void> {
  const before = await redis.lastsave();
  // A second that passed tells one save from the other.
  await pause(1_100);
  // A rewrite of the append-only file may be under way: then it begins behind that.
  await redis.bgsave('SCHEDULE');
  await eventually('the snapshot is written', async () => (await redis.lastsave()) > before);
  await cp(path.join(dir, 'dump.rdb'), path.join(to, 'dump.rdb'));
}

/** All up to now: the folder of the append-only file, which must not be rewritten meanwhile. */
async function copyOfAof({ redis, dir }: PrivateServer, to: string): Promise<void> {
  const [, percentage = '100'] = (await redis.config('GET', 'auto-aof-rewrite-percentage')) as string[];
  await redis.config('SET', 'auto-aof-rewrite-percentage', '0');
  await eventually('no rewrite is under way', async () =>
    /aof_rewrite_in_progress:0/.test(await redis.info('persistence')),
  );
  await cp(path.join(dir, 'appendonlydir'), path.join(to, 'appendonlydir'), { recursive: true });
  await redis.config('SET', 'auto-aof-rewrite-percentage', percentage);
}

/** Another server on such a copy; from a snapshot alone it makes its append-only file anew. */
async function restored(folder: string, settings: Readonly<Record<string, string>>): Promise<PrivateServer> {
  const server = await PrivateServer.start({ kept: true, settings });
  await server.kill();
  await rm(path.join(server.dir, 'appendonlydir'), { recursive: true, force: true });
  await cp(folder, server.dir, { recursive: true });
  await server.start();
  return server;
}

/** The ledger there is that of then, a replay gives it again, and a worker goes on from there. */
async function judge(server: PrivateServer, ledger: readonly [string, string[]][]): Promise<string> {
  const { redis } = server;
  const own = await ledgerOf(redis);
  if (own.length === 0) throw new Error('nothing had fired by then');
  if (JSON.stringify(own) !== JSON.stringify(ledger.slice(0, own.length)))
    throw new Error('the ledger is not that of then');
  const live = { connections: { redis }, store: storeOf(NAMESPACE) };
  const { same, complete } = await backtest(live, { redis, namespace: 'replayed' });
  const differing = (same?.extra.length ?? 0) + (same?.missing.length ?? 0) + (same?.misplaced ? 1 : 0);
  if (!complete || differing > 0) throw new Error(`a replay differs: ${JSON.stringify(same).slice(0, 500)}`);
  const watchfire = new Watchfire({ redis, namespace: NAMESPACE });
  await watchfire.startWorker();
  await eventually('what waited is applied and handed on', async () => {
    const { behind, unrelayed } = await watchfire.status();
    return behind === 0 && unrelayed === 0;
  });
  await watchfire.close();
  return `${own.length} of ${ledger.length} firings`;
}

process.exitCode = await checks(async (check) => {
  const server = await PrivateServer.start({ kept: true });
  const others: PrivateServer[] = [];
  try {
    const watchfire = new Watchfire({ redis: server.redis, namespace: NAMESPACE });
    for (const document of AUTOMATIONS) await watchfire.put(document as AutomationDocument);
    const worker = await watchfire.startWorker();
    const enough = new AbortController();
    const sending = send(server.redis, enough.signal);
    await eventually('things fire', async () => (await watchfire.status()).firings > 100);
    const copies = { rdb: path.join(server.dir, '..', `${path.basename(server.dir)}-rdb`), aof: '' };
    copies.aof = copies.rdb.replace(/rdb$/, 'aof');
    for (const folder of Object.values(copies)) await mkdir(folder);
    await copyOfRdb(server, copies.rdb);
    await copyOfAof(server, copies.aof);
    enough.abort();
    await sending;
    await eventually('all is applied', async () => (await watchfire.status()).behind === 0);
    await worker.stop();
    const ledger = await ledgerOf(server.redis);
    for (const [name, settings] of [
      ['rdb', { appendonly: 'no' }],
      ['aof', {}],
    ] as const) {
      await check(
        `a copy of the ${name.toUpperCase()}, started elsewhere, has the ledger of then and goes on`,
        async () => {
          const other = await restored(copies[name], settings);
          others.push(other);
          process.stdout.write(`  ${await judge(other, ledger)}\n`);
        },
      );
      await rm(copies[name], { recursive: true, force: true });
    }
    await watchfire.close();
  } finally {
    for (const one of [server, ...others]) await one.remove();
  }
});
