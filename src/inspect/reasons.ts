import type { Redis } from 'ioredis';
import { planOf } from '../match/plan.ts';
import { TriggerIndex } from '../match/trigger-index.ts';
import type { Automation } from '../model/automation.ts';
import type { Event } from '../model/event.ts';
import { decode } from '../model/intake.ts';
import type { EventPattern, Trigger } from '../model/trigger.ts';
import { changesSince } from '../redis/definition-changes.ts';
import { countDefinitions, currentGeneration } from '../redis/definitions.ts';
import { readEach } from '../redis/log.ts';
import type { Store } from '../redis/store.ts';
import { idIn, partOfId } from './parts.ts';

/** With more automations, reasons are known of a single one only: each is held three times, and may have to be asked for each event. */
const AUTOMATIONS_LIMIT = 5_000;

/** Entries read in one round trip: they can be large. */
const ENTRIES_AT_ONCE = 100;

/** Most reasons given for an event: more than anybody reads. */
const REASONS_LIMIT = 20;

/**
 * What an automation that waits for an event's name makes of it. `wanted`: it takes it. `disabled`: it would, if it was enabled. `causes`: it
 * would, but for the automations that led to it (rules 14). `condition`: it meets no condition of its triggers. `labels`: they ask for
 * other labels.
 */
export type Reason = Readonly<{ automation: string; why: 'wanted' | 'disabled' | 'causes' | 'condition' | 'labels' }>;

/** Says what becomes of events, as the definitions stand now. It asks the same index as the workers do. */
export class Reasons {
  readonly #redis: Redis;
  readonly #log: Redis;
  readonly #store: Store;
  /** The id of the only automation that is asked about, or null. */
  readonly #only: string | null;
  /** All automations as if they were enabled; the same without conditions; and without the labels that they ask for, too. */
  readonly #whole = new TriggerIndex();
  readonly #byLabels = new TriggerIndex();
  readonly #byName = new TriggerIndex();
  readonly #disabled = new Set<string>();
  #generation = '0';

  /** @param log a connection for reads of the log */
  constructor(redis: Redis, store: Store, only: string | null, log: Redis = redis) {
    this.#redis = redis;
    this.#log = log;
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
      for (const entry of await readEach(this.#log, this.#store, entries.slice(from, from + ENTRIES_AT_ONCE))) {
        const decoded = decode(entry);
        if (decoded.kind === 'event') reasons.set(entry.id, this.#reasons(decoded.event));
      }
    }
    return reasons;
  }

  #reasons(event: Event): Reason[] {
    const freed = { ...event, causeChain: [] };
    const covered = automationsOf(this.#whole, freed);
    const labelled = automationsOf(this.#byLabels, freed);
    const wanted = automationsOf(this.#whole, event);
    const whyOf = (id: string): Reason['why'] => {
      if (!covered.has(id)) return labelled.has(id) ? 'condition' : 'labels';
      if (!wanted.has(id)) return 'causes';
      return this.#disabled.has(id) ? 'disabled' : 'wanted';
    };
    const all = [...automationsOf(this.#byName, freed)].map((id) => ({ automation: id, why: whyOf(id) }));
    return all.sort((a, b) => rank(a) - rank(b)).slice(0, REASONS_LIMIT);
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
        this.#byLabels.delete(id);
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
    this.#byLabels.put(planOf({ ...enabled, trigger: without(enabled.trigger, NO_CONDITION) }, 0, null));
    this.#byName.put(planOf({ ...enabled, trigger: without(enabled.trigger, NO_LABELS) }, 0, null));
  }
}

/** The same where the entries are those of partitions, which their names tell: `7/1795906202819-0`. */
export class PartReasons {
  readonly #each: ReadonlyMap<string, Reasons>;

  constructor(each: ReadonlyMap<string, Reasons>) {
    this.#each = each;
  }

  async of(entries: readonly string[]): Promise<ReadonlyMap<string, readonly Reason[]>> {
    const all = new Map<string, readonly Reason[]>();
    for (const [part, names] of Map.groupBy(entries, (entry) => partOfId(entry).part)) {
      const found = await this.#each.get(part)?.of(names.map((name) => partOfId(name).id));
      for (const [id, reasons] of found ?? []) all.set(idIn(part, id), reasons);
    }
    return all;
  }
}

function automationsOf(index: TriggerIndex, event: Event): Set<string> {
  return new Set(index.interested(event).map(({ node }) => node.automationId));
}

/** What a trigger and its patterns ask for besides names, overwritten. */
const NO_CONDITION = Object.freeze({ where: null });
const NO_LABELS = Object.freeze({ ...NO_CONDITION, match: new Map(), matchRelated: [] });

function without(trigger: Trigger, asks: typeof NO_CONDITION | typeof NO_LABELS): Trigger {
  const loosen = (list: readonly EventPattern[]): readonly EventPattern[] =>
    list.map((pattern) => (typeof pattern === 'string' ? pattern : { ...pattern, ...asks }));
  if (trigger.type !== 'event') {
    const triggers = trigger.triggers.map((child) => without(child, asks));
    return { ...trigger, triggers, ...(trigger.unless && { unless: loosen(trigger.unless) }) };
  }
  const { where: _, resolve, reset, ...rest } = trigger;
  const { where: __, ...labels } = asks;
  return {
    ...rest,
    ...labels,
    after: loosen(trigger.after),
    expect: loosen(trigger.expect),
    ...(reset && { reset: loosen(reset) }),
    ...(resolve && { resolve: { ...resolve, on: loosen(resolve.on) } }),
  };
}

/** Those that tell most come first: what has no more in common with the event than its name says least. */
function rank({ why }: Reason): number {
  return why === 'labels' ? 2 : why === 'condition' ? 1 : 0;
}
