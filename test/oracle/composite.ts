import type { ModelEvent } from './event.ts';
import { type Firing, makeFiring } from './firing.ts';
import { keyOf, meets } from './keys.ts';
import { type Alert, type CompositeNode, type EventNode, type Group, keyText, type Stored } from './state.ts';
import { storyOfChildren } from './story.ts';
import { FORGET_MS, KEEP_MS } from './windows.ts';

export type Received = { readonly child: number; readonly firing: Firing };

/** Rules 9: all firings the children produced from one event, in declared order, or one from settling. */
export function applyComposite(node: CompositeNode, received: readonly Received[], asOf: number): Firing | null {
  const first = received[0];
  if (first === undefined) return null;
  // All received firings carry the same event, hence belong to the same group.
  const key = keyOf(first.firing.event, node.trigger.forEach);
  if (node.trigger.needed === 1) return fire(node, key, [first.firing], first.firing);

  const group = groupOf(node, key);
  forgetStored(group, asOf);
  const timely = dropOutdated(node, group, received);
  const last = store(node, group, chooseStep(node, group, timely), asOf);
  const complete = last !== null && isReady(node, group);
  const children = [...group.stored].sort(([a], [b]) => a - b).map(([, stored]) => stored.firing);
  if (complete || group.stored.size === 0) node.groups.delete(keyText(key));
  return complete ? fire(node, key, children, last) : null;
}

function fire(node: CompositeNode, key: readonly string[], children: readonly Firing[], last: Firing): Firing {
  return makeFiring(node, key, {
    event: last.event,
    time: last.time,
    children,
    cause: [last.id],
    story: storyOfChildren(node, children),
  });
}

function groupOf(node: CompositeNode, key: readonly string[]): Group {
  const known = node.groups.get(keyText(key));
  if (known !== undefined) return known;
  const group: Group = { key, stored: new Map(), applications: 0 };
  node.groups.set(keyText(key), group);
  return group;
}

/** Rules 9, taken back: the alert of a child has ended, so its firing is dropped from the compound right above, if it is still there. */
export function takeBack({ parent, index, note }: EventNode, { firing }: Alert): void {
  if (parent?.trigger.type !== 'compound') return;
  for (const [text, group] of parent.groups) {
    if (group.stored.get(index)?.firing !== firing) continue;
    note('taken back');
    group.stored.delete(index);
    if (group.stored.size === 0) parent.groups.delete(text);
  }
}

/** Rules 17.9: an event of `unless` empties its group of what lies not behind it. */
export function emptyGroup(node: CompositeNode, event: ModelEvent): void {
  const text = keyText(keyOf(event, node.trigger.forEach));
  const group = node.groups.get(text);
  if (group === undefined || !meets(node.trigger.unless, event)) return;
  for (const [child, stored] of group.stored) if (stored.firing.time <= event.t) group.stored.delete(child);
  if (group.stored.size === 0) node.groups.delete(text);
}

export function forgetStored(group: Group, asOf: number): void {
  for (const [child, stored] of group.stored) if (stored.keepUntil <= asOf) group.stored.delete(child);
}

/** Exactly `within` apart stays. */
function dropOutdated(node: CompositeNode, group: Group, received: readonly Received[]): readonly Received[] {
  const { withinMs: within } = node.trigger;
  if (within === null) return received;
  const firings = [...group.stored.values(), ...received].map(({ firing }) => firing.time);
  const oldest = Math.max(...firings) - within;
  for (const [child, stored] of group.stored) if (stored.firing.time < oldest) group.stored.delete(child);
  return received.filter(({ firing }) => firing.time >= oldest);
}

/** A sequence takes one step at most: the next one if it is there, else the first received. */
function chooseStep(node: CompositeNode, group: Group, received: readonly Received[]): readonly Received[] {
  if (node.trigger.type !== 'sequence') return received;
  const next = progress(node, group);
  const chosen = received.find(({ child }) => child === next) ?? received[0];
  return chosen === undefined ? [] : [chosen];
}

const inOrder = (a: Stored, b: Stored): boolean =>
  a.firing.time < b.firing.time || (a.firing.time === b.firing.time && a.application < b.application);

/** How many leading children are stored with times in order. */
function progress(node: CompositeNode, group: Group): number {
  let previous: Stored | undefined;
  for (const { index } of node.children) {
    const stored = group.stored.get(index);
    if (stored === undefined || (previous !== undefined && !inOrder(previous, stored))) return index;
    previous = stored;
  }
  return node.children.length;
}

/** The firing stored last, or null if a newer one of the same child kept each out. */
function store(node: CompositeNode, group: Group, received: readonly Received[], asOf: number): Firing | null {
  const { withinMs: within } = node.trigger;
  let last: Firing | null = null;
  for (const { child, firing } of received) {
    const present = group.stored.get(child);
    if (present !== undefined && present.firing.time > firing.time) continue;
    const keepUntil =
      within === null ? Math.max(firing.time, asOf) + FORGET_MS : Math.max(firing.time + within, asOf) + KEEP_MS;
    group.applications += 1;
    group.stored.set(child, { firing, application: group.applications, keepUntil });
    last = firing;
  }
  return last;
}

function isReady(node: CompositeNode, group: Group): boolean {
  if (node.trigger.type === 'compound') return group.stored.size >= node.trigger.needed;
  return progress(node, group) === node.children.length;
}
