import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Applier, type Observer } from '../apply/applier.ts';
import { LargeEntries } from '../apply/large-entries.ts';
import { type DefinitionsChanged, LoadedDefinitions } from '../apply/loaded-definitions.ts';
import { Matcher } from '../apply/matcher.ts';
import { Reader } from '../apply/reader.ts';
import { Straightener } from '../apply/straightener.ts';
import type { Clock } from '../clock.ts';
import type { Settings } from '../config.ts';
import { Loop, type Service } from '../loop.ts';
import type { Measures } from '../measure/measures.ts';
import { IGNORED_BY_DEFAULT } from '../model/namespace-settings.ts';
import { GLOBAL_PARTITION } from '../model/partition.ts';
import { isAllApplied } from '../redis/backlog.ts';
import { liveChannelOf } from '../redis/channel.ts';
import type { Connections } from '../redis/connection.ts';
import { type Durability, durabilityOf } from '../redis/durability.ts';
import { endOfLife, signOfLife } from '../redis/heartbeat.ts';
import { ENGINE_GROUP } from '../redis/keys.ts';
import { ensureGroup } from '../redis/log.ts';
import { serverTimeMs } from '../redis/server.ts';
import { type Store, storeOfWorker } from '../redis/store.ts';
import type { QueueJob } from '../relay/jobs.ts';
import { ensureActionsGroup } from '../relay/outbox.ts';
import { Queues } from '../relay/queues.ts';
import { Relay } from '../relay/relay.ts';
import { Auditor } from './auditor.ts';
import { Janitor } from './janitor.ts';
import { JobsWatch } from './jobs-watch.ts';
import { Live } from './live.ts';
import { Mender } from './mender.ts';
import { Minutes } from './minutes.ts';
import { Scheduler } from './scheduler.ts';
import { SourceMarks } from './source-marks.ts';

/** Between two signs of life: a fraction of how long one is believed. */
const HEARTBEAT_MS = 1_000;

/** Longest wait of `stop` for what is under way: below the 5 s that a person or a supervisor waits. */
const STOP_GRACE_MS = 4_000;

/** Between two rounds of the janitor: what it removes is measured in minutes and hours. */
const JANITOR_MS = 30_000;

/** Between two looks whether the log is still the same: what others removed can only be reported, not prevented. */
const AUDIT_MS = 5_000;

/** How often a look at the log is put off while entries wait: under load it is made every two AUDIT_MS. */
const MOST_RESTLESS = 10;

/** Between two looks at the ids of the log: within a second all are usable again. */
const STRAIGHTEN_MS = 500;

/** What a worker reports while it runs. */
export type WorkerHooks = {
  /** Told what became of the entries of each chunk that this worker applied */
  observe?: Observer;
  /** Told the jobs that this worker brought to their queues */
  onJobs?: (jobs: readonly QueueJob[]) => void;
};

export type WorkerParts = WorkerHooks & {
  connections: Connections;
  store: Store;
  settings: Settings;
  clock: Clock;
  logger: Logger;
  /** Where it says what it does; nowhere without. */
  measures?: Measures | undefined;
};

/** A worker that runs: of one engine, or of the partitions of a namespace. */
export type RunningWorker = Service & Readonly<{ id: string; ready: () => Promise<void> }>;

/** Unique for each start: a name that is used again would inherit the entries of its predecessor. */
export function newWorkerId(): string {
  return `${hostname().slice(0, 40)}-${process.pid}-${randomBytes(3).toString('hex')}`;
}

/** The definitions as a worker follows them. Of partitions, which all follow the same changes, the first and the global one say them. */
function followed(redis: Redis, store: Store, logger: Logger): LoadedDefinitions {
  const own = logger.child({ subject: 'definitions' });
  const says = ['', '0', GLOBAL_PARTITION].includes(store.origin);
  const changed: DefinitionsChanged = (automation, what, generation) => {
    if (says) own.info({ automation, generation: Number(generation) }, `automation ${what}`);
  };
  return new LoadedDefinitions(redis, store, new Set(IGNORED_BY_DEFAULT), changed);
}

/** One of any number of equal workers: reads, applies, settles, relays, tidies. There is no leader. */
export class Worker implements Service {
  readonly id = newWorkerId();
  readonly #parts: WorkerParts;
  readonly #redis: Redis;
  readonly #logger: Logger;
  readonly #queues: Queues;
  readonly #definitions: LoadedDefinitions;
  readonly #reader: Reader;
  readonly #large: LargeEntries;
  readonly #applier: Applier;
  readonly #scheduler: Scheduler;
  readonly #janitor: Janitor;
  readonly #straightener: Straightener;
  readonly #mender: Mender;
  readonly #auditor: Auditor;
  /** Of a partition whose jobs may be on another server. */
  readonly #jobsWatch: JobsWatch | null;
  readonly #relay: Relay;
  /** Null in a partition: its sources are those of the front log. */
  readonly #marks: SourceMarks | null;
  readonly #live: Live;
  /** None where nothing is measured. */
  readonly #minutes: Minutes | null;
  readonly #durability: Durability | null;
  readonly #loops: {
    readonly settle: Loop;
    readonly straighten: Loop;
    readonly tidy: Loop;
    readonly audit: Loop;
    readonly live: Loop;
  };
  /** How often the look at the log was put off. */
  #restless = 0;
  /** Ends that the worker hears of entries that are too large. */
  #deaf: () => void = () => undefined;
  /** Aborted when a stop takes too long, most likely because Redis does not answer. */
  readonly #giveUp = new AbortController();

  constructor(parts: WorkerParts) {
    const { connections, settings, clock, measures } = parts;
    const store = storeOfWorker(parts.store, this.id);
    this.#parts = parts;
    this.#redis = connections.redis;
    this.#logger = parts.logger.child({ worker: this.id });
    const base = { redis: this.#redis, store, clock, logger: this.#logger, measures };
    this.#minutes = measures ? new Minutes({ ...base, measures, worker: this.id }) : null;
    const measured = measures && this.#minutes ? { measures, works: [measures.work, this.#minutes.work] } : undefined;
    this.#definitions = followed(this.#redis, store, this.#logger);
    this.#live = new Live({ ...base, channel: liveChannelOf(this.#redis, store), view: () => this.#definitions.view });
    this.#scheduler = new Scheduler(base);
    this.#janitor = new Janitor({ ...base, settings });
    this.#straightener = new Straightener(base);
    this.#mender = new Mender(base);
    this.#auditor = new Auditor({ ...base, definitions: this.#definitions, mender: this.#mender });
    const apart = connections.isSpread && store.origin !== '';
    this.#jobsWatch = apart ? new JobsWatch(base) : null;
    this.#marks = store.origin === '' ? new SourceMarks({ ...base, layout: null }) : null;
    const matcher = new Matcher(this.#definitions, clock, settings.chunkSize);
    const observe: Observer = (entries, applied) => {
      parts.observe?.(entries, applied);
      this.#live.entries(entries, applied);
      if (applied.wakeMs !== null) this.#loops.settle.hurry(this.#scheduler.untilMs(applied.wakeMs));
    };
    this.#large = new LargeEntries({ ...base, observe });
    const { log } = connections;
    this.#applier = new Applier({ ...base, log, matcher, worker: this.id, observe, measured, large: this.#large });
    this.#reader = new Reader({
      ...base,
      blocking: connections.reading('reader'),
      consumer: this.id,
      matcher,
      applier: this.#applier,
      audit: () => this.#auditor.runOnce(),
      giveUp: this.#giveUp.signal,
    });
    const durability = durabilityOf(connections, store, settings, clock);
    this.#durability = durability;
    this.#queues = new Queues(this.#redis, store.prefixes.bull);
    this.#relay = new Relay({
      ...base,
      blocking: connections.blocking('relay'),
      queues: this.#queues,
      consumer: this.id,
      bounds: settings,
      measured,
      security: durability ?? undefined,
      onJobs: (jobs) => {
        parts.onJobs?.(jobs);
        this.#live.jobs(jobs);
      },
    });
    const loop = (name: string, step: (signal: AbortSignal) => Promise<number>): Loop =>
      new Loop({ ...base, name }, step);
    this.#loops = {
      settle: loop('settle', (signal) => this.#settle(signal)),
      straighten: loop('straighten', (signal) => this.#straighten(signal)),
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
    await this.#large.ready();
    await this.#straightener.runOnce();
    await this.#auditor.runOnce();
    await this.#signOfLife();
    this.start();
  }

  start(): void {
    this.#deaf = this.#parts.connections.onLarge((id, large) => this.#large.heard(id, large));
    this.#reader.start();
    for (const loop of Object.values(this.#loops)) loop.start();
    this.#relay.start();
    this.#marks?.start();
    this.#minutes?.start();
  }

  async stop(): Promise<void> {
    const patience = new AbortController();
    const late = this.#parts.clock.sleep(STOP_GRACE_MS, patience.signal).then(() => this.#giveUp.abort());
    await Promise.race([this.#finish(), late]);
    // Where Redis is gone it does not come to that, and what goes on by itself keeps the process alive.
    void this.#minutes?.stop();
    patience.abort();
  }

  /** Ends the loops. What was read is applied before the worker says that it is gone. */
  async #finish(): Promise<void> {
    const { store } = this.#parts;
    await Promise.all([this.#reader, ...Object.values(this.#loops)].map((service) => service.stop()));
    await Promise.all([this.#relay.stop(), this.#marks?.stop()]);
    await this.#minutes?.stop();
    await this.#queues.close();
    this.#deaf();
    await endOfLife(this.#redis, store, this.id).catch((error: Error) => {
      // Its silence shows others that it is gone.
      this.#logger.warn({ error: error.message }, 'worker could not say that it goes');
    });
  }

  async #settle(signal: AbortSignal): Promise<number> {
    const { standing, waitMs } = await this.#scheduler.runOnce(signal);
    if (standing) await this.#applier.applyStanding(signal);
    return waitMs;
  }

  async #straighten(signal: AbortSignal): Promise<number> {
    await this.#straightener.runOnce(signal, 'given');
    return STRAIGHTEN_MS;
  }

  /** The look reads the ends of the log: it is better made when no entry has just come, which could be too large. */
  async #audit(): Promise<number> {
    const { store } = this.#parts;
    // What cannot be read is what the look mends.
    const settled = await isAllApplied(this.#redis, store).catch(() => true);
    if (this.#restless < MOST_RESTLESS && !settled) {
      this.#restless += 1;
      return AUDIT_MS / MOST_RESTLESS;
    }
    this.#restless = 0;
    await this.#auditor.runOnce();
    await this.#jobsWatch?.runOnce();
    await this.#mender.automations(await serverTimeMs(this.#redis));
    return AUDIT_MS;
  }

  async #tidy(): Promise<number> {
    await this.#janitor.runOnce(await serverTimeMs(this.#redis));
    return JANITOR_MS;
  }

  /** Gives a sign of life, and asks whether anybody watches this worker. */
  async #signOfLife(): Promise<number> {
    const { store, clock } = this.#parts;
    const listeners = await signOfLife(this.#redis, store, {
      id: this.id,
      generation: this.#definitions.view.generation,
      paused: this.#relay.paused(),
      atMs: clock.nowMs(),
    });
    this.#live.listeners(listeners);
    this.#parts.measures?.parts.seen('worker', clock.nowMs());
    return HEARTBEAT_MS;
  }
}
