import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { freePorts, LocalCluster } from '../../../scripts/local-cluster.ts';
import { obtainRedisServer } from '../../../src/embedded/server.ts';
import { Watchfire } from '../../../src/index.ts';
import { eventually, PATIENCE_MS } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { PrivateServer } from '../../support/private-server.ts';

/** Streams whose Redis is named by a cluster, or by sentinels. */

const ENTRIES = 200;
/** After so long a silence a server counts as lost, when it is; until then one that the machine keeps waiting is not. */
const LOST_MS = 1_000;

/** Their slots are on different nodes. */
const KEYS = ['shop:orders', '{eu}:orders', 'orders:{us}'];

/** An engine of its own, on a server of its own, that reads the streams of a file. */
async function withReader(file: string, sources: readonly object[], use: (reader: Watchfire) => Promise<void>) {
  await writeFile(file, JSON.stringify({ sources }));
  const home = await PrivateServer.start();
  const reader = new Watchfire({ redis: home.url });
  try {
    await reader.startSources({ file });
    await use(reader);
  } finally {
    await reader.close();
    await home.remove();
  }
}

function sourceOf(name: string, stream: string, redis: string): object {
  return { name, type: 'stream', stream, redis, from: 'start', event: 'order', resource: { id: '{{ entry.n }}' } };
}

/** What a source brought, in the order of the log. */
async function brought({ connections, store }: Watchfire, name: string): Promise<string[]> {
  const entries = await connections.redis.xrange(store.keys.events, '-', '+');
  const from = entries.map(([, [form, text = '']]) => [form, ...text.split(' ')]);
  return from.filter(([form, source]) => form === 'fed' && source === name).map(([, , id = '']) => id);
}

async function add(redis: Pick<Redis, 'xadd'>, key: string): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < ENTRIES; n += 1) ids.push(String(await redis.xadd(key, '*', 'n', n)));
  return ids;
}

async function comesIn(reader: Watchfire, name: string, ids: readonly string[]): Promise<void> {
  await eventually(`${name} is brought in`, async () => (await brought(reader, name)).length >= ids.length);
  assert.deepEqual(await brought(reader, name), ids);
}

/** Three streams of a cluster, each on the node that has its slot. */
export async function checkCluster(dir: string): Promise<void> {
  const port = await freePorts(6);
  const cluster = await LocalCluster.start({
    port,
    primaries: 3,
    folder: path.join(dir, 'cluster'),
    timeoutMs: PATIENCE_MS,
  });
  const client = new Cluster([{ host: '127.0.0.1', port }]);
  try {
    const url = `redis-cluster://127.0.0.1:${port}`;
    const sources = KEYS.map((key, i) => sourceOf(`c${i}`, key, url));
    await withReader(path.join(dir, 'cluster.json'), sources, async (reader) => {
      for (const [i, key] of KEYS.entries()) await comesIn(reader, `c${i}`, await add(client as never, key));
      for (const key of KEYS)
        await eventually(`a group stands at the end of ${key}`, async () => {
          const groups = JSON.stringify(await client.xinfo('GROUPS', key));
          return groups.includes('watchfire:') && groups.includes('"lag",0');
        });
    });
  } finally {
    client.disconnect();
    await cluster.stop();
  }
}

/** A stream of the primary that sentinels name; it goes on where another server becomes the primary. */
export async function checkSentinels(dir: string): Promise<void> {
  const [primary, replica] = [await PrivateServer.start({ kept: true }), await PrivateServer.start({ kept: true })];
  let sentinel: ChildProcess | null = null;
  let client: Redis | null = null;
  try {
    await replica.follow(primary);
    const port = await freePort();
    sentinel = await startSentinel(dir, port, primary.port);
    const asked = new Redis({ port, maxRetriesPerRequest: null, retryStrategy: () => 50 });
    asked.on('error', () => undefined);
    client = asked;
    await eventually('the sentinel knows the replica', async () => {
      const known = (await asked.call('SENTINEL', 'REPLICAS', 'shop')) as unknown[];
      return JSON.stringify(known).includes('"master-link-status","ok"');
    });
    const url = `redis-sentinel://127.0.0.1:${port}/shop`;
    await withReader(path.join(dir, 'sentinels.json'), [sourceOf('s', 'orders', url)], async (reader) => {
      const before = await add(primary.redis, 'orders');
      await comesIn(reader, 's', before);
      await eventually('the replica has all of it', async () => (await replica.redis.xlen('orders')) === ENTRIES);
      await primary.kill();
      await asked.call('SENTINEL', 'SET', 'shop', 'down-after-milliseconds', LOST_MS);
      await eventually('the replica is the primary', async () => {
        return (await replica.redis.info('replication')).includes('role:master');
      });
      await comesIn(reader, 's', [...before, ...(await add(replica.redis, 'orders'))]);
    });
  } finally {
    client?.disconnect();
    if (sentinel !== null && sentinel.exitCode === null) {
      const ended = once(sentinel, 'exit');
      sentinel.kill('SIGKILL');
      await ended;
    }
    await Promise.all([primary.remove(), replica.remove()]);
  }
}

async function startSentinel(dir: string, port: number, primary: number): Promise<ChildProcess> {
  const program = await obtainRedisServer(() => undefined);
  const file = path.join(dir, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${dir}`,
    `sentinel monitor shop 127.0.0.1 ${primary} 1`,
    `sentinel down-after-milliseconds shop ${PATIENCE_MS}`,
    'sentinel failover-timeout shop 10000',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  // One program is all of Redis, by the name that it is called.
  return spawn(program.path, [file, '--sentinel'], { argv0: program.name, stdio: 'ignore' });
}
