import type { Redis } from 'ioredis';
import { planOf } from '../match/plan.ts';
import { TriggerIndex } from '../match/trigger-index.ts';
import type { Automation } from '../model/automation.ts';
import type { Event } from '../model/event.ts';
import { decode } from '../model/intake.ts';
import type { EventPattern, Trigger } from '../model/trigger.ts';
import { changesSince, countDefinitions, currentGeneration } from '../redis/definitions.ts';
import { readEach } from '../redis/log.ts';
import type { Store } from '../redis/store.ts';

/** With more automations, reasons are known of a single one only: each is held twice, and may have to be asked for each event. */
const AUTOMATIONS_LIMIT = 5_000;

/** Entries read in one round trip: they can be large. */
const ENTRIES_AT_ONCE = 100;

/** Most reasons given for an event: more than anybody reads. */
const REASONS_LIMIT = 20;

/**
 * What an automation that waits for an event's name makes of it. `wanted`: it takes it. `disabled`: it would, if it was enabled. `causes`: it
 * would, but for the automations that led to it (rules 14). `labels`: its triggers ask for other labels.
 */
export type Reason = Readonly<{ automation: string; why: 'wanted' | 'disabled' | 'causes' | 'labels' }>;

/** Says what becomes of events, as the definitions stand now. It asks the same index as the workers do. */
export class Reasons {
  readonly #redis: Redis;
  readonly #store: Store;
  /** The id of the only automation that is asked about, or null. */
  readonly #only: string | null;
  /** All automations as if they were enabled, and the same without the labels they ask for. */
  readonly #whole = new TriggerIndex();
  readonly #byName = new TriggerIndex();
  readonly #disabled = new Set<string>();
  #generation = '0';

  constructor(redis: Redis, store: Store, only: string | null) {
    this.#redis = redis;
    this.#store = store;
    this.#only = only;
  }

  /**
   * The reasons for each of these entries of the log that is there still and is an event, by entry, those that tell most first. Empty when there
   * are too many automations.
   */
  async of(entries: readonly string[]): Promise<ReadonlyMap<string, readonly Reason[]>> {
    const reasons = new Map<string, readonly Reason[]>();
    if (entries.length === 0 || !(await this.#refresh())) return reasons;
    for (let from = 0; from < entries.length; from += ENTRIES_AT_ONCE) {
      for (const entry of await readEach(this.#redis, this.#store, entries.slice(from, from + ENTRIES_AT_ONCE))) {
        const decoded = decode(entry);
        if (decoded.kind === 'event') reasons.set(entry.id, this.#reasons(decoded.event));
      }
    }
    return reasons;
  }

  #reasons(event: Event): Reason[] {
    const freed = { ...event, causeChain: [] };
    const covered = automationsOf(this.#whole, freed);
    const wanted = automationsOf(this.#whole, event);
    const whyOf = (id: string): Reason['why'] => {
      if (!covered.has(id)) return 'labels';
      if (!wanted.has(id)) return 'causes';
      return this.#disabled.has(id) ? 'disabled' : 'wanted';
    };
    const all = [...automationsOf(this.#byName, freed)].map((id) => ({ automation: id, why: whyOf(id) }));
    return [...all.filter(({ why }) => why !== 'labels'), ...all.filter(({ why }) => why === 'labels')].slice(
      0,
      REASONS_LIMIT,
    );
  }

  /** @returns whether the definitions are known now */
  async #refresh(): Promise<boolean> {
    if (this.#only === null && (await countDefinitions(this.#redis, this.#store)) > AUTOMATIONS_LIMIT) return false;
    if ((await currentGeneration(this.#redis, this.#store)) === this.#generation) return true;
    // All of them each time: changes are rare where somebody watches.
    const { generation, changed } = await changesSince(this.#redis, this.#store, '0');
    this.#disabled.clear();
    for (const [id, definition] of changed) {
      if (this.#only !== null && id !== this.#only) continue;
      if (definition === null) {
        this.#whole.delete(id);
        this.#byName.delete(id);
      } else this.#take(definition.automation);
    }
    this.#generation = generation;
    return true;
  }

  #take(automation: Automation): void {
    if (!automation.enabled) this.#disabled.add(automation.id);
    const enabled = { ...automation, enabled: true };
    this.#whole.put(planOf(enabled, 0, null));
    this.#byName.put(planOf({ ...enabled, trigger: withoutLabels(enabled.trigger) }, 0, null));
  }
}

function automationsOf(index: TriggerIndex, event: Event): Set<string> {
  return new Set(index.interested(event).map(({ node }) => node.automationId));
}

function withoutLabels(trigger: Trigger): Trigger {
  if (trigger.type !== 'event') {
    const { unless } = trigger;
    return {
      ...trigger,
      triggers: trigger.triggers.map(withoutLabels),
      ...(unless && { unless: unless.map(nameAlone) }),
    };
  }
  const { where: _, resolve, reset, ...rest } = trigger;
  return {
    ...rest,
    match: new Map(),
    matchRelated: [],
    after: trigger.after.map(nameAlone),
    expect: trigger.expect.map(nameAlone),
    ...(reset && { reset: reset.map(nameAlone) }),
    ...(resolve && { resolve: { ...resolve, on: resolve.on.map(nameAlone) } }),
  };
}

function nameAlone(pattern: EventPattern): EventPattern {
  return typeof pattern === 'string' ? pattern : { ...pattern, match: new Map(), matchRelated: [], where: null };
}
