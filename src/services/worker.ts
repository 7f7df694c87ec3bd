import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { QueueJob } from '../actions/jobs.ts';
import { Queues } from '../actions/queues.ts';
import type { Clock } from '../clock.ts';
import type { Settings } from '../config.ts';
import type { Entry } from '../model/intake.ts';
import { BLOCK_MS, type Connections } from '../redis/connection.ts';
import { ACTIONS_GROUP, ENGINE_GROUP } from '../redis/keys.ts';
import { ensureGroup, readNext } from '../redis/log.ts';
import type { Store } from '../redis/store.ts';
import { Applier, type Observer } from './applier.ts';
import { Janitor } from './janitor.ts';
import { Loop, persist } from './loop.ts';
import { Relay } from './relay.ts';
import { Scheduler } from './scheduler.ts';
import type { Service } from './service.ts';
import { Definitions } from './view.ts';

/** Between two signs of life; and how long one is believed. */
const HEARTBEAT_MS = 1_000;
const BELIEVED_MS = 10_000;

/** Longest wait of `stop` for what is under way: below the 5 s that a person or a supervisor waits. */
const STOP_GRACE_MS = 4_000;

/** Between two rounds of the janitor: what it removes is measured in minutes and hours. */
const JANITOR_MS = 30_000;

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
  readonly #relay: Relay;
  readonly #loops: { readonly read: Loop; readonly settle: Loop; readonly tidy: Loop; readonly live: Loop };
  #applying: Promise<void> = Promise.resolve();
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
    this.#scheduler = new Scheduler(base);
    this.#janitor = new Janitor({ ...base, settings });
    this.#applier = new Applier({
      ...base,
      definitions: this.#definitions,
      chunkSize: settings.chunkSize,
      observe: (entries, applied) => {
        parts.observe?.(entries, applied);
        if (applied.wakeMs !== null) this.#loops.settle.hurry(this.#scheduler.untilMs(applied.wakeMs));
      },
    });
    this.#queues = new Queues(this.#redis, store.prefixes.bull);
    this.#relay = new Relay({
      ...base,
      keys: store.keys,
      prefixes: store.prefixes,
      blocking: connections.blocking('relay'),
      queues: this.#queues,
      consumer: this.id,
      now: () => clock.nowMs(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
      maxQueueDepth: settings.maxQueueDepth,
      ...(parts.onJobs ? { onJobs: parts.onJobs } : {}),
    });
    const loop = (name: string, step: (signal: AbortSignal) => Promise<number>): Loop =>
      new Loop({ ...base, name }, step);
    this.#loops = {
      read: loop('read', () => this.#read()),
      settle: loop('settle', (signal) => this.#settle(signal)),
      tidy: loop('tidy', () => this.#tidy()),
      live: loop('live', () => this.#live()),
    };
  }

  /** Loads the definitions, makes the groups, and begins. Resolves when the worker takes part. */
  async ready(): Promise<void> {
    const { events, firings } = this.#parts.store.keys;
    await ensureGroup(this.#redis, events, ENGINE_GROUP);
    await ensureGroup(this.#redis, firings, ACTIONS_GROUP);
    await this.#definitions.refresh();
    await this.#live();
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
    const { read, settle, tidy, live } = this.#loops;
    const reading = read.stop();
    this.#blocking.disconnect();
    await Promise.all([reading, settle.stop(), tidy.stop(), live.stop()]);
    await this.#applying;
    await this.#relay.stop();
    await this.#queues.close();
    await this.#redis.del(this.#parts.store.prefixes.worker + this.id);
  }

  /** Takes the next entries while those before them are being applied. */
  async #read(): Promise<number> {
    const { store, settings } = this.#parts;
    const entries = await readNext(this.#blocking, store, this.id, settings.chunkSize, BLOCK_MS);
    await this.#applying;
    if (entries.length > 0) this.#applying = this.#applyAll(entries);
    return 0;
  }

  /** Applies until it is done: what was read is ours to apply, whatever Redis does meanwhile. */
  async #applyAll(entries: readonly Entry[]): Promise<void> {
    const { signal } = this.#giveUp;
    const parts = { name: 'apply', clock: this.#parts.clock, logger: this.#logger };
    await persist(parts, signal, () => this.#applier.apply(entries, signal));
  }

  async #settle(signal: AbortSignal): Promise<number> {
    const look = await this.#scheduler.runOnce(signal);
    if (look.standing) await this.#applier.applyWaiting(signal);
    return look.waitMs;
  }

  async #tidy(): Promise<number> {
    const [seconds] = await this.#redis.time();
    await this.#janitor.runOnce(Number(seconds) * 1_000);
    return JANITOR_MS;
  }

  async #live(): Promise<number> {
    const { store, clock } = this.#parts;
    const key = store.prefixes.worker + this.id;
    const fields = {
      host: hostname(),
      pid: process.pid,
      generation: this.#definitions.view.generation,
      at: clock.nowMs(),
    };
    await this.#redis.multi().hset(key, fields).pexpire(key, BELIEVED_MS).exec();
    return HEARTBEAT_MS;
  }
}
