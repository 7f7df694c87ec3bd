import { labelsOfKey } from '../match/key.ts';
import { isSpread } from '../match/placement.ts';
import { compiledFields, type Plan, planOf, type StoredPlan, storedPlan, type TriggerNode } from '../match/plan.ts';
import type { Automation } from '../model/automation.ts';
import type { Labels } from '../model/event.ts';
import { GLOBAL_PARTITION, type PartitionLayout, partitionOf } from '../model/partition.ts';

/** What a source calls a trigger, and what it is called where it goes. */
export type MovedTrigger = Readonly<{ node: TriggerNode; children: ReadonlyMap<string, string> }>;

/** An automation as it stands at the front, with the trigger names and revisions that all targets give it. */
export type MovedAutomation = Readonly<{ automation: Automation; text: string; plan: Plan; spread: boolean }>;

/** The plan of an automation, as it stands in a source. */
export type SourceAutomation = Readonly<{ plan: StoredPlan }>;

/** What all automations are called where they go, and where they live there. MovedRevisions and state names are those of the front. */
export class MovedDefinitions {
  readonly all: ReadonlyMap<string, MovedAutomation>;
  readonly #layout: PartitionLayout | null;

  constructor(all: ReadonlyMap<string, MovedAutomation>, layout: PartitionLayout | null) {
    this.all = all;
    this.#layout = layout;
  }

  /** Whether an automation lives on a target. One that is gone may have fired on any. */
  livesOn(id: string, target: string): boolean {
    const known = this.all.get(id);
    if (this.#layout === null || known === undefined) return true;
    return known.spread === (target !== GLOBAL_PARTITION);
  }

  /** The target of a key of a trigger. */
  homeOfKey({ automationId, trigger }: TriggerNode, key: string): string {
    return this.homeOf(automationId, labelsOfKey(trigger.forEach, key));
  }

  /** The target of the key with these labels. What is gone, and did not have the label, is global. */
  homeOf(id: string, labels: Labels): string {
    if (this.#layout === null) return '';
    const { by, count } = this.#layout;
    const known = this.all.get(id);
    const spread = known === undefined ? Object.hasOwn(labels, by) : known.spread;
    return spread ? String(partitionOf(labels[by] ?? '', count)) : GLOBAL_PARTITION;
  }
}

/** @param sources what each source has of it, of those on which it lives */
export function movedAutomation(
  automation: Automation,
  text: string,
  stored: StoredPlan,
  layout: PartitionLayout | null,
  sources: readonly SourceAutomation[],
): MovedAutomation {
  // What a trigger left that was once rich stays, whichever partition it is in.
  const rich = new Set(
    sources.flatMap(({ plan }) => plan.places.filter((place) => place.rich).map(({ path }) => path)),
  );
  const places = stored.places.map((place) => (rich.has(place.path) ? { ...place, rich: true as const } : place));
  return {
    automation,
    text,
    plan: planOf(automation, stored.revision, { ...stored, places }),
    spread: layout !== null && isSpread(automation.trigger, layout.by),
  };
}

/** The triggers of an automation by the names that a source has for them. */
export function movedTriggers(
  { automation, plan }: MovedAutomation,
  source: SourceAutomation,
): [string, MovedTrigger][] {
  const there = planOf(automation, source.plan.revision, source.plan).nodes;
  return there.map((node, i) => {
    const children = there.flatMap((below, at): [string, string][] =>
      below.parent === node.path ? [[below.child, plan.nodes[at]?.child ?? below.child]] : [],
    );
    return [node.name, { node: plan.nodes[i] ?? node, children: new Map(children) }];
  });
}

/** Whether a source has the definition of now: else what it keeps belongs to another one. */
export function isSame({ plan }: MovedAutomation, source: SourceAutomation): boolean {
  const digests = new Map(source.plan.places.map(({ path, tree }) => [path, tree]));
  return plan.nodes.every(({ path, tree }) => digests.get(path) === tree);
}

/** The compiled triggers, by their names. */
export function compiled({ plan }: MovedAutomation): (readonly [name: string, fields: readonly string[]])[] {
  return plan.nodes.map((node) => [node.name, compiledFields(plan, node)]);
}

/** The plan as it is kept. */
export function planText({ plan }: MovedAutomation): string {
  return JSON.stringify(storedPlan(plan));
}

/** Gives each document that was in force somewhere one number: that of the front where it has it, else one that nobody uses. */
export class MovedRevisions {
  /** Automation id -> number -> document. */
  readonly #documents = new Map<string, Map<string, string>>();

  /** Makes a document known, under the number that it has at the front. */
  know(id: string, revision: string, document: string): void {
    this.of(id).set(revision, document);
  }

  /** The number of a document that a source knows as `revision`. */
  numberOf(id: string, revision: string, document: string): string {
    const known = this.of(id);
    if (known.get(revision) === document) return revision;
    for (const [number, text] of known) if (text === document) return number;
    let free = 1;
    while (known.has(String(free))) free += 1;
    known.set(String(free), document);
    return String(free);
  }

  /** Automations of which documents are known, those that are gone included. */
  ids(): string[] {
    return [...this.#documents.keys()];
  }

  /** All documents of an automation by their numbers. */
  of(id: string): Map<string, string> {
    const known = this.#documents.get(id) ?? new Map<string, string>();
    this.#documents.set(id, known);
    return known;
  }
}
