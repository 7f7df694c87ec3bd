import { type Command, Redis } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { repartition, type Watchfire } from '../../src/index.ts';
import { layoutOf, type PartitionLayout, partitionNames } from '../../src/model/partition.ts';
import { seedOfRun } from '../rigs/extent.ts';
import { engine, reactive } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { clearedAfter, keysIn } from '../support/namespace.ts';
import { adminBeside } from '../support/redis.ts';
import { type Snapshot, snapshot } from '../support/snapshot.ts';
import { ENGINE_KEYS } from '../support/world.ts';

/** Most partitions on the way. */
const MOST = 3;

/** Where a run ends, of all its calls. */
const POINTS = 12;
const SEED = seedOfRun();

/** Keys that say when something was done, or that live for some seconds. */
const FLEETING = /^(?:worker|minutes:)/;

type Kept = readonly Readonly<{ key: string; ttlMs: number; dump: Buffer }>[];

/** All that a namespace and its partitions hold, which can be put back. */
class Place {
  readonly watchfire: Watchfire;
  readonly #namespaces: readonly string[];
  readonly #admin: Redis;

  constructor() {
    this.watchfire = engine();
    const { namespace } = this.watchfire.store;
    const parts = partitionNames({ count: MOST }).map((name) => `${namespace}.${name}`);
    for (const part of parts) clearedAfter(part, { permanent: [...ENGINE_KEYS, 'bull:*'] });
    this.#namespaces = [namespace, ...parts];
    this.#admin = adminBeside(this.watchfire.connections.redis);
  }

  async keep(): Promise<Kept> {
    const keys = await this.#keys();
    return await Promise.all(
      keys.map(async (key) => {
        const [ttlMs, dump] = await Promise.all([this.#admin.pttl(key), this.#admin.dumpBuffer(key)]);
        return { key, ttlMs: Math.max(0, ttlMs), dump: dump as Buffer };
      }),
    );
  }

  async restore(kept: Kept): Promise<void> {
    const keys = await this.#keys();
    if (keys.length > 0) await this.#admin.unlink(...keys);
    await Promise.all(kept.map(({ key, ttlMs, dump }) => this.#admin.restore(key, ttlMs, dump)));
  }

  /** What can be compared with another run. */
  async look(): Promise<Record<string, Snapshot>> {
    const found: Record<string, Snapshot> = {};
    for (const namespace of this.#namespaces) {
      const all = Object.entries(await snapshot(this.#admin, namespace));
      found[namespace] = Object.fromEntries(all.filter(([key]) => !FLEETING.test(key)));
    }
    return found;
  }

  async #keys(): Promise<string[]> {
    const found = await Promise.all(
      this.#namespaces.map(async (namespace) =>
        (await keysIn(this.#admin, namespace)).map((key) => `{${namespace}}:${key}`),
      ),
    );
    return found.flat();
  }
}

/** A connection that answers nothing any more from its nth call on, as where the program has ended; a pipeline is one call. */
async function mortal(dies: number): Promise<Readonly<{ redis: Redis; calls: () => number }>> {
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  await redis.ping();
  const send = redis.sendCommand.bind(redis);
  let calls = 0;
  let pipeline: unknown;
  redis.sendCommand = (command: Command, stream?: never) => {
    if (stream === undefined || stream !== pipeline) calls += 1;
    pipeline = stream;
    if (calls < dies) return send(command, stream);
    command.reject(new Error('the program has ended'));
    return command.promise;
  };
  return { redis, calls: () => calls };
}

async function run(place: Place, to: PartitionLayout | null, dies = Number.POSITIVE_INFINITY): Promise<number> {
  const { redis, calls } = await mortal(dies);
  const running = repartition({ connections: { redis }, store: place.watchfire.store }, to);
  // A script that is known by now is called once, so a later run may need fewer calls than the first, and get through.
  await running.catch((error: Error) => expect(error.message).toBe('the program has ended'));
  redis.disconnect();
  return calls();
}

/** Events that leave open windows, an alert, firings and an event that waits for its leader. */
async function fill({ store }: Watchfire): Promise<void> {
  const watchfire = engine({ namespace: store.namespace });
  const two = { expect: ['order.failed'], threshold: 2, within: '1h' } as const;
  await watchfire.put(reactive('each', { trigger: { ...two, for_each: ['id'] }, actions: [] }));
  await watchfire.put(reactive('all', { trigger: { ...two, threshold: 50 }, actions: [] }));
  const worker = await watchfire.startWorker();
  for (const id of ['customer.1', 'customer.2', 'customer.3', 'customer.1']) {
    await watchfire.emit({ event: 'order.failed', resource: { id } });
  }
  await watchfire.emit({ event: 'order.failed', resource: { id: 'customer.2' }, follows: 'nobody' });
  await eventually('all is applied and relayed', async () => {
    const { behind, unrelayed } = await watchfire.status();
    return behind === 0 && unrelayed === 0;
  });
  await worker.stop();
  await watchfire.close();
}

const WAYS: readonly (readonly [name: string, ways: readonly (PartitionLayout | null)[]])[] = [
  ['to partitions', [layoutOf(2, 'id')]],
  ['to more partitions', [layoutOf(2, 'id'), layoutOf(MOST, 'id')]],
  ['back to one engine', [layoutOf(2, 'id'), null]],
];

test.each(WAYS)(
  `a way %s that ends before any of its calls is finished by the next run (seed ${SEED})`,
  async (_, ways) => {
    const place = new Place();
    await fill(place.watchfire);
    for (const way of ways.slice(0, -1)) await run(place, way);
    const to = ways.at(-1) ?? null;
    const before = await place.keep();
    const calls = await run(place, to);
    const undisturbed = await place.look();
    const points = Array.from({ length: POINTS }, (_, i) => 1 + ((SEED + Math.floor((i * calls) / POINTS)) % calls));
    for (const point of points) {
      await place.restore(before);
      await run(place, to, point);
      await run(place, to);
      expect(await place.look(), `ended before call ${point} of ${calls}`).toEqual(undisturbed);
    }
  },
);
