import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { systemClock } from './clock.ts';
import { DEFAULT_REDIS_URL, parseSettings, type Settings, type WatchfireOptions } from './config.ts';
import type { Check } from './doctor/check.ts';
import type { CloudEventInput } from './documents/basics.ts';
import type { AutomationDocument, EventInput } from './documents/given.ts';
import { UnreadableState } from './errors.ts';
import { findingsIn } from './findings/automation-findings.ts';
import type { Finding } from './findings/finding.ts';
import type { HasTarget } from './findings/reactions.ts';
import {
  deadLetterIds,
  type Purged,
  purgeDeadLetters,
  type RedriveSummary,
  redriveDeadLetters,
} from './inspect/dead-letters.ts';
import { checkQuota, type QuotaChanges } from './inspect/quota.ts';
import { type Automation, parseAutomation } from './model/automation.ts';
import { sealEvent } from './model/intake.ts';
import { checkNamespaceSettings, type NamespaceSettingsChanges } from './model/namespace-settings.ts';
import { Admission } from './producer/admission.ts';
import { type EmitOptions, withPatience } from './producer/patience.ts';
import { refused } from './producer/refused.ts';
import { Reactor } from './reactions/reactor.ts';
import { hearChannel, liveChannelOf } from './redis/channel.ts';
import { Connections } from './redis/connection.ts';
import { acknowledgeDamage } from './redis/damage.ts';
import { deleteDefinition, putDefinition, updateDefinition } from './redis/definitions.ts';
import { type Durability, durabilityOf } from './redis/durability.ts';
import { append } from './redis/log.ts';
import { refuseUnprotected } from './redis/protection.ts';
import { writeQuotas } from './redis/quotas.ts';
import { answers } from './redis/server.ts';
import { writeSettings } from './redis/settings.ts';
import { storeOf } from './redis/store.ts';
import { notesOf } from './services/heard.ts';
import type { LiveHeard } from './services/live.ts';
import type { Worker, WorkerHooks } from './services/worker.ts';

/**
 * One engine: the automations and the log of a namespace in one Redis. Any number of these, in any number of processes,
 * may share it.
 *
 * ```ts
 * import { Watchfire } from 'watchfire';
 *
 * const watchfire = new Watchfire({ redis: 'redis://127.0.0.1:6379' });
 * await watchfire.put({
 *   id: 'a',
 *   name: 'failures',
 *   trigger: { posture: 'Reactive', expect: ['order.failed'], threshold: 5, within: '10m' },
 * });
 * await watchfire.startWorker();
 * await watchfire.emit({ event: 'order.failed', resource: { id: 'customer.7' } });
 * await watchfire.close();
 * ```
 */
export class Watchfire extends Reactor {
  readonly settings: Settings;
  readonly #workers = new Set<Worker>();
  /** None in virtual time, where nothing comes from outside. */
  readonly #admission: Admission | null;
  readonly #durability: Durability | null;

  /** @throws InvalidDocument naming a setting that is wrong */
  constructor(options: WatchfireOptions = {}) {
    const { redis = DEFAULT_REDIS_URL, tls, logger, clock = systemClock, ...settings } = options;
    const parsed = parseSettings(settings);
    const own = logger ?? pino({ level: 'silent' });
    const store = storeOf(parsed.namespace, () => clock.virtualNowMs());
    const connections = new Connections(redis, own, tls);
    super({ connections, store, clock, logger: own });
    this.settings = parsed;
    const parts = { redis: connections.redis, store, clock, logger: own };
    this.#admission = clock.virtualNowMs() === null ? new Admission({ ...parts, bounds: parsed }) : null;
    this.#durability = durabilityOf(connections, store, parsed, clock);
  }

  /**
   * Adds an automation, or replaces the one with its id; it takes effect between two entries of the log (rules 13).
   * @returns it, with what the document says that can hardly be meant
   * @throws InvalidDocument with path and reason; then nothing has changed
   */
  async put(document: AutomationDocument): Promise<Automation & { readonly warnings: readonly Finding[] }> {
    const automation = parseAutomation(document);
    await this.checkAnnounced(automation);
    await this.change((redis) => putDefinition(redis, this.store, automation));
    return Object.freeze({ ...automation, warnings: findingsIn(automation) });
  }

  /** What in these automations can never work, or is hardly meant, as the documents, the log and the queues show it: a list for each. */
  async review(automations: readonly Automation[], targets: HasTarget | null = null): Promise<Finding[][]> {
    const clients = { redis: await this.look(), log: this.connections.log };
    const { readSurroundings } = await import('./doctor/surroundings.ts');
    const surroundings = await readSurroundings(clients, this.store, automations);
    return automations.map((automation) => findingsIn(automation, { ...surroundings, targets }));
  }

  /** Removes an automation, by id or name, with all of its state. @throws NotFound, Ambiguous */
  async delete(idOrName: string): Promise<void> {
    const id = await this.get(idOrName).then(
      (automation) => automation.id,
      (error: unknown) => {
        if (error instanceof UnreadableState && error.field === idOrName) return idOrName;
        throw error;
      },
    );
    await this.change((redis) => deleteDefinition(redis, this.store, id));
  }

  /** Enabling and disabling keep what rules 13 says; by id or name. @throws NotFound, Ambiguous */
  async enable(idOrName: string): Promise<void> {
    await this.#switch(idOrName, { enabled: true });
  }

  /** The other way round. @throws NotFound, Ambiguous */
  async disable(idOrName: string): Promise<void> {
    await this.#switch(idOrName, { enabled: false });
  }

  /** `shadow`: it decides as ever, but makes no jobs and no state-change events; by id or name. @throws NotFound, Ambiguous */
  async setMode(idOrName: string, mode: 'live' | 'shadow'): Promise<void> {
    await this.#switch(idOrName, { mode });
  }

  /**
   * Appends one event, or one CloudEvent, to the log. An event without id gets one, so that an append repeated after a
   * lost connection is recognised as a duplicate. While Redis cannot be reached it waits, as all calls do, and the logger says so;
   * `timeoutMs` bounds that.
   * @returns the event's id and its position in the log, once it is as durable as the settings ask
   * @throws InvalidDocument when the document breaks a rule; it then never enters the log
   * @throws Overloaded when too much waits or memory is short; it did not enter the log
   * @throws Unanswered when Redis did not answer in `timeoutMs`; the error names the id to repeat it with
   * @throws NotDurable when it is not known to be kept; to repeat it harmlessly, send it with the id that the error names
   */
  async emit(
    document: EventInput | CloudEventInput,
    { timeoutMs }: EmitOptions = {},
  ): Promise<{ id: string; entry: string }> {
    const at = this.clock.virtualNowMs();
    const { event, data } = sealEvent(document, randomUUID, this.clock.nowMs(), { anyId: at !== null });
    const parts = { clock: this.clock, connections: this.connections };
    return await withPatience(parts, timeoutMs, event.id, async (patience) => {
      const admitted = this.admit(data.length);
      if (admitted !== null) await admitted;
      const write = async (redis: Redis): Promise<string> => {
        if (patience.over) throw new Error('given up');
        patience.sent = true;
        return await append(redis, this.store, at === null ? '*' : `${at}-*`, ['data', data]);
      };
      try {
        const entry = await (this.#durability?.write(write, event.id) ?? write(this.connections.redis));
        return { id: event.id, entry };
      } catch (error) {
        throw refused(error, event.id);
      }
    });
  }

  /**
   * Hears what all workers of the namespace do, as they tell it: they notice within a second that somebody listens. A message that no
   * worker wrote is dropped, and `dropped` says so.
   * @returns ends it
   */
  async listen(hear: (notes: LiveHeard[]) => void): Promise<() => void> {
    await this.look();
    const connection = this.connections.blocking('watch');
    await hearChannel(connection, liveChannelOf(connection, this.store), (message) =>
      hear(notesOf(message) ?? [{ kind: 'dropped', messages: 1 }]),
    );
    return () => connection.disconnect();
  }

  /**
   * Sends what dead letters hold on its way again, by their ids or all of them; each leaves the dead letters in the same step. Stops
   * between two of them when `signal` is aborted.
   */
  async redrive(letters: readonly string[] | 'all', signal?: AbortSignal): Promise<RedriveSummary> {
    await this.format.toWrite();
    const { redis } = this.connections;
    const ids = letters === 'all' ? deadLetterIds(redis, this.store) : letters;
    return await redriveDeadLetters(redis, this.store, ids, signal);
  }

  /** Removes dead letters for good: by their ids, those given up longer ago, or all. @returns how many there were */
  async purge(letters: Purged): Promise<number> {
    await this.format.toWrite();
    return await purgeDeadLetters(this.connections.redis, this.store, letters);
  }

  /** Sets caps for whatever is applied next; null puts one back to its default. @throws InvalidDocument */
  async setQuotas(changes: QuotaChanges): Promise<void> {
    for (const [name, value] of Object.entries(changes)) checkQuota(name, value);
    await this.change((redis) => writeQuotas(redis, this.store, changes));
  }

  /** Changes what all workers follow, between two entries of the log; null puts one back to its default. @throws InvalidDocument */
  async setNamespaceSettings(changes: NamespaceSettingsChanges): Promise<void> {
    checkNamespaceSettings(changes);
    await this.change((redis) => writeSettings(redis, this.store, changes));
  }

  /** Looks for what is wrong with Redis, its settings and the engine, and says what to do about it. Changes nothing. */
  async diagnose(): Promise<Check[]> {
    const [{ examine }, { findingsOf }] = await Promise.all([
      import('./doctor/examine.ts'),
      import('./doctor/findings.ts'),
    ]);
    const { connections, store, settings } = this;
    return findingsOf(await examine({ connections, store, settings, clock: this.clock }));
  }

  /** Says that somebody knows of all damage that `status` tells up to now. @returns how many keys it concerned */
  async acknowledge(): Promise<number> {
    await this.format.toWrite();
    return await acknowledgeDamage(this.connections.redis, this.store);
  }

  /**
   * Runs a worker inside this process; resolves when it takes part.
   * @throws Overloaded, NotDurable when Redis takes no writes now; DurabilityUnavailable; Unprotected; WrongFormat
   */
  async startWorker(hooks: WorkerHooks = {}): Promise<Worker> {
    const { redis } = this.connections;
    // A Redis that cannot be reached yet would seem to keep everybody out.
    await answers(redis);
    if (!this.settings.allowUnprotected) await refuseUnprotected(redis, this.store.keys.events);
    await this.format.toWrite();
    const { Worker } = await import('./services/worker.ts');
    const worker = new Worker({
      connections: this.connections,
      store: this.store,
      settings: this.settings,
      clock: this.clock,
      logger: this.logger,
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
    await Promise.all([this.stopActions(), ...[...this.#workers].map((worker) => worker.stop())]);
    await this.connections.close();
  }

  protected override admit(characters: number): Promise<void> | null {
    return this.#admission?.admit(characters) ?? null;
  }

  /** Changes definitions; done when the change is as durable as the settings ask. */
  protected override async change(change: (redis: Redis) => Promise<unknown>): Promise<void> {
    try {
      await this.format.toWrite();
      await change(this.connections.redis);
      await this.#durability?.barrier();
    } catch (error) {
      throw refused(error);
    }
  }

  async #switch(idOrName: string, to: Partial<AutomationDocument>): Promise<void> {
    const { id } = await this.get(idOrName);
    const switched = ({ document }: Automation): Automation => parseAutomation({ ...document, ...to });
    await this.change((redis) => updateDefinition(redis, this.store, id, switched));
  }
}
