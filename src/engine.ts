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
import type { Purged, RedriveSummary } from './inspect/dead-letters.ts';
import { purgeIn, redriveIn } from './inspect/letters.ts';
import { idIn } from './inspect/parts.ts';
import { checkQuota, type QuotaChanges } from './inspect/quota.ts';
import { type Automation, parseAutomation } from './model/automation.ts';
import { sealEvent } from './model/intake.ts';
import { checkNamespaceSettings, type NamespaceSettingsChanges } from './model/namespace-settings.ts';
import type { PartitionLayout } from './model/partition.ts';
import { Admission } from './producer/admission.ts';
import { Homes } from './producer/homes.ts';
import { type EmitOptions, withPatience } from './producer/patience.ts';
import type { ReceivingParts } from './producer/receiving.ts';
import { refused } from './producer/refused.ts';
import { hearChannels, liveChannelOf } from './redis/channel.ts';
import { Connections } from './redis/connection.ts';
import { acknowledgeDamage } from './redis/damage.ts';
import { durabilitiesOf } from './redis/durability.ts';
import { append } from './redis/log.ts';
import { deletePlaced, type PlaceOfChange, putPlaced, updatePlaced, writePlaced } from './redis/placed.ts';
import { refuseUnprotected } from './redis/protection.ts';
import { answers } from './redis/server.ts';
import { storeOf } from './redis/store.ts';
import { notesOf } from './services/heard.ts';
import type { LiveHeard } from './services/live.ts';
import type { RunningWorker, WorkerHooks, WorkerParts } from './services/worker.ts';
import { HttpSourced } from './sources/http-sourced.ts';

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
export class Watchfire extends HttpSourced {
  readonly settings: Settings;
  readonly #workers = new Set<RunningWorker>();
  /** None in virtual time, where nothing comes from outside. */
  readonly #admission: Admission | null;
  protected override readonly receiving: Pick<ReceivingParts, 'homes' | 'durability'>;

  /** @throws InvalidDocument naming a setting that is wrong */
  constructor(options: WatchfireOptions = {}) {
    const { redis = DEFAULT_REDIS_URL, tls, logger, clock = systemClock, reason = '', ...settings } = options;
    const parsed = parseSettings(settings);
    const own = logger ?? pino({ level: 'silent' });
    const store = storeOf(parsed.namespace, () => clock.virtualNowMs());
    const connections = new Connections(redis, own, { tls, namespace: parsed.namespace });
    super({ connections, store, clock, logger: own });
    this.settings = parsed;
    this.reason = reason;
    const parts = { redis: connections.redis, store, clock, logger: own };
    this.#admission = clock.virtualNowMs() === null ? new Admission({ ...parts, bounds: parsed }) : null;
    const durability = durabilitiesOf(connections, store, parsed, clock);
    durability(store); // It connects before it is needed.
    this.receiving = { homes: new Homes({ ...parts, bounds: parsed }), durability };
  }

  /**
   * Adds an automation, or replaces the one with its id; it takes effect between two entries of the log (rules 13).
   * @returns it, with what the document says that can hardly be meant
   * @throws InvalidDocument with path and reason; then nothing has changed
   */
  async put(document: AutomationDocument): Promise<Automation & { readonly warnings: readonly Finding[] }> {
    const automation = parseAutomation(document);
    await this.checkAnnounced(automation);
    await this.#recorded('apply', automation.id, (place) => putPlaced(place, automation));
    return Object.freeze({ ...automation, warnings: findingsIn(automation) });
  }

  /** What in these automations can never work, or is hardly meant, as the documents, the log and the queues show it: a list for each. */
  async review(automations: readonly Automation[], targets: HasTarget | null = null): Promise<Finding[][]> {
    const clients = { redis: await this.look(), log: this.connections.log };
    const { readSurroundings } = await import('./doctor/surroundings.ts');
    const layout = await this.partitions();
    const surroundings = await readSurroundings(clients, this.store, automations, layout);
    const by = layout?.by ?? null;
    return automations.map((automation) => findingsIn(automation, { ...surroundings, targets, by }));
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
    await this.#recorded('delete', id, (place) => deletePlaced(place, id));
  }

  /** Enabling and disabling keep what rules 13 says; by id or name. @throws NotFound, Ambiguous */
  async enable(idOrName: string): Promise<void> {
    await this.#switch('enable', idOrName, { enabled: true });
  }

  /** The other way round. @throws NotFound, Ambiguous */
  async disable(idOrName: string): Promise<void> {
    await this.#switch('disable', idOrName, { enabled: false });
  }

  /** `shadow`: it decides as ever, but makes no jobs and no state-change events; by id or name. @throws NotFound, Ambiguous */
  async setMode(idOrName: string, mode: 'live' | 'shadow'): Promise<void> {
    await this.#switch(mode === 'shadow' ? 'shadow' : 'promote', idOrName, { mode });
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
      const { homes, durability } = this.receiving;
      const home = at === null ? await homes.of(event, this.admit(data.length), data.length) : homes.front;
      const write = async (redis: Redis): Promise<string> => {
        if (patience.over) throw new Error('given up');
        patience.sent = true;
        return await append(redis, home.store, at === null ? '*' : `${at}-*`, ['data', data]);
      };
      try {
        const entry = await (durability(home.store)?.write(write, event.id) ??
          write(this.connections.toward(home.store)));
        return { id: event.id, entry: idIn(home.name, entry) };
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
    const parts = await this.parts();
    // On a cluster each node knows its own listeners alone.
    const places = this.connections.isSpread ? parts.map((part) => [part]) : [parts];
    const heard = places.map(async (some) => {
      const connection = this.connections.blocking('watch', some[0]?.store.namespace);
      const channels = new Map(some.map(({ name, store }) => [liveChannelOf(connection, store), name]));
      await hearChannels(connection, [...channels.keys()], (channel, message) =>
        hear(notesOf(message, channels.get(channel)) ?? [{ kind: 'dropped', messages: 1 }]),
      );
      return connection;
    });
    const connections = await Promise.all(heard);
    return () => connections.forEach((connection) => void connection.disconnect());
  }

  /**
   * Sends what dead letters hold on its way again, by their ids or all of them; each leaves the dead letters in the same step. Stops
   * between two of them when `signal` is aborted.
   */
  async redrive(letters: readonly string[] | 'all', signal?: AbortSignal): Promise<RedriveSummary> {
    await this.format.toWrite();
    const done = await redriveIn(this.connections.redis, await this.letterParts(), letters, signal);
    if (done.redriven > 0) await this.acted('redrive', `${done.redriven} dead letters`);
    return done;
  }

  /** Removes dead letters for good: by their ids, those given up longer ago, or all. @returns how many there were */
  async purge(letters: Purged): Promise<number> {
    await this.format.toWrite();
    const gone = await purgeIn(this.connections.redis, await this.letterParts(), letters);
    if (gone > 0) await this.acted('purge', `${gone} dead letters`);
    return gone;
  }

  /** Sets caps for whatever is applied next; null puts one back to its default. @throws InvalidDocument */
  async setQuotas(changes: QuotaChanges): Promise<void> {
    for (const [name, value] of Object.entries(changes)) checkQuota(name, value);
    await this.#recorded('quotas', JSON.stringify(changes), (place) => writePlaced(place, { quotas: changes }));
  }

  /** Changes what all workers follow, between two entries of the log; null puts one back to its default. @throws InvalidDocument */
  async setNamespaceSettings(changes: NamespaceSettingsChanges): Promise<void> {
    checkNamespaceSettings(changes);
    await this.#recorded('settings', JSON.stringify(changes), (place) => writePlaced(place, { settings: changes }));
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
    const each = await this.each(acknowledgeDamage);
    const known = each.reduce((all, { found }) => all + found, 0);
    if (known > 0) await this.acted('acknowledge damage', `${known} keys`);
    return known;
  }

  /**
   * Runs a worker inside this process; resolves when it takes part.
   * @throws Overloaded, NotDurable when Redis takes no writes now; DurabilityUnavailable; Unprotected; WrongFormat
   */
  async startWorker(hooks: WorkerHooks = {}): Promise<RunningWorker> {
    // A Redis that cannot be reached yet would seem to keep everybody out.
    const { node } = this.connections;
    await answers(node);
    if (!this.settings.allowUnprotected) await refuseUnprotected(node, this.store.keys.events);
    const layout = await this.format.toWrite();
    const { connections, store, settings, clock, logger, measures } = this;
    const worker = await newWorker({ connections, store, settings, clock, logger, measures, ...hooks }, layout);
    this.#workers.add(worker);
    try {
      await worker.ready();
      measures.parts.ready('worker');
    } catch (error) {
      this.#workers.delete(worker);
      await worker.stop();
      throw refused(error);
    }
    return worker;
  }

  /** Stops the workers of this process and closes its connections, within 5 s. */
  async close(): Promise<void> {
    await Promise.all([this.stopSources(), this.stopActions(), ...[...this.#workers].map((worker) => worker.stop())]);
    await this.stopListening();
    await this.connections.close();
  }

  protected override admit(characters: number): Promise<void> | null {
    return this.#admission?.admit(characters) ?? null;
  }

  /** Changes definitions; done when the change is as durable as the settings ask. */
  protected override async change(change: (place: PlaceOfChange) => Promise<unknown>): Promise<void> {
    try {
      const layout = await this.format.toWrite();
      await change({ redis: this.connections.redis, store: this.store, layout });
      await this.receiving.durability(this.store)?.barrier();
    } catch (error) {
      throw refused(error);
    }
  }

  /** As `change`, with a record of it where anything has changed. */
  async #recorded(what: string, subject: string, change: (place: PlaceOfChange) => Promise<unknown>): Promise<void> {
    const before = await this.generation();
    await this.change(change);
    if ((await this.generation()) !== before) await this.acted(what, subject);
  }

  async #switch(what: string, idOrName: string, to: Partial<AutomationDocument>): Promise<void> {
    const { id } = await this.get(idOrName);
    const switched = ({ document }: Automation): Automation => parseAutomation({ ...document, ...to });
    await this.#recorded(what, id, (place) => updatePlaced(place, id, switched));
  }
}

async function newWorker(parts: WorkerParts, layout: PartitionLayout | null): Promise<RunningWorker> {
  if (layout === null) return new (await import('./services/worker.ts')).Worker(parts);
  return new (await import('./services/crew.ts')).Crew({ ...parts, layout });
}
