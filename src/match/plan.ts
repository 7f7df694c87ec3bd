import { createHash } from 'node:crypto';
import { type Automation, isShadow } from '../model/automation.ts';
import { plainPattern } from '../model/pattern.ts';
import type { CompositeTrigger, EventTrigger, Spec, Trigger } from '../model/trigger.ts';
import { compareText, encodeKey } from './key.ts';

/**
 * One trigger at its place in the tree. `name` is its state name: automation, place and the revision since which its own
 * definition is unchanged. State belongs to the definition (rules 13), so a changed definition has another name and
 * finds nothing. Byte order of names is the order of settling: automation id, then place depth first.
 */
export type TriggerNode = Readonly<{
  name: string;
  automationId: string;
  /** Child indices from the root, joined by dots; the root is ''. */
  path: string;
  /** Position depth first, from 0. */
  order: number;
  index: number;
  parent: string | null;
  trigger: EventTrigger | CompositeTrigger;
  /** The field under which a composite stores this child's firing; it changes as soon as anything below changes. */
  child: string;
  /** Digest of its own definition, and of all below. */
  own: string;
  tree: string;
  /** Revisions since which these two are unchanged. */
  ownSince: number;
  treeSince: number;
  /** Whether scripts keep more of its keys than a window: it uses keys of rules 17, or did, and what these left stays (rules 17.11). */
  rich: boolean;
}>;

/** An automation at one revision with all of its triggers, depth first in declared order. */
export type Plan = Readonly<{ automation: Automation; revision: number; nodes: readonly TriggerNode[] }>;

/** What is kept in Redis of a plan, besides the document. */
export type StoredPlan = Readonly<{
  revision: number;
  places: readonly Readonly<{
    path: string;
    own: string;
    tree: string;
    ownSince: number;
    treeSince: number;
    rich?: true;
  }>[];
}>;

/** Path as text whose byte order is depth first order, also beyond ten children: 0 … 9, a10 … a99, b100 … */
function sortablePath(path: string): string {
  if (path === '') return '';
  return path
    .split('.')
    .map((index) => (index.length === 1 ? index : String.fromCharCode(0x5f + index.length) + index))
    .join('.');
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);

const plainSpec = (spec: Spec): unknown => [...spec].sort(([a], [b]) => compareText(a, b));

/**
 * The definition as values whose JSON is equal when the meaning is (rules 13, first column, and 17.11). A trigger that uses no key of
 * rules 17 has the digest that it had before there were any: ids of firings are made of it.
 */
function meaning(trigger: Trigger): unknown {
  if (trigger.type !== 'event') return [trigger.type, trigger.require, trigger.withinMs, trigger.forEach];
  const related = trigger.matchRelated.map(plainSpec).map((spec) => JSON.stringify(spec));
  const { where, distinct, sum, sliding, reset, resolve } = trigger;
  const more = {
    where,
    distinct,
    sum,
    sliding,
    reset: reset?.map(plainPattern),
    resolve: resolve && [resolve.on.map(plainPattern), resolve.afterMs],
  };
  return [
    trigger.posture,
    trigger.threshold,
    trigger.withinMs,
    plainSpec(trigger.match),
    [...new Set(related)].sort(compareText),
    trigger.after.map(plainPattern),
    trigger.expect.map(plainPattern),
    trigger.forEach,
    ...(Object.values(more).some((value) => value !== undefined) ? [more] : []),
  ];
}

function treeDigest(trigger: Trigger): string {
  if (trigger.type === 'event') return digest(meaning(trigger));
  return digest([meaning(trigger), trigger.triggers.map(treeDigest)]);
}

/**
 * Lays an automation out at `revision`. A trigger whose definition is the one that stands at the same place in
 * `previous` keeps its name, and with it its state (rules 13).
 */
export function planOf(automation: Automation, revision: number, previous: StoredPlan | null): Plan {
  const before = new Map(previous?.places.map((place) => [place.path, place]));
  const nodes: TriggerNode[] = [];
  const visit = (trigger: Trigger, parent: string | null, index: number): void => {
    const path = parent === null ? '' : parent === '' ? String(index) : `${parent}.${index}`;
    const own = digest(meaning(trigger));
    const tree = treeDigest(trigger);
    const old = before.get(path);
    const ownSince = old?.own === own ? old.ownSince : revision;
    const treeSince = old?.tree === tree ? old.treeSince : revision;
    const rich = trigger.type === 'event' && (isRich(trigger) || (old?.own === own && old.rich === true));
    const name = stateName(automation.id, path, ownSince);
    const order = nodes.length;
    const child = `${index}.${treeSince}`;
    nodes.push({
      name,
      automationId: automation.id,
      path,
      order,
      index,
      parent,
      trigger,
      child,
      own,
      tree,
      ownSince,
      treeSince,
      rich,
    });
    if (trigger.type === 'event') return;
    for (const [i, below] of trigger.triggers.entries()) visit(below, path, i);
  };
  visit(automation.trigger, null, 0);
  return { automation, revision, nodes };
}

/** The state names that a stored plan gave to the triggers of an automation. */
export function stateNamesOf(id: string, { places }: StoredPlan): string[] {
  return places.map(({ path, ownSince }) => stateName(id, path, ownSince));
}

function stateName(id: string, path: string, ownSince: number): string {
  return `${encodeKey([id])}+${sortablePath(path)}+${ownSince}`;
}

/** What to keep of a plan so that the next change knows what stays. */
export function storedPlan(plan: Plan): StoredPlan {
  const places = plan.nodes.map(({ path, own, tree, ownSince, treeSince, rich }) => ({
    path,
    own,
    tree,
    ownSince,
    treeSince,
    ...(rich && { rich }),
  }));
  return { revision: plan.revision, places };
}

/** What scripts need to know of a trigger, in the order of lua/include/definition.lua; '' where a kind of trigger has none. */
export function compiledFields(plan: Plan, node: TriggerNode): string[] {
  const { trigger } = node;
  const byPath = new Map(plan.nodes.map((other) => [other.path, other]));
  const children = plan.nodes.filter((other) => other.parent === node.path).map((other) => other.child);
  const isEvent = trigger.type === 'event';
  return [
    String(kindOf(node)),
    node.automationId,
    String(plan.revision),
    plan.automation.name,
    node.path,
    String(node.order),
    node.child,
    node.parent === null ? '' : (byPath.get(node.parent)?.name ?? ''),
    trigger.type,
    JSON.stringify(trigger.forEach),
    trigger.withinMs === null ? '' : String(trigger.withinMs),
    stemOf(node.automationId, node.path, node.tree),
    isEvent ? String(trigger.threshold) : '',
    isEvent && !trigger.repeat ? '1' : '',
    isEvent ? '' : String(trigger.needed),
    isEvent ? '' : JSON.stringify(children),
    isEvent && node.rich ? JSON.stringify(keysOf(trigger)) : '',
    isShadow(plan.automation) ? '1' : '',
  ];
}

/** Whether a trigger uses keys of rules 17 that scripts have to know of: those that they are given, or a value that is counted. */
function isRich(trigger: EventTrigger): boolean {
  const { distinct, sum } = trigger;
  return [distinct, sum, ...Object.values(keysOf(trigger))].some((key) => key !== undefined);
}

/** Keys of rules 17 as lua/include/engine.lua gives them to the rules; durations in ms. undefined: the trigger does not use it. */
function keysOf(trigger: EventTrigger): Readonly<Record<string, unknown>> {
  const { sliding, cooldownMs, reset, resolve, remindMs, remindLimit, collect } = trigger;
  return {
    sliding,
    cooldown: cooldownMs,
    reset: reset && true,
    resolve: resolve && true,
    resolve_after: resolve?.afterMs ?? undefined,
    remind: remindMs,
    remind_limit: remindLimit,
    collect,
  };
}

/** What the ids of a trigger's firings begin with. */
export function stemOf(automationId: string, path: string, tree: string): string {
  return [automationId, path, tree].map(lengthened).join('');
}

/** A part of what the ids of firings are made of (lua/include/firing.lua): with its length in bytes before it. */
function lengthened(part: string): string {
  return `${Buffer.byteLength(part)}:${part}`;
}

/**
 * The sum of what holds, as lua/include/state.lua reads it: 1 Proactive, 2 `after`, 4 standing, 8 keyed, 16 the root of its tree, 32 keys of
 * part two (rules 17), 64 `distinct`, 128 `sum`.
 */
export function kindOf({ trigger, parent, rich }: TriggerNode): number {
  if (trigger.type !== 'event') return parent === null ? 16 : 0;
  const flags = [
    trigger.posture === 'Proactive',
    trigger.after.length > 0,
    isStanding(trigger),
    trigger.forEach.length > 0,
    parent === null,
    rich,
    trigger.distinct !== undefined,
    trigger.sum !== undefined,
  ];
  return flags.reduce((sum, holds, i) => (holds ? sum + 2 ** i : sum), 0);
}

/** A Proactive trigger without `after` watches all the time (rules 8.3). */
export function isStanding(trigger: EventTrigger): boolean {
  return trigger.posture === 'Proactive' && trigger.after.length === 0;
}
