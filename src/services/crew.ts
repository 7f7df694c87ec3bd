import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import { Loop, type Service } from '../loop.ts';
import { GLOBAL_PARTITION, type PartitionLayout, partitionNames } from '../model/partition.ts';
import type { Connections } from '../redis/connection.ts';
import { currentGeneration } from '../redis/definitions.ts';
import { durabilitiesOf } from '../redis/durability.ts';
import { endOfLife, liveWorkers, signOfLife } from '../redis/heartbeat.ts';
import { readPosition, readWaiting } from '../redis/log.ts';
import { followPartition } from '../redis/placed.ts';
import { serverTimeMs } from '../redis/server-time.ts';
import { partitionStore, type Store } from '../redis/store.ts';
import { Feeding } from './feeding.ts';
import { Janitor } from './janitor.ts';
import { preferredOf } from './rendezvous.ts';
import { SourceMarks } from './source-marks.ts';
import { newWorkerId, Worker, type WorkerParts } from './worker.ts';

/** Between two looks at who lives and how far the partitions are; a worker that ends says so, and is missed within this time. */
const ROUND_MS = 1_000;

/** Between two rounds of the janitor of the front log. */
const TIDY_MS = 30_000;

/** Workers that share partitions: far more than anybody runs. */
const WORKERS_LOOKED_AT = 1_000;

/** Looks at which the position of a partition stood, with entries behind it, until another worker helps; and for how many it stays. */
const STALLED_ROUNDS = 3;
const HELPING_ROUNDS = 30;

export type CrewParts = WorkerParts & Readonly<{ layout: PartitionLayout }>;

/** The engine of one partition in this process. `connections`: its own, beside the shared client. */
type Running = Readonly<{ worker: Worker; connections: Connections }>;

/** How a partition that another worker has is getting on. */
type SeenPartition = { position: string; stalled: number; helping: number };

/**
 * A worker of a namespace with partitions. It runs the engines of those that it is preferred for, of all workers that give signs of life;
 * and of one whose position stands, whichever worker it belongs to. There is no leader and no lease: any number of engines may run on one
 * partition, and the fence of each decides.
 */
export class Crew implements Service {
  readonly id = newWorkerId();
  readonly #parts: CrewParts;
  readonly #logger: Logger;
  readonly #running = new Map<string, Running>();
  readonly #watched = new Map<string, SeenPartition>();
  readonly #loop: Loop;
  readonly #marks: SourceMarks;
  readonly #janitor: Janitor;
  /** Of what is fed. It outlives a change of what that is, as its connections do. */
  readonly #durability: ReturnType<typeof durabilitiesOf>;
  /** The partitions that it is preferred for. */
  #own: ReadonlySet<string> = new Set();
  #tidiedMs = Number.NEGATIVE_INFINITY;
  /** What it feeds, and the names of these partitions. */
  #feeding: { readonly names: string; readonly feeding: Feeding } | null = null;

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.#logger = parts.logger.child({ worker: this.id });
    const { clock, connections, store, layout, settings, measures } = parts;
    this.#durability = durabilitiesOf(connections, store, settings, clock);
    // Other workers ask the others.
    const asks = (name: string): boolean => this.#own.has(name);
    this.#marks = new SourceMarks({ redis: connections.redis, store, layout, asks, clock, logger: this.#logger });
    this.#janitor = new Janitor({ redis: connections.redis, store, logger: this.#logger, settings, front: true });
    this.#loop = new Loop({ name: 'crew', clock, logger: this.#logger, measures }, async () => {
      await this.runOnce();
      return ROUND_MS;
    });
  }

  /** Takes part: resolves when the engines of its partitions run. */
  async ready(): Promise<void> {
    await this.runOnce();
    this.start();
  }

  start(): void {
    this.#loop.start();
    this.#marks.start();
  }

  /** Gives a sign of life, follows the definitions, and starts and stops engines by who lives. */
  async runOnce(): Promise<void> {
    const { connections, store, clock, layout } = this.#parts;
    const { redis } = connections;
    const generation = await currentGeneration(redis, store);
    await signOfLife(redis, store, { id: this.id, generation, paused: [], atMs: clock.nowMs() });
    this.#parts.measures?.parts.seen('worker', clock.nowMs());
    const workers = (await liveWorkers(redis, store, WORKERS_LOOKED_AT)).map(({ id }) => id);
    const names = partitionNames(layout);
    const own = new Set(names.filter((name) => preferredOf(name, workers) === this.id));
    this.#own = own;
    // What it listens to has to come from the others.
    if (own.has(GLOBAL_PARTITION)) await followPartition(redis, store, layout, GLOBAL_PARTITION);
    await Promise.all(
      names.map(async (name) => {
        if (own.has(name) && name !== GLOBAL_PARTITION) await followPartition(redis, store, layout, name);
        const wanted = own.has(name) || (await this.#isStalled(name));
        if (wanted) await this.#begin(name);
        else await this.#end(name);
      }),
    );
    await this.#feed(names.filter((name) => own.has(name)));
    if (own.has(GLOBAL_PARTITION) && clock.nowMs() >= this.#tidiedMs + TIDY_MS) {
      this.#tidiedMs = clock.nowMs();
      await this.#janitor.runOnce(await serverTimeMs(redis));
    }
  }

  /** Feeds its own partitions. */
  async #feed(own: readonly string[]): Promise<void> {
    const names = own.join(' ');
    if (this.#feeding?.names === names) return;
    await this.#feeding?.feeding.stop();
    this.#feeding = null;
    if (own.length === 0) return;
    const feeding = new Feeding({ ...this.#parts, durability: this.#durability, logger: this.#logger }, own);
    await feeding.ready();
    this.#feeding = { names, feeding };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#loop.stop(), this.#marks.stop()]);
    await this.#feeding?.feeding.stop();
    await Promise.all([...this.#running.keys()].map((name) => this.#end(name)));
    const { connections, store } = this.#parts;
    await endOfLife(connections.redis, store, this.id).catch((error: Error) => {
      this.#logger.warn({ error: error.message }, 'worker could not say that it goes');
    });
  }

  async #begin(name: string): Promise<void> {
    if (this.#running.has(name)) return;
    const { layout: _, ...parts } = this.#parts;
    // Its own, so that it hears of large entries of its own log alone, and closes what it blocks on.
    const store = this.#store(name);
    const connections = parts.connections.of(store);
    const worker = new Worker({ ...parts, connections, store });
    this.#running.set(name, { worker, connections });
    try {
      await worker.ready();
    } catch (error) {
      this.#logger.warn({ partition: name, error: reasonOf(error) }, 'partition could not be begun');
      await this.#end(name);
      throw error;
    }
  }

  async #end(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (!running) return;
    this.#running.delete(name);
    await running.worker.stop();
    await running.connections.close();
  }

  /** Whether nobody moves a partition that has entries to apply. One that this worker began to help stays with it for a while. */
  async #isStalled(name: string): Promise<boolean> {
    const { redis } = this.#parts.connections;
    const store = this.#store(name);
    const seen = this.#watched.get(name) ?? { position: '', stalled: 0, helping: 0 };
    this.#watched.set(name, seen);
    if (seen.helping > 0) {
      seen.helping -= 1;
      return true;
    }
    const [position, waiting] = await Promise.all([readPosition(redis, store), readWaiting(redis, store, 1)]);
    seen.stalled = position === seen.position && waiting.length > 0 ? seen.stalled + 1 : 0;
    seen.position = position;
    if (seen.stalled < STALLED_ROUNDS) return false;
    seen.stalled = 0;
    seen.helping = HELPING_ROUNDS;
    return true;
  }

  #store(name: string): Store {
    return partitionStore(this.#parts.store, name);
  }
}
