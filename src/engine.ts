import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type Logger, pino } from 'pino';
import type { Observer } from './apply/applier.ts';
import { type Clock, systemClock } from './clock.ts';
import { DEFAULT_REDIS_URL, parseSettings, type Settings, type WatchfireOptions } from './config.ts';
import { Ambiguous, NotFound } from './errors.ts';
import {
  type DeadLetter,
  deadLetterIds,
  lastDeadLetters,
  type RedriveSummary,
  redriveDeadLetters,
  removeAllDeadLetters,
  removeDeadLetters,
} from './inspect/dead-letters.ts';
import { checkQuota, type Quotas, type QuotaUse, readQuotas, setQuotas } from './inspect/quota.ts';
import { compareText } from './match/key.ts';
import { type Automation, parseAutomation } from './model/automation.ts';
import { sealEvent } from './model/intake.ts';
import { Admission } from './producer/admission.ts';
import { refused } from './producer/refused.ts';
import { Connections } from './redis/connection.ts';
import { allDefinitions, deleteDefinition, putDefinition, updateDefinition } from './redis/definitions.ts';
import { type Durability, durabilityOf } from './redis/durability.ts';
import { refuseUnprotected } from './redis/protection.ts';
import { type Store, storeOf } from './redis/store.ts';
import type { QueueJob } from './relay/jobs.ts';
import type { Worker } from './services/worker.ts';

/** What a worker reports while it runs. */
export type WorkerHooks = { observe?: Observer; onJobs?: (jobs: readonly QueueJob[]) => void };

/**
 * One engine: the automations and the log of a namespace in one Redis. Any number of these, in any number of processes,
 * may share it.
 *
 * ```ts
 * const watchfire = new Watchfire({ redis: 'redis://127.0.0.1:6379' });
 * await watchfire.put({ id: 'a', name: 'failures', trigger: { posture: 'Reactive', expect: ['order.failed'], threshold: 5, within: 600 } });
 * await watchfire.startWorker();
 * await watchfire.emit({ event: 'order.failed', resource: { id: 'customer.7' } });
 * await watchfire.close();
 * ```
 */
export class Watchfire {
  readonly settings: Settings;
  readonly store: Store;
  readonly connections: Connections;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #workers = new Set<Worker>();
  /** None in virtual time, where nothing comes from outside. */
  readonly #admission: Admission | null;
  readonly #durability: Durability | null;

  /** @throws InvalidDocument naming a setting that is wrong */
  constructor(options: WatchfireOptions = {}) {
    const { redis = DEFAULT_REDIS_URL, tls, logger, clock = systemClock, ...settings } = options;
    this.settings = parseSettings(settings);
    this.#clock = clock;
    this.#logger = logger ?? pino({ level: 'silent' });
    this.store = storeOf(this.settings.namespace, () => clock.virtualNowMs());
    this.connections = new Connections(redis, this.#logger, tls);
    const parts = { redis: this.connections.redis, store: this.store, clock, logger: this.#logger };
    this.#admission = clock.virtualNowMs() === null ? new Admission({ ...parts, bounds: this.settings }) : null;
    this.#durability = durabilityOf(this.connections, this.store, this.settings, clock);
  }

  /**
   * Adds an automation, or replaces the one with its id; it takes effect between two entries of the log (rules 13).
   * @throws InvalidDocument with path and reason; then nothing has changed
   */
  async put(document: unknown): Promise<Automation> {
    const automation = parseAutomation(document);
    await this.#change((redis) => putDefinition(redis, this.store, automation));
    return automation;
  }

  /** BullMQ's `prefix` of this engine's queues: a Worker that is to take its jobs needs it beside the queue's name. */
  get queuePrefix(): string {
    return this.store.prefixes.bull;
  }

  /** All automations, ordered by name. */
  async list(): Promise<Automation[]> {
    const automations = await allDefinitions(this.connections.redis, this.store);
    return automations.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  }

  /**
   * The automation with that id, else the only one with that name.
   * @throws NotFound, Ambiguous
   */
  async get(idOrName: string): Promise<Automation> {
    const { redis } = this.connections;
    const byId = await redis.hget(this.store.keys.automations, idOrName);
    if (byId !== null) return parseAutomation(JSON.parse(byId));
    const named = (await allDefinitions(redis, this.store)).filter(({ name }) => name === idOrName);
    const [found, another] = named;
    if (!found) throw new NotFound(idOrName);
    const ids = named.map(({ id }) => id).sort(compareText);
    if (another) throw new Ambiguous(idOrName, ids);
    return found;
  }

  /** Removes an automation, by id or name, with all of its state. @throws NotFound, Ambiguous */
  async delete(idOrName: string): Promise<void> {
    const { id } = await this.get(idOrName);
    await this.#change((redis) => deleteDefinition(redis, this.store, id));
  }

  /** Enabling and disabling keep what rules 13 says; by id or name. @throws NotFound, Ambiguous */
  async enable(idOrName: string): Promise<void> {
    await this.#switch(idOrName, true);
  }

  async disable(idOrName: string): Promise<void> {
    await this.#switch(idOrName, false);
  }

  /**
   * Appends one event, or one CloudEvent, to the log. An event without id gets one, so that an append repeated after a
   * lost connection is recognised as a duplicate. While Redis cannot be reached it waits, as all calls do; the logger says so.
   * @returns the event's id and its position in the log, once it is as durable as the settings ask
   * @throws InvalidDocument when the document breaks a rule; it then never enters the log
   * @throws Overloaded when too much waits or memory is short; it did not enter the log
   * @throws NotDurable when it is not known to be kept; to repeat it harmlessly, send it with the id that the error names
   */
  async emit(document: object): Promise<{ id: string; entry: string }> {
    const at = this.#clock.virtualNowMs();
    const { event, data } = sealEvent(document, randomUUID, this.#clock.nowMs());
    const admitted = this.#admission?.admit(data.length) ?? null;
    if (admitted !== null) await admitted;
    const append = (redis: Redis): Promise<string | null> =>
      redis.xadd(this.store.keys.events, at === null ? '*' : `${at}-*`, 'data', data);
    try {
      const entry = await (this.#durability?.write(append, event.id) ?? append(this.connections.redis));
      return { id: event.id, entry: String(entry) };
    } catch (error) {
      throw refused(error, event.id);
    }
  }

  /** What was given up, the newest `limit` letters, oldest first. */
  async deadLetters(limit = 100): Promise<DeadLetter[]> {
    return await lastDeadLetters(this.connections.redis, this.store, limit);
  }

  /** Sends what dead letters hold on its way again, by their ids or all of them; each letter goes in the same step. */
  async redrive(letters: readonly string[] | 'all'): Promise<RedriveSummary> {
    const { redis } = this.connections;
    return await redriveDeadLetters(redis, this.store, letters === 'all' ? deadLetterIds(redis, this.store) : letters);
  }

  /** Removes dead letters for good. @returns how many there were */
  async purge(letters: readonly string[] | 'all'): Promise<number> {
    const { redis } = this.connections;
    if (letters === 'all') return await removeAllDeadLetters(redis, this.store);
    return await removeDeadLetters(redis, this.store, letters);
  }

  /** The caps on keys with state (open windows, alerts, child firings), and how many there are. */
  async quotas(): Promise<QuotaUse> {
    return await readQuotas(this.connections.redis, this.store);
  }

  /** Sets caps for whatever is applied next; null puts one back to its default. @throws InvalidDocument */
  async setQuotas(changes: { readonly [name in keyof Quotas]?: number | null }): Promise<void> {
    for (const [name, value] of Object.entries(changes)) checkQuota(name, value);
    await this.#change((redis) => setQuotas(redis, this.store, changes));
  }

  /**
   * Runs a worker inside this process; resolves when it takes part.
   * @throws Overloaded, NotDurable when Redis takes no writes now; DurabilityUnavailable; Unprotected
   */
  async startWorker(hooks: WorkerHooks = {}): Promise<Worker> {
    const { redis } = this.connections;
    // A Redis that cannot be reached yet would seem to keep everybody out.
    await redis.ping();
    if (!this.settings.allowUnprotected) await refuseUnprotected(redis, this.store.keys.events);
    // Loaded here only: most programs that use an engine run no worker, and BullMQ is the largest of what we load.
    const { Worker } = await import('./services/worker.ts');
    const worker = new Worker({
      connections: this.connections,
      store: this.store,
      settings: this.settings,
      clock: this.#clock,
      logger: this.#logger,
      ...hooks,
    });
    this.#workers.add(worker);
    try {
      await worker.ready();
    } catch (error) {
      this.#workers.delete(worker);
      await worker.stop();
      throw refused(error);
    }
    return worker;
  }

  /** Stops the workers of this process and closes its connections, within 5 s. */
  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
    await this.connections.close();
  }

  /** Changes definitions; done when the change is as durable as the settings ask. */
  async #change(change: (redis: Redis) => Promise<unknown>): Promise<void> {
    try {
      await change(this.connections.redis);
      await this.#durability?.barrier();
    } catch (error) {
      throw refused(error);
    }
  }

  async #switch(idOrName: string, enabled: boolean): Promise<void> {
    const { id } = await this.get(idOrName);
    const switched = ({ document }: Automation): Automation => parseAutomation({ ...document, enabled });
    await this.#change((redis) => updateDefinition(redis, this.store, id, switched));
  }
}
