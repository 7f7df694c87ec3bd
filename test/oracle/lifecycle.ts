import type { Labels } from '../../src/model/event.ts';
import { endOf } from './raised.ts';
import { useUp } from './reminders.ts';
import type { EventNode, Loaded, Node } from './state.ts';
import { type CompositeNode, isStanding, keyText, wholeDefinition } from './state.ts';
import { FORGET_MS } from './windows.ts';

/** Rules 13: what the new definition keeps of the old one, place by place. */
export function carryOver(old: Loaded, next: Loaded): void {
  for (const node of next.nodes) {
    const before = old.nodes.find(({ path }) => path === node.path);
    if (before === undefined || before.definition !== node.definition) continue;
    if (node.kind === 'event' && before.kind === 'event') {
      node.windows = before.windows;
      node.alerts = before.alerts;
      node.early = before.early;
      node.raised = before.raised;
      node.marks = before.marks;
      node.recent = before.recent;
      node.holds = before.holds;
    }
    if (node.kind === 'composite' && before.kind === 'composite') carryGroups(before, node);
  }
}

function carryGroups(before: CompositeNode, node: CompositeNode): void {
  node.groups = before.groups;
  for (const [text, group] of node.groups) {
    for (const child of group.stored.keys()) {
      if (!isUnchanged(before.children[child], node.children[child])) group.stored.delete(child);
    }
    if (group.stored.size === 0) node.groups.delete(text);
  }
}

function isUnchanged(before: Node | undefined, after: Node | undefined): boolean {
  return before !== undefined && after !== undefined && wholeDefinition(before) === wholeDefinition(after);
}

/** Rules 8.3: a standing trigger without key always has a window. */
export function openStanding(loaded: Loaded, asOf: number): void {
  for (const node of loaded.nodes) {
    if (node.kind !== 'event' || !isStanding(node.trigger) || node.trigger.forEach.length > 0) continue;
    if (node.windows.size === 0) openStandingWindow(node, [], asOf);
  }
}

function openStandingWindow(node: EventNode, key: readonly string[], asOf: number): void {
  const end = asOf + node.trigger.withinMs;
  node.windows.set(keyText(key), {
    ...{ key, start: asOf, end, count: 0, last: null, opener: null, openedAsOf: asOf, due: end },
    keepUntil: key.length === 0 ? null : asOf + FORGET_MS,
    silent: false,
    armed: null,
    values: new Set(),
    collected: { events: [], counted: 0 },
  });
}

/** The row "clear": a standing window opens again as by "enable". */
export function clearKey({ automation, nodes }: Loaded, labels: Labels, asOf: number): void {
  for (const node of nodes) {
    const { forEach } = node.trigger;
    if (forEach.length !== Object.keys(labels).length || !forEach.every((name) => name in labels)) continue;
    const key = forEach.map((name) => labels[name] ?? '');
    const text = keyText(key);
    if (node.kind === 'composite') {
      node.groups.delete(text);
      continue;
    }
    const window = node.windows.get(text);
    if (window !== undefined || node.alerts.has(text) || node.raised.has(text)) node.note('cleared');
    for (const memory of [node.windows, node.alerts, node.raised, node.early, node.marks, node.recent, node.holds]) {
      memory.delete(text);
    }
    if (!automation.enabled || !isStanding(node.trigger)) continue;
    if (window !== undefined || forEach.length === 0) openStandingWindow(node, key, asOf);
  }
}

/** The row "enable": standing windows restart, armed ones that ran out are dropped, all else goes on. */
export function restart(loaded: Loaded, asOf: number): void {
  for (const node of loaded.nodes) {
    if (node.kind !== 'event') continue;
    restartAlerts(node, asOf);
    if (node.trigger.posture !== 'Proactive') continue;
    if (isStanding(node.trigger)) restartStanding(node, asOf);
    else for (const [text, window] of node.windows) if (window.end <= asOf) node.windows.delete(text);
  }
}

/** Rules 17.11: what passed while nobody looked is over without a word. */
function restartAlerts(node: EventNode, asOf: number): void {
  for (const [text, raised] of node.raised) {
    const end = endOf(node, raised);
    if (end === null || end > asOf) continue;
    node.raised.delete(text);
    node.windows.delete(text);
  }
  for (const { reminding } of [...node.raised.values(), ...node.alerts.values()]) {
    if (reminding !== null) useUp(reminding, asOf);
  }
}

function restartStanding(node: EventNode, asOf: number): void {
  for (const window of node.windows.values()) {
    const end = asOf + node.trigger.withinMs;
    Object.assign(window, { start: asOf, end, count: 0, openedAsOf: asOf, due: end, silent: false });
    Object.assign(window, { values: new Set(), collected: { events: [], counted: 0 } });
    if (window.keepUntil !== null) window.keepUntil = asOf + FORGET_MS;
  }
}
