import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { divide, Watchfire } from '../../../src/index.ts';
import { layoutOf } from '../../../src/model/partition.ts';
import { partitionStores } from '../../../src/redis/store.ts';
import { eventually } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { commandLine, usageOf } from '../../support/usage.ts';
import { randomOf } from '../chaos/load.ts';
import { type Check, checks } from '../checks.ts';
import { Crowd } from '../crowd.ts';
import { checkCluster, checkSentinels } from './elsewhere.ts';
import { BULLMQ_VERSIONS, checkQueue } from './queues.ts';
import { AUTOMATIONS, ShopStream } from './shops.ts';
import { checkGithub, checkSigned } from './signed.ts';
import { checkFirings, checkLog, firedIn, wantedFirings } from './verdict.ts';

/**
 * Entries of three streams, one of them on another Redis, while programs that bring them in, workers and both servers are killed, and all that
 * bring them in are stopped for a while. Each entry has to come in once and in its order, and what fires has to be what the entries say:
 * `npm run proof -- sources`.
 */

type Options = Readonly<{ entries: number; stop: number; partitions: number; seed: number; limit: number }>;

/** `stop`: seconds in which nobody brings anything in; `partitions`: of the namespace, 0 for none; `limit`: seconds after which it is given up. */
const DEFAULTS: Options = { entries: 200_000, stop: 120, partitions: 0, seed: 0, limit: 3_600 };

const NAMESPACE = 'wf';
const WORKERS = 2;
const RUNNERS = 2;

/** From one kill to the next; every so many of them a server. */
const KILL_EVERY_MS = 700;
const SERVER_EVERY = 6;
const SERVER_AWAY_MS = 500;

/** Between two batches of each stream: several times slower than they can be brought in. */
const BATCH_EVERY_MS = 400;

function optionsOf(): Options {
  const given = Object.keys(DEFAULTS).map((name) => [name, { type: 'string' as const }] as const);
  const { values } = parseArgs({ options: Object.fromEntries(given) });
  const numbers = Object.entries(values).map(([name, value]) => [name, Number(value)]);
  const options = { ...DEFAULTS, ...Object.fromEntries(numbers) } as Options;
  return { ...options, seed: options.seed || Date.now() % 1_000_000_000 };
}

/** Both servers, the streams, and all processes. */
class Scene {
  readonly home: PrivateServer;
  readonly elsewhere: PrivateServer;
  readonly shops: readonly ShopStream[];
  readonly workers: Crowd;
  runners: Crowd;
  readonly watchfire: Watchfire;
  readonly #file: string;

  constructor(home: PrivateServer, elsewhere: PrivateServer, file: string) {
    this.home = home;
    this.elsewhere = elsewhere;
    this.#file = file;
    this.shops = [new ShopStream('a', home), new ShopStream('b', home), new ShopStream('c', elsewhere)];
    const settings = { retentionMs: 86_400_000 };
    this.workers = new Crowd({ redisUrl: home.url, namespace: NAMESPACE, settings, spares: 1 });
    this.runners = this.#newRunners();
    this.watchfire = new Watchfire({ redis: home.url, namespace: NAMESPACE });
  }

  #newRunners(): Crowd {
    const program = fileURLToPath(new URL('program.ts', import.meta.url));
    return new Crowd({
      redisUrl: this.home.url,
      namespace: NAMESPACE,
      settings: { file: this.#file },
      program,
      spares: 1,
    });
  }

  async begin(partitions: number): Promise<void> {
    if (partitions > 0) await divide(this.watchfire, layoutOf(partitions, 'id'));
    const sources = this.shops.map((shop) => shop.document(shop.server === this.elsewhere));
    await writeFile(this.#file, JSON.stringify({ sources }));
    for (const document of AUTOMATIONS) await this.watchfire.put(document);
    await Promise.all(Array.from({ length: WORKERS }, () => this.workers.add()));
    await this.beginReading();
  }

  async beginReading(): Promise<void> {
    await Promise.all(Array.from({ length: RUNNERS }, () => this.runners.add()));
  }

  stopReading(): void {
    this.runners.end();
    this.runners = this.#newRunners();
  }

  async end(): Promise<void> {
    this.workers.end();
    this.runners.end();
    for (const shop of this.shops) shop.end();
    await this.watchfire.close();
    await Promise.all([this.home.remove(), this.elsewhere.remove()]);
  }
}

/** Kills one thing after the other until the signal aborts. */
async function killing(scene: Scene, random: () => number, signal: AbortSignal): Promise<number> {
  let kills = 0;
  for (; !signal.aborted; kills += 1) {
    await pause(KILL_EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    if (kills % SERVER_EVERY === SERVER_EVERY - 1) {
      const server = random() < 0.5 ? scene.home : scene.elsewhere;
      await server.kill();
      await pause(SERVER_AWAY_MS);
      await server.start();
    } else if (kills % 2 === 0) await scene.runners.replace(random());
    else await scene.workers.replace(random());
  }
  return kills;
}

async function load(scene: Scene, { entries, stop }: Options, random: () => number): Promise<string> {
  let added = 0;
  const upTo = async (most: number): Promise<void> => {
    while (added < most) {
      const counts = await Promise.all(scene.shops.map((shop) => shop.add()));
      added += counts.reduce((sum, one) => sum + one, 0);
      await pause(BATCH_EVERY_MS);
    }
  };
  const first = new AbortController();
  const killed = killing(scene, random, first.signal);
  await upTo(entries * 0.45);
  first.abort();
  let kills = await killed;
  scene.stopReading();
  const until = Date.now() + stop * 1_000;
  await upTo(entries * 0.55);
  await pause(Math.max(0, until - Date.now()));
  await scene.beginReading();
  const second = new AbortController();
  const again = killing(scene, random, second.signal);
  await upTo(entries);
  second.abort();
  kills += await again;
  return `${added} entries, ${kills} kills`;
}

/** Real queues of each version of BullMQ, on a server of their own. */
async function checkQueues(dir: string, check: Check): Promise<void> {
  for (const version of BULLMQ_VERSIONS) {
    const server = await PrivateServer.start();
    const watchfire = new Watchfire({ redis: server.url, namespace: NAMESPACE });
    try {
      await check(`a queue of BullMQ ${version}`, () => checkQueue(dir, version, server.url, watchfire));
    } finally {
      await watchfire.close();
      await server.remove();
    }
  }
}

async function run(options: Options): Promise<number> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-sources-'));
  const servers = await Promise.all([PrivateServer.start({ kept: true }), PrivateServer.start({ kept: true })]);
  const scene = new Scene(servers[0], servers[1], path.join(dir, 'sources.json'));
  const { redis } = scene.home;
  const { store } = scene.watchfire;
  const { partitions } = options;
  const stores = partitions === 0 ? [store] : partitionStores(store, layoutOf(partitions, 'id'));
  try {
    await scene.begin(options.partitions);
    return await checks(async (check) => {
      await check(`streams are written while things are killed, seed ${options.seed}`, async () => {
        console.log(await load(scene, options, randomOf(options.seed)));
      });
      await check('all of it fires', async () => {
        const wanted = wantedFirings(scene.shops);
        const enough = async (): Promise<boolean> => {
          const { each, unpaid } = await firedIn(redis, stores);
          return each.length + unpaid.length >= wanted;
        };
        await eventually(`${wanted} firings`, enough, { timeoutMs: options.limit * 1_000 });
      });
      await check('each entry is in the log once and in its order', () => checkLog(redis, store, scene.shops));
      await check('what fired is what the entries say, and no absence is false', () =>
        checkFirings(redis, stores, scene.shops),
      );
      if (partitions > 0) return;
      await check('streams in a cluster come in', () => checkCluster(dir));
      await check('a stream goes on where sentinels name another primary', () => checkSentinels(dir));
      await check("GitHub's own deliveries, signed by its package, count once", () => checkGithub(dir));
      await check('the packages of Slack and Shopify know what is signed as a source does', () => checkSigned(dir));
      await checkQueues(dir, check);
    });
  } finally {
    await scene.end();
    await rm(dir, { recursive: true, force: true });
  }
}

const options = commandLine(usageOf('npm run proof -- sources', DEFAULTS), () => optionsOf());
process.exit(await run(options));
