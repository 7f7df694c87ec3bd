import type { Part } from '../inspect/parts.ts';
import { fieldsOfHash, hashesOf, memberPages } from '../redis/movable.ts';
import { type Copying, stageOf } from './copying.ts';
import type { MovedEntry } from './streams.ts';

/*
 * What goes out later (lua/include/waiting.lua): `h <until> <entry>`, a firing that is held; `g <group>`; `s <closing>` of a budget. Groups and
 * budgets are those of a partition: a group whose firings go to several becomes one on each.
 */

/** Entries of the ledger that something waits for, as `<source> <entry>`. */
export async function neededEntries({ redis, sources }: Copying): Promise<Set<string>> {
  const needed = new Set<string>();
  for (const { name, store } of sources)
    for await (const page of memberPages(redis, store.keys.needed))
      for (const [member] of page) needed.add(`${name} ${member.slice(0, member.indexOf(' '))}`);
  return needed;
}

/** @param moved where the entries went that something waits for */
export async function copyWaiting(c: Copying, moved: ReadonlyMap<string, MovedEntry>): Promise<void> {
  for (const source of c.sources) {
    const grouping = await fieldsOfHash(c.redis, source.store.keys.grouping);
    const budgets = await fieldsOfHash(c.redis, source.store.keys.budgets);
    for await (const page of memberPages(c.redis, source.store.keys.waiting)) {
      for (const [member, at] of page) {
        const [kind = '', id = ''] = [member.slice(0, 1), member.slice(2)];
        if (kind === 'h') await copyHeld(c, source, id, at, moved);
        if (kind === 'g') await copyGroup(c, source, { id, at, grouping }, moved);
        if (kind === 's') await copyClosing(c, source, { id, at, budgets }, moved);
      }
    }
  }
}

/** It goes out at `at`, and needs these entries until then. */
async function wait(c: Copying, target: string, member: string, at: string, entries: readonly string[]): Promise<void> {
  const stage = stageOf(c, target);
  await stage.scores(stage.keys.waiting, [[at, member]]);
  await stage.scores(
    stage.keys.needed,
    entries.map((entry) => [entry.split('-')[0] ?? '0', `${entry} ${member}`] as const),
  );
}

async function copyHeld(
  c: Copying,
  { name }: Part,
  id: string,
  at: string,
  moved: ReadonlyMap<string, MovedEntry>,
): Promise<void> {
  const [till = '', entry = ''] = id.split(' ');
  const to = moved.get(`${name} ${entry}`);
  if (to) await wait(c, to.target, `h ${till} ${to.entry}`, at, [to.entry]);
}

type Group = Readonly<{ id: string; at: string; grouping: Record<string, string> }>;

async function copyGroup(
  c: Copying,
  { name: source, store }: Part,
  { id, at, grouping }: Group,
  moved: ReadonlyMap<string, MovedEntry>,
): Promise<void> {
  const [fields = {}] = await hashesOf(c.redis, [store.prefixes.group + id]);
  const index = id.slice(id.lastIndexOf('-') + 1);
  const numbered = Object.keys(fields).filter((name) => /^n\d+$/.test(name));
  const entries = numbered
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
    .flatMap((number) => moved.get(`${source} ${fields[number]}`) ?? []);
  const name = nameIn(c, source, fields.name ?? '');
  for (const target of new Set(entries.map((entry) => entry.target))) {
    const own = entries.filter((entry) => entry.target === target);
    const isFirst = entries[0]?.target === target;
    const group = isFirst ? id : `${own[0]?.firing}-${index}`;
    const stage = stageOf(c, target);
    const bytes = Math.ceil((Number(fields.bytes) * own.length) / entries.length);
    const base = { name, since: fields.since ?? at, count: String(own.length), bytes: String(bytes) };
    const members = own.map(({ entry }, i): [string, string] => [`n${i + 1}`, entry]);
    await stage.hash(stage.prefixes.group + group, [...Object.entries(base), ...members]);
    if (grouping[fields.name ?? ''] === id) await stage.hash(stage.keys.grouping, [[name, group]]);
    await wait(
      c,
      target,
      `g ${group}`,
      at,
      own.map(({ entry }) => entry),
    );
  }
}

/** `<automation> <revision> <number of the action> <labels>` with the revision that the document has there. */
function nameIn(c: Copying, source: string, name: string): string {
  const [, automation, revision = '', rest] = /^(.*?) (\d+) (\d+ .*)$/s.exec(name) ?? [];
  return automation === undefined ? name : `${automation} ${c.revisionIn(source, automation, revision)} ${rest}`;
}

type WaitingClosing = Readonly<{ id: string; at: string; budgets: Record<string, string> }>;

async function copyClosing(
  c: Copying,
  { name, store }: Part,
  { id, at, budgets }: WaitingClosing,
  moved: ReadonlyMap<string, MovedEntry>,
): Promise<void> {
  const [fields = {}] = await hashesOf(c.redis, [store.prefixes.closing + id]);
  const { automation = '', entry = '' } = fields;
  const to = moved.get(`${name} ${entry}`);
  if (to === undefined) return;
  const stage = stageOf(c, to.target);
  await stage.hash(stage.prefixes.closing + id, Object.entries({ ...fields, entry: to.entry }));
  const open = budgets[automation];
  if (open?.startsWith(`${id} `)) await stage.hash(stage.keys.budgets, [[automation, open]]);
  await wait(c, to.target, `s ${id}`, at, [to.entry]);
}
