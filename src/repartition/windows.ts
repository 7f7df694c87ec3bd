import type { Part } from '../inspect/parts.ts';
import { encodeKey } from '../match/key.ts';
import type { TriggerNode } from '../match/plan.ts';
import { hashesOf, hashPages, memberPages } from '../redis/movable.ts';
import { keyOfLast } from '../redis/window-text.ts';
import { byTarget, type Copying, stageOf } from './copying.ts';
import type { MovedTrigger } from './definitions.ts';

/** What the index of deadlines of each target says, when all sources are read: how many keys of automations hold state; when triggers are looked at. */
export class KeyIndex {
  readonly counts = new Map<string, Map<string, number>>();
  readonly due = new Map<string, Map<string, number>>();

  count(target: string, owner: string, keys: number): void {
    const counts = this.counts.get(target) ?? new Map<string, number>();
    this.counts.set(target, counts.set(owner, (counts.get(owner) ?? 0) + keys));
  }

  /** @param at ms: a trigger is looked at when the first of its keys is, whichever source that comes from */
  wake(target: string, trigger: string, at: number): void {
    const due = this.due.get(target) ?? new Map<string, number>();
    this.due.set(target, due.set(trigger, Math.min(due.get(trigger) ?? Number.POSITIVE_INFINITY, at)));
  }
}

/** Copies what is kept of the keys of all triggers of a source. */
export async function copyTriggers(c: Copying, { name, store }: Part, held: KeyIndex): Promise<void> {
  const { redis } = c;
  const due = new Set<string>();
  for await (const page of memberPages(redis, store.keys.due)) for (const [trigger] of page) due.add(trigger);
  for (const [trigger, moved] of c.triggers.get(name) ?? []) {
    if (moved.node.trigger.type === 'event') {
      await copyHash(c, moved.node, store.prefixes.windows + trigger, 'windows', (key) => key);
      await copyHash(c, moved.node, store.prefixes.last + trigger, 'last', keyOfLast);
    }
    await copyDeadlines(c, { name, store }, trigger, moved, { isDue: due.has(trigger), held });
  }
  await copyEarly(c, { name, store });
}

async function copyHash(
  c: Copying,
  node: TriggerNode,
  from: string,
  to: 'windows' | 'last',
  keyOf: (field: string) => string,
): Promise<void> {
  for await (const page of hashPages(c.redis, from)) {
    const { add, lists } = byTarget<[string, string]>();
    for (const pair of page) add(c.definitions.homeOfKey(node, keyOf(pair[0])), pair);
    for (const [target, pairs] of lists) {
      const stage = stageOf(c, target);
      await stage.hash(stage.prefixes[to] + node.name, pairs);
    }
    c.count('keys', 0);
  }
}

async function copyDeadlines(
  c: Copying,
  { store }: Part,
  trigger: string,
  { node, children }: MovedTrigger,
  { isDue, held }: Readonly<{ isDue: boolean; held: KeyIndex }>,
): Promise<void> {
  const owner = encodeKey([node.automationId]);
  for await (const page of memberPages(c.redis, store.prefixes.deadlines + trigger)) {
    const { add, lists } = byTarget<[string, string]>();
    for (const [key, score] of page) {
      const target = c.definitions.homeOfKey(node, key);
      add(target, [score, key]);
      if (isDue) held.wake(target, node.name, Number(score));
    }
    for (const [target, members] of lists) {
      const stage = stageOf(c, target);
      await stage.scores(stage.prefixes.deadlines + node.name, members);
      held.count(target, owner, members.length);
    }
    if (node.trigger.type !== 'event')
      await copyGroups(c, store.prefixes.composite + trigger, page, { node, children });
    c.count('keys', page.length);
  }
}

/** The firings of children that a composite keeps, of the groups of one page. */
async function copyGroups(
  c: Copying,
  from: string,
  page: readonly (readonly [group: string, score: string])[],
  { node, children }: MovedTrigger,
): Promise<void> {
  const hashes = await hashesOf(
    c.redis,
    page.map(([group]) => `${from}:${group}`),
  );
  for (const [i, fields] of hashes.entries()) {
    const group = page[i]?.[0] ?? '';
    const stage = stageOf(c, c.definitions.homeOfKey(node, group));
    const pairs = Object.entries(fields).map(([field, text]): [string, string] =>
      field === 'index' ? [field, indexIn(text, children)] : [children.get(field) ?? field, text],
    );
    await stage.hash(`${stage.prefixes.composite + node.name}:${group}`, pairs);
  }
}

/** The index of a group, whose lines begin with the names of children (lua/include/children.lua). */
function indexIn(text: string, children: ReadonlyMap<string, string>): string {
  const lines = text.split('\n').map((line) => {
    const [child = '', ...words] = line.split(' ');
    return [children.get(child) ?? child, ...words].join(' ');
  });
  return lines.join('\n');
}

/** Times of expected events, remembered for arming events that come behind them. */
async function copyEarly(c: Copying, { name, store }: Part): Promise<void> {
  const triggers = c.triggers.get(name);
  for await (const page of memberPages(c.redis, store.keys.early)) {
    for (const [member, end] of page) {
      const at = member.indexOf(':');
      const moved = triggers?.get(member.slice(at + 1));
      if (!moved) continue;
      await copyTimes(c, store.prefixes.early + member, `${member.slice(0, at)}:${moved.node.name}`, end, moved.node);
    }
  }
}

async function copyTimes(c: Copying, from: string, to: string, end: string, node: TriggerNode): Promise<void> {
  for await (const page of hashPages(c.redis, from)) {
    const { add, lists } = byTarget<[string, string]>();
    for (const pair of page) add(c.definitions.homeOfKey(node, pair[0]), pair);
    for (const [target, pairs] of lists) {
      const stage = stageOf(c, target);
      await stage.hash(stage.prefixes.early + to, pairs);
      await stage.scores(stage.keys.early, [[end, to]]);
    }
    c.count('times', page.length);
  }
}
