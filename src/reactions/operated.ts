import type { Redis } from 'ioredis';
import { type Alert, type AlertQuery, openAlerts } from '../inspect/alerts.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Labels } from '../model/event.ts';
import { parseAcknowledgement, type Silence } from '../model/silence.ts';
import { deliveriesOf } from '../redis/delivery-records.ts';
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
    return await retryDeliveries(await this.#acting(), await this.#jobs(jobs));
  }

  /** Gives deliveries up that were not sent, for good. @param jobs ids, or all that failed */
  async dropDeliveries(jobs: readonly string[] | 'failed'): Promise<ActedOn> {
    const { dropDeliveries } = await import('../relay/delivery-acts.ts');
    return await dropDeliveries(await this.#acting(), await this.#jobs(jobs));
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
    return await this.#withQueues((queues) => queues.depths(names));
  }

  /** The queues that automations name or ever named: their jobs, and whether a BullMQ worker takes them. */
  async queueStates(): Promise<QueueStates> {
    const { readQueueStates } = await import('../relay/queue-states.ts');
    return await this.#withQueues((queues) => readQueueStates(this.connections.redis, this.store, queues));
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

  async #withQueues<T>(ask: (queues: Queues) => Promise<T>): Promise<T> {
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

/** Deliveries that one call acts on when all that failed are meant: as many as are looked at. */
const ACTED_ON = 20_000;
