import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Applier, type Observer, TAKE_OVER_MS } from '../apply/applier.ts';
import type { Looks } from '../apply/draft.ts';
import { Definitions } from '../apply/loaded-definitions.ts';
import type { Clock } from '../clock.ts';
import type { Settings } from '../config.ts';
import type { Service } from '../loop.ts';
import { Loop, persist } from '../loop.ts';
import type { Entry } from '../model/intake.ts';
import { BLOCK_MS, type Connections } from '../redis/connection.ts';
import { type Durability, durabilityOf } from '../redis/durability.ts';
import { signOfLife } from '../redis/heartbeat.ts';
import { ENGINE_GROUP } from '../redis/keys.ts';
import { ensureGroup, readNext } from '../redis/log.ts';
import { isMissingGroup } from '../redis/retryable.ts';
import type { Store } from '../redis/store.ts';
import type { QueueJob } from '../relay/jobs.ts';
import { ensureActionsGroup } from '../relay/outbox.ts';
import { Queues } from '../relay/queues.ts';
import { Relay } from '../relay/relay.ts';
import { Auditor } from './auditor.ts';
import { Janitor } from './janitor.ts';
import { Live } from './live.ts';
import { Scheduler } from './scheduler.ts';

/** Between two signs of life: a fraction of how long one is believed. */
const HEARTBEAT_MS = 1_000;

/** Longest wait of `stop` for what is under way: below the 5 s that a person or a supervisor waits. */
const STOP_GRACE_MS = 4_000;

/** Between two rounds of the janitor: what it removes is measured in minutes and hours. */
const JANITOR_MS = 30_000;

/** Between two looks whether the log is still the same: what others removed can only be told, not prevented. */
const AUDIT_MS = 5_000;

/** Chunks of a worker that are being applied or wait for their turn: enough to be busy while another worker has the turn. */
const CHUNKS_UNDER_WAY = 2;

/** Chunks taken over at a time, when entries stand although nobody seems to be at them: some 10,000 entries a second. */
const TAKE_OVER_CHUNKS = 100;

export type WorkerParts = {
  connections: Connections;
  store: Store;
  settings: Settings;
  clock: Clock;
  logger: Logger;
  /** Told what became of entries. */
  observe?: Observer;
  /** Told of jobs that were added. */
  onJobs?: (jobs: readonly QueueJob[]) => void;
};

/** One of any number of equal workers: reads, applies, settles, relays, tidies. There is no leader. */
export class Worker implements Service {
  /** Unique for each start: a name that comes back would inherit what its predecessor held. */
  readonly id = `${hostname().slice(0, 40)}-${process.pid}-${randomBytes(3).toString('hex')}`;
  readonly #parts: WorkerParts;
  readonly #redis: Redis;
  readonly #logger: Logger;
  readonly #blocking: Redis;
  readonly #queues: Queues;
  readonly #definitions: Definitions;
  readonly #applier: Applier;
  readonly #scheduler: Scheduler;
  readonly #janitor: Janitor;
  readonly #auditor: Auditor;
  readonly #relay: Relay;
  readonly #live: Live;
  readonly #durability: Durability | null;
  readonly #loops: {
    readonly read: Loop;
    readonly settle: Loop;
    readonly tidy: Loop;
    readonly audit: Loop;
    readonly live: Loop;
  };
  /** What was asked for ahead of its time. */
  #reading: Promise<Entry[]> | null = null;
  /** The chunk that was read last: done when all before it are. */
  #applying: Promise<void> = Promise.resolve();
  /** All that are not done, as far as is known. */
  readonly #underWay: Promise<void>[] = [];
  /** Aborted when a stop takes too long, most likely because Redis does not answer. */
  readonly #giveUp = new AbortController();

  constructor(parts: WorkerParts) {
    const { connections, store, settings, clock } = parts;
    this.#parts = parts;
    this.#redis = connections.redis;
    this.#logger = parts.logger.child({ worker: this.id });
    this.#blocking = connections.blocking('reader');
    const base = { redis: this.#redis, store, clock, logger: this.#logger };
    this.#definitions = new Definitions(this.#redis, store, new Set(settings.ignoredEvents));
    this.#live = new Live({ ...base, channel: store.keys.live, view: () => this.#definitions.view });
    this.#scheduler = new Scheduler(base);
    this.#janitor = new Janitor({ ...base, settings });
    this.#auditor = new Auditor({ ...base, definitions: this.#definitions });
    this.#applier = new Applier({
      ...base,
      definitions: this.#definitions,
      chunkSize: settings.chunkSize,
      worker: this.id,
      observe: (entries, applied) => {
        parts.observe?.(entries, applied);
        this.#live.entries(entries, applied);
        if (applied.wakeMs !== null) this.#loops.settle.hurry(this.#scheduler.untilMs(applied.wakeMs));
      },
    });
    const durability = durabilityOf(connections, store, settings, clock);
    this.#durability = durability;
    this.#queues = new Queues(this.#redis, store.prefixes.bull);
    this.#relay = new Relay({
      ...base,
      blocking: connections.blocking('relay'),
      queues: this.#queues,
      consumer: this.id,
      maxQueueDepth: settings.maxQueueDepth,
      security: durability ?? undefined,
      onJobs: (jobs) => {
        parts.onJobs?.(jobs);
        this.#live.jobs(jobs);
      },
    });
    const loop = (name: string, step: (signal: AbortSignal) => Promise<number>): Loop =>
      new Loop({ ...base, name }, step);
    this.#loops = {
      read: loop('read', () => this.#read()),
      settle: loop('settle', (signal) => this.#settle(signal)),
      tidy: loop('tidy', () => this.#tidy()),
      audit: loop('audit', () => this.#audit()),
      live: loop('live', () => this.#signOfLife()),
    };
  }

  /** Loads the definitions, makes the groups, and begins. Resolves when the worker takes part. */
  async ready(): Promise<void> {
    const { store } = this.#parts;
    await this.#durability?.check();
    await ensureGroup(this.#redis, store.keys.events, ENGINE_GROUP);
    await ensureActionsGroup(this.#redis, store);
    await this.#definitions.refresh();
    await this.#auditor.runOnce();
    await this.#signOfLife();
    this.start();
  }

  start(): void {
    for (const loop of Object.values(this.#loops)) loop.start();
    this.#relay.start();
  }

  async stop(): Promise<void> {
    const patience = new AbortController();
    const late = this.#parts.clock.sleep(STOP_GRACE_MS, patience.signal).then(() => this.#giveUp.abort());
    await Promise.race([this.#finish(), late]);
    patience.abort();
  }

  /** Ends the loops; what was read is applied first. */
  async #finish(): Promise<void> {
    const { store } = this.#parts;
    const { read, ...others } = this.#loops;
    const reading = read.stop();
    this.#blocking.disconnect();
    await Promise.all([reading, ...Object.values(others).map((loop) => loop.stop())]);
    const ours = (await this.#reading?.catch(() => null)) ?? [];
    if (ours.length > 0) await this.#take(ours);
    await this.#applying;
    await this.#relay.stop();
    await this.#queues.close();
    // Not as a transaction, which a full Redis would refuse.
    const gone = this.#redis.del(store.prefixes.worker + this.id);
    await Promise.all([gone, this.#redis.zrem(store.keys.workers, this.id)]).catch((error: Error) => {
      // Others see by its silence that it is gone.
      this.#logger.warn({ error: error.message }, 'worker could not say that it goes');
    });
  }

  /**
   * Works out the next entries while those before them are being applied or wait for their turn. Those behind them are asked for
   * first: Redis answers a read only when it is done with what it applies, and it must not wait for us then.
   */
  async #read(): Promise<number> {
    const reading = this.#reading ?? this.#next();
    this.#reading = null;
    const entries = await reading;
    if (entries.length === 0) return 0;
    this.#reading = this.#next();
    // Seen in the next round.
    this.#reading.catch(() => undefined);
    await this.#take(entries);
    return 0;
  }

  async #take(entries: readonly Entry[]): Promise<void> {
    const looks = await this.#applier.lookThrough(entries);
    if (this.#underWay.length >= CHUNKS_UNDER_WAY) await this.#underWay.shift();
    this.#applying = this.#applyAll(entries, looks, this.#applying);
    this.#underWay.push(this.#applying);
  }

  /** The next entries; none when the group was gone. It is made anew behind what is applied, so that nothing is skipped. */
  async #next(): Promise<Entry[]> {
    const { store } = this.#parts;
    try {
      return await readNext(this.#blocking, store, this.id, this.#applier.batchSize, BLOCK_MS);
    } catch (error) {
      if (!isMissingGroup(error)) throw error;
      const stream = store.keys.events;
      const from = await this.#auditor.runOnce();
      // Most likely more is gone than the group, and what stands there now is something else under the same numbers.
      await this.#definitions.reload();
      await ensureGroup(this.#redis, stream, ENGINE_GROUP, from);
      this.#logger.error(
        { stream, group: ENGINE_GROUP, from },
        'the consumer group of the log was gone, it is made anew',
      );
      await this.#auditor.runOnce();
      return [];
    }
  }

  /** Applies until it is done: what was read is ours to apply, whatever Redis does meanwhile. */
  async #applyAll(entries: readonly Entry[], looks: Looks, before: Promise<void>): Promise<void> {
    const { signal } = this.#giveUp;
    const parts = { name: 'apply', clock: this.#parts.clock, logger: this.#logger };
    await persist(parts, signal, () => this.#applier.apply(entries, signal, { before, looks }));
  }

  async #settle(signal: AbortSignal): Promise<number> {
    const { clock } = this.#parts;
    const look = await this.#scheduler.runOnce(signal);
    // Longer, and it would do what those do who have come back meanwhile.
    const untilMs = clock.nowMs() + TAKE_OVER_MS;
    for (let chunks = 0; look.standing && chunks < TAKE_OVER_CHUNKS && !signal.aborted; chunks += 1) {
      if ((await this.#applier.applyWaiting(signal)) === 0 || clock.nowMs() >= untilMs) break;
    }
    return look.waitMs;
  }

  async #audit(): Promise<number> {
    await this.#auditor.runOnce();
    return AUDIT_MS;
  }

  async #tidy(): Promise<number> {
    const [seconds] = await this.#redis.time();
    await this.#janitor.runOnce(Number(seconds) * 1_000);
    return JANITOR_MS;
  }

  /** Says that this worker lives, and asks whether anybody wants to know what it does. */
  async #signOfLife(): Promise<number> {
    const { store, clock } = this.#parts;
    const listeners = await signOfLife(this.#redis, store, {
      id: this.id,
      generation: this.#definitions.view.generation,
      paused: this.#relay.paused(),
      atMs: clock.nowMs(),
    });
    this.#live.listeners(listeners);
    return HEARTBEAT_MS;
  }
}
