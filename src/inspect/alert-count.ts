import type { Redis } from 'ioredis';
import { decodeKey } from '../match/key.ts';
import { alertsOfTrigger } from '../redis/alert-texts.ts';
import { changesSince } from '../redis/definition-changes.ts';
import { readStoredQuotas } from '../redis/quotas.ts';
import type { Store } from '../redis/store.ts';
import { alertingTrigger } from './alerts.ts';

/** Counts open alerts again and again. Of the definitions it reads what changed since the last time, of the windows those of automations that hold any. */
export class AlertCount {
  readonly #redis: Redis;
  readonly #store: Store;
  #generation = '0';
  /** State names of the triggers that have alerts, by automation. */
  readonly #triggers = new Map<string, string>();

  constructor(redis: Redis, store: Store) {
    this.#redis = redis;
    this.#store = store;
  }

  /** Open alerts by automation; those without any are left out. */
  async now(): Promise<Map<string, number>> {
    await this.#refresh();
    const counts = new Map<string, number>();
    const { used } = await readStoredQuotas(this.#redis, this.#store);
    for (const encoded of Object.keys(used)) {
      const automation = decodeKey(encoded, 1).join();
      const trigger = this.#triggers.get(automation);
      if (encoded === '' || trigger === undefined) continue;
      let count = 0;
      for await (const _ of alertsOfTrigger(this.#redis, this.#store, trigger)) count += 1;
      if (count > 0) counts.set(automation, count);
    }
    return counts;
  }

  async #refresh(): Promise<void> {
    let found = await changesSince(this.#redis, this.#store, this.#generation);
    if (Number(found.generation) < Number(this.#generation)) {
      this.#triggers.clear();
      found = await changesSince(this.#redis, this.#store, '0');
    }
    for (const [id, definition] of found.changed) {
      const trigger = definition === null ? null : alertingTrigger(definition);
      if (trigger === null) this.#triggers.delete(id);
      else this.#triggers.set(id, trigger.name);
    }
    this.#generation = found.generation;
  }
}
