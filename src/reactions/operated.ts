import type { Redis } from 'ioredis';
import type { ErasedCounts } from '../erase/erase.ts';
import { type Alert, type AlertQuery, openAlerts } from '../inspect/alerts.ts';
import { idIn } from '../inspect/parts.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Labels } from '../model/event.ts';
import { parseAcknowledgement, type Silence } from '../model/silence.ts';
import { deliveriesOf } from '../redis/delivery-records.ts';
import { erasedMarks } from '../redis/erased.ts';
import { clearKeyOf, resolveAlertOf } from '../redis/key-changes.ts';
import { type PlaceOfChange, storeOfKey } from '../redis/placed.ts';
import type { ActedOn } from '../relay/delivery-acts.ts';
import type { DeliveryQuery } from '../relay/delivery-list.ts';
import type { QueueJobQuery, QueueJobView } from '../relay/queue-jobs.ts';
import type { QueueStates } from '../relay/queue-states.ts';
import type { Depth, Queues } from '../relay/queues.ts';
import type { LinkDesk } from './link-desk.ts';
import { Silencing } from './silencing.ts';

/** How many of a list are given where nobody says. */
const DEFAULT_LIMIT = 100;

/** The part of an engine by which people see what became of its actions, and act on it. */
export abstract class Operated extends Silencing {
  /** The newest deliveries of actions, oldest first: those that wait, were sent, are tried again, or failed for good. */
  async deliveries({ limit = DEFAULT_LIMIT, ...query }: Partial<DeliveryQuery> = {}): Promise<Delivery[]> {
    const redis = await this.look();
    // Loaded here only: it brings BullMQ with it.
    const { deliveriesIn } = await import('../relay/delivery-list.ts');
    return await deliveriesIn(redis, this.store, { limit, ...query });
  }

  /** What is noted of the deliveries of these jobs, in their order; null where nothing is: nobody has begun it, or it is forgotten. */
  async deliveriesOf(jobs: readonly string[]): Promise<(Delivery | null)[]> {
    return await deliveriesOf(await this.look(), this.store, jobs);
  }

  /** Has deliveries that failed for good tried again, as often as at first. @param jobs ids, or all that failed */
  async retryDeliveries(jobs: readonly string[] | 'failed'): Promise<ActedOn> {
    const { retryDeliveries } = await import('../relay/delivery-acts.ts');
    const ids = await this.#jobs(jobs);
    const done = await retryDeliveries(await this.#acting(), ids);
    await this.acted('retry deliveries', namedBy(ids));
    return done;
  }

  /** Gives deliveries up that were not sent, for good. @param jobs ids, or all that failed */
  async dropDeliveries(jobs: readonly string[] | 'failed'): Promise<ActedOn> {
    const { dropDeliveries } = await import('../relay/delivery-acts.ts');
    const ids = await this.#jobs(jobs);
    const done = await dropDeliveries(await this.#acting(), ids);
    await this.acted('drop deliveries', namedBy(ids));
    return done;
  }

  /** Open alerts, those that have lasted longest first, with what was delivered of them. */
  async alerts({ limit = DEFAULT_LIMIT, ...query }: Partial<AlertQuery> = {}): Promise<Alert[]> {
    const nowMs = await this.engineTimeMs();
    const each = await this.each((redis, store) => openAlerts(redis, store, { limit, ...query }, nowMs));
    const found = each.flatMap((one) => one.found);
    return found.sort((a, b) => a.since - b.since).slice(0, limit);
  }

  /**
   * Ends the alert of a key: a change at a position of the log (rules 13), which replays know.
   * @param idOrName of the automation
   * @param labels the key, by its names
   * @returns false when there is no alert
   * @throws NotFound, Ambiguous; InvalidDocument for a key that the automation does not have
   */
  async resolveAlert(idOrName: string, labels: Labels = {}): Promise<boolean> {
    const automation = await this.get(idOrName);
    let resolved = false;
    await this.change(async (place) => {
      const key = { automation: automation.id, labels };
      resolved = await resolveAlertOf(place.redis, storeOfKey(place, automation.trigger, labels), key);
    });
    if (resolved) await this.acted('resolve', subjectOf(automation.id, labels));
    return resolved;
  }

  /**
   * Forgets all that an automation keeps of a key: a change at a position of the log (rules 13), which replays know. Nothing is emitted.
   * @throws as `resolveAlert`
   */
  async clearKey(idOrName: string, labels: Labels = {}): Promise<void> {
    const automation = await this.get(idOrName);
    await this.change(async (place) => {
      const key = { automation: automation.id, labels };
      await clearKeyOf(place.redis, storeOfKey(place, automation.trigger, labels), key);
    });
    await this.acted('clear', subjectOf(automation.id, labels));
  }

  /**
   * Says that somebody sees to an alert: its reminders are decided and recorded, and go to nobody, until it is renewed or over.
   * @returns null when the key has no alert
   * @throws NotFound, Ambiguous, InvalidDocument
   */
  async acknowledgeAlert(
    idOrName: string,
    labels: Labels,
    { by, reason }: Readonly<{ by: string; reason: string }>,
  ): Promise<Silence | null> {
    const { id: automation } = await this.get(idOrName);
    const [alert] = await this.alerts({ automation, labels, limit: 1 });
    if (!alert) return null;
    return await this.addSilence(parseAcknowledgement({ automation, labels, by, reason }, alert.since));
  }

  /**
   * Removes what carries a label with a value, as when a person asks to be forgotten: from the log, windows, ledger, jobs, deliveries, dead
   * letters and records. A mark stays, by which `backtest` and `why` say that something was erased. Safe to repeat, and needed where `waiting` is not 0.
   * @throws InvalidDocument
   */
  async erase(
    { name, value }: Readonly<{ name: string; value: string }>,
    { dryRun = false }: Readonly<{ dryRun?: boolean }> = {},
  ): Promise<ErasedCounts> {
    const layout = await this.format.toWrite();
    const { eraseLabel, digestOfValue } = await import('../erase/erase.ts');
    const parts = (await this.parts()).map(({ store }) => store);
    const namespace = { redis: this.connections.redis, front: this.store, parts, isDivided: layout !== null };
    const counts = await eraseLabel(namespace, { name, value, dryRun });
    if (!dryRun) await this.acted('erase', `${name} #${digestOfValue(value)}`);
    return counts;
  }

  /** When a firing, by its id or the first characters of it, one of its jobs, or an entry of the log was erased, in ms; null when none was. */
  async erasedAt(name: string): Promise<number | null> {
    const [, firing = name] = /^[fgh]-([0-9a-f]+)-\d+$/.exec(name) ?? [];
    const each = await this.each(erasedMarks);
    const marks = each.flatMap(({ part, found }) =>
      found.filter(
        ({ firings, entries }) =>
          firings.some((id) => id.startsWith(firing)) || entries.some(({ id }) => idIn(part, id) === name),
      ),
    );
    return marks.at(-1)?.at ?? null;
  }

  /** What links in messages act by. */
  protected linkDesk(): LinkDesk {
    return {
      alert: async ({ automation, labels }) => (await this.alerts({ automation, labels, limit: 1 }))[0] ?? null,
      silence: async (id) => (await this.silences({ ended: true })).find((one) => one.id === id) ?? null,
      add: async (order, id) => await this.addSilence(order, id),
    };
  }

  /** How many jobs of each state are in these queues. */
  async queueDepths(names: readonly string[]): Promise<ReadonlyMap<string, Depth>> {
    return await this.withQueues((queues) => queues.depths(names));
  }

  /** The queues that automations name or ever named: their jobs, and whether a BullMQ worker takes them. */
  async queueStates(): Promise<QueueStates> {
    const { readQueueStates } = await import('../relay/queue-states.ts');
    return await this.withQueues((queues) => readQueueStates(this.connections.redis, this.store, queues));
  }

  /** Jobs of a queue in one state, a page of them, as BullMQ has them. */
  async queueJobs(query: QueueJobQuery): Promise<QueueJobView[]> {
    const { jobsIn } = await import('../relay/queue-jobs.ts');
    return await jobsIn(await this.look(), this.store.prefixes.bull, query);
  }

  /** Changes what all workers follow; done when the change is as durable as the settings ask. */
  protected abstract change(change: (place: PlaceOfChange) => Promise<unknown>): Promise<void>;

  /** Asks for room in the log for so many characters: null when there is some, else a promise. @throws Overloaded, here or there */
  protected abstract admit(characters: number): Promise<void> | null;

  protected async withQueues<T>(ask: (queues: Queues) => Promise<T>): Promise<T> {
    const { Queues } = await import('../relay/queues.ts');
    const queues = new Queues(await this.look(), this.store.prefixes.bull);
    try {
      return await ask(queues);
    } finally {
      await queues.close();
    }
  }

  async #jobs(jobs: readonly string[] | 'failed'): Promise<readonly string[]> {
    if (jobs !== 'failed') return jobs;
    const failed = await this.deliveries({ state: 'failed', limit: ACTED_ON });
    return failed.map(({ job }) => job);
  }

  async #acting(): Promise<{ redis: Redis; store: Operated['store']; nowMs: number }> {
    await this.format.toWrite();
    return { redis: this.connections.redis, store: this.store, nowMs: this.clock.nowMs() };
  }
}

/** A key of an automation, as people read it. */
function subjectOf(automation: string, labels: Labels): string {
  return [automation, ...Object.entries(labels).map(([name, value]) => `${name}=${value}`)].join(' ');
}

/** The one that is meant, or how many. */
function namedBy(ids: readonly string[]): string {
  return ids.length === 1 ? (ids[0] ?? '') : `${ids.length} of them`;
}

/** Deliveries that one call acts on when all that failed are meant: as many as are looked at. */
const ACTED_ON = 20_000;
