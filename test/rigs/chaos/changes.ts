import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type AutomationDocument, Watchfire } from '../../../src/index.ts';
import { readStanding } from '../../../src/redis/past.ts';
import { storeOf } from '../../../src/redis/store.ts';
import type { Json } from '../../oracle/event.ts';
import type { Change } from './replay.ts';

/** An automation whose firings others hear: without it the engine writes no state changes, and the model does. */
const LISTENER = 'often-silent';

/** Between two attempts to change something, while Redis is away. */
const RETRY_MS = 50;

/**
 * Changes definitions while events come: disables, enables, replaces, deletes, and puts again what was deleted. Each automation is left as
 * it was at the beginning, or disabled, changed or gone.
 */
export class Changes {
  readonly #watchfire: Watchfire;
  readonly #redis: Redis;
  readonly #namespace: string;
  readonly #documents: readonly Json[];
  readonly #random: () => number;
  /** Ids of those that are not as they were. */
  readonly #changed = new Set<string>();
  /** How many were made. */
  made = 0;

  constructor(redis: Redis, namespace: string, documents: readonly Json[], random: () => number) {
    this.#watchfire = new Watchfire({ redis, namespace });
    this.#redis = redis;
    this.#namespace = namespace;
    this.#documents = documents;
    this.#random = random;
  }

  async put(documents: readonly Json[]): Promise<void> {
    for (const document of documents) await this.#watchfire.put(document as AutomationDocument);
  }

  /** Changes one, and waits until that is done: a call that is repeated changes nothing more. */
  async one(signal: AbortSignal): Promise<void> {
    const some = this.#documents.filter(({ id }) => id !== LISTENER);
    const document = some[Math.floor(this.#random() * some.length)]!;
    const id = String(document.id);
    const change = this.#changed.delete(id) ? () => this.put([document]) : this.#away(document);
    while (!signal.aborted) {
      try {
        await change();
        this.made += 1;
        return;
      } catch {
        await pause(RETRY_MS);
      }
    }
  }

  #away(document: Json): () => Promise<unknown> {
    this.#changed.add(String(document.id));
    const roll = this.#random();
    if (roll < 0.35) return () => this.put([{ ...document, enabled: false }]);
    if (roll < 0.65) return () => this.#watchfire.delete(String(document.id));
    const trigger = document.trigger as Json;
    return () => this.put([{ ...document, trigger: { ...trigger, within: Number(trigger.within ?? 10) + 5 } }]);
  }

  /**
   * What was changed and survived, in the order of the log: a dying Redis takes changes along with the entries that it loses.
   * @throws Error when an automation that stands there is none that was put
   */
  async survived(): Promise<Change[]> {
    const { history, automations } = await readStanding(this.#redis, storeOf(this.#namespace));
    const after = new Map([...automations].map(([id, { document }]) => [id, document]));
    const changes: Change[] = [];
    for (const noted of [...history].reverse()) {
      if (noted.kind !== 'automation') continue;
      const { id, position, timeMs, before } = noted;
      const document = after.get(id);
      changes.unshift({ position, at: timeMs, id, document: document === undefined ? null : JSON.parse(document) });
      if (before) after.set(id, before.document);
      else after.delete(id);
    }
    if (after.size > 0) throw new Error(`nobody put ${[...after.keys()].join()}`);
    return changes;
  }

  async close(): Promise<void> {
    await this.#watchfire.close();
  }
}
