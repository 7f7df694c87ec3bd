import type { Redis } from 'ioredis';
import { planOf } from '../match/plan.ts';
import { TriggerIndex } from '../match/trigger-index.ts';
import { changesSince } from '../redis/definition-changes.ts';
import type { Store } from '../redis/store.ts';

/** What the engine needs to know of its definitions to match entries. */
export type DefinitionsView = Readonly<{
  generation: string;
  triggers: TriggerIndex;
  ignored: ReadonlySet<string>;
  /** Whether senders may give ids that the engine gives, as where recorded events are applied in virtual time. */
  anyId: boolean;
  /** The partition whose log this is; '' for an engine without partitions. */
  origin: string;
}>;

/** `generation`: the one with which it is known. */
export type DefinitionsChanged = (automation: string, what: 'put' | 'deleted', generation: string) => void;

/** One worker's picture of the definitions: one generation at a time, brought up to date by what changed. */
export class LoadedDefinitions {
  readonly #redis: Redis;
  readonly #store: Store;
  #triggerIndex = new TriggerIndex();
  readonly #ignoredByDefault: ReadonlySet<string>;
  #ignored: ReadonlySet<string>;
  #generation = '0';
  readonly #changed: DefinitionsChanged;
  #loaded = false;

  /**
   * @param ignored names of events that are not applied where none stand in Redis
   * @param changed hears of each automation that was changed after the first look
   */
  constructor(redis: Redis, store: Store, ignored: ReadonlySet<string>, changed: DefinitionsChanged = () => undefined) {
    this.#changed = changed;
    this.#redis = redis;
    this.#store = store;
    this.#ignoredByDefault = ignored;
    this.#ignored = ignored;
  }

  get view(): DefinitionsView {
    const anyId = this.#store.virtualNow() !== '';
    const { origin } = this.#store;
    return { generation: this.#generation, triggers: this.#triggerIndex, ignored: this.#ignored, anyId, origin };
  }

  /** Loads everything: numbers of generations that Redis has lost may have been given away once more. */
  async reload(): Promise<void> {
    const found = await changesSince(this.#redis, this.#store, '0');
    this.#triggerIndex = new TriggerIndex();
    this.#loaded = false;
    this.#take(found);
  }

  /** Loads what changed since the last call, or everything when Redis has gone back to older definitions. */
  async refresh(): Promise<void> {
    const found = await changesSince(this.#redis, this.#store, this.#generation);
    if (Number(found.generation) < Number(this.#generation)) await this.reload();
    else this.#take(found);
  }

  #take({ generation, changed, ignored }: Awaited<ReturnType<typeof changesSince>>): void {
    const first = !this.#loaded;
    this.#loaded = true;
    for (const [id, definition] of changed) {
      if (!first) this.#changed(id, definition === null ? 'deleted' : 'put', generation);
      if (definition === null) this.#triggerIndex.delete(id);
      else this.#triggerIndex.put(planOf(definition.automation, definition.plan.revision, definition.plan));
    }
    this.#ignored = ignored === null ? this.#ignoredByDefault : new Set(ignored);
    this.#generation = generation;
  }
}
