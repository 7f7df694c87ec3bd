import type { Labels } from '../model/event.ts';
import { FRONT } from '../model/fed.ts';
import type { Entry } from '../model/intake.ts';
import { GLOBAL_PARTITION } from '../model/partition.ts';
import { isRecord } from '../model/record.ts';
import { isAfter } from '../redis/log.ts';
import { entryPages, type RawEntry } from '../redis/movable.ts';
import { shownJson } from '../redis/stored.ts';
import { type Copying, stageOf } from './copying.ts';

/** Forms of one log alone: what they say is said by the marks of the new one, and released events were applied there. */
const OF_ONE_LOG: ReadonlySet<string> = new Set(['released', 'reached', 'opened', 'closed']);

/** An entry of a stream, and the source that it stands in. */
type Found = Readonly<{ source: string; entry: RawEntry }>;

/** The entries of the same stream of several sources, in the order of their ids. */
async function* merged(
  sources: readonly Readonly<{ name: string; pages: AsyncGenerator<RawEntry[]> }>[],
): AsyncGenerator<Found> {
  const heads = sources.map(({ name, pages }) => ({ name, pages, page: [] as RawEntry[], at: 0 }));
  const headOf = ({ page, at }: (typeof heads)[number]): RawEntry => page[at] as RawEntry;
  const fill = async (head: (typeof heads)[number]): Promise<boolean> => {
    if (head.at < head.page.length) return true;
    const { value, done } = await head.pages.next();
    [head.page, head.at] = [done ? [] : value, 0];
    return head.page.length > 0;
  };
  for (let open = heads; ; ) {
    const filled: typeof heads = [];
    for (const head of open) if (await fill(head)) filled.push(head);
    open = filled;
    let first = open[0];
    if (first === undefined) return;
    for (const head of open) if (isAfter(headOf(first).id, headOf(head).id)) first = head;
    const entry = headOf(first);
    first.at += 1;
    yield { source: first.name, entry };
  }
}

function pagesOf(c: Copying, key: 'events' | 'firings' | 'dead', end?: string): AsyncGenerator<Found> {
  const { redis, sources } = c;
  return merged(sources.map(({ name, store }) => ({ name, pages: entryPages(redis, store.keys[key], end) })));
}

/**
 * Copies what was applied of the logs into those of the partitions, in the form in which it would have been fed. One engine has the front
 * log, in which it stands.
 * @returns how many entries each log has then
 */
export async function copyLog(c: Copying): Promise<ReadonlyMap<string, number>> {
  const added = new Map([...c.stages.keys()].map((name) => [name, 0]));
  if (c.to === null) return added;
  for await (const { source, entry } of pagesOf(c, 'events', c.from === null ? c.cut : undefined)) {
    const fields = entry.fields.map(String);
    const targets = targetsIn(c, source, { id: entry.id, fields });
    if (targets.length === 0) continue;
    const came = fields[0] === 'fed' ? entry.fields : ['fed', `${source || FRONT} ${entry.id}`, ...entry.fields];
    for (const target of targets) {
      const stage = stageOf(c, target);
      await stage.entry(stage.keys.events, entry.id, came);
      added.set(target, (added.get(target) ?? 0) + 1);
    }
    c.count('entries', 1);
  }
  return added;
}

/** The global log has copies of what stands in the others, and what was decided there. */
function targetsIn({ routing }: Copying, source: string, entry: Entry): readonly string[] {
  const form = entry.fields[0] ?? '';
  if (OF_ONE_LOG.has(form)) return [];
  if (source === GLOBAL_PARTITION) return form === 'fed' ? [] : [GLOBAL_PARTITION];
  return routing?.targetsOf(entry, 'front') ?? [];
}

/** Where an entry of a ledger went, and the id of its firing. */
export type MovedEntry = Readonly<{ target: string; entry: string; firing: string }>;

/** Ids of firings, and entries as `<source> <entry>`, of which has to be known where they went. */
export type AskedOfLedger = Readonly<{ firings: ReadonlySet<string>; entries: ReadonlySet<string> }>;

/** Copies the ledgers. @returns where went what was asked about */
export async function copyLedger(
  c: Copying,
  asked: AskedOfLedger,
): Promise<Readonly<{ homes: ReadonlyMap<string, string>; moved: ReadonlyMap<string, MovedEntry> }>> {
  const homes = new Map<string, string>();
  const moved = new Map<string, MovedEntry>();
  for await (const { source, entry } of pagesOf(c, 'firings')) {
    const { id: firing, target, fields } = movedFiring(c, source, entry.fields);
    const stage = stageOf(c, target);
    const given = await stage.entry(stage.keys.firings, entry.id, fields);
    if (asked.firings.has(firing)) homes.set(firing, target);
    const place = `${source} ${entry.id}`;
    if (asked.entries.has(place)) moved.set(place, { target, entry: given, firing });
    c.count('firings', 1);
  }
  return { homes, moved };
}

type MovedFiring<T> = Readonly<{ id: string; target: string; fields: T[] }>;

/** A firing with the revision that its document has there. */
function movedFiring<T extends string | Buffer>(
  c: Copying,
  source: string,
  fields: readonly T[],
): MovedFiring<T | string> {
  const at = (name: string): number => {
    const found = fields.findIndex((text, i) => i % 2 === 0 && String(text) === name);
    return found + 1;
  };
  const of = (name: string): string => (at(name) === 0 ? '' : String(fields[at(name)]));
  const moved: (T | string)[] = [...fields];
  const revision = c.revisionIn(source, of('automation'), of('revision'));
  if (at('revision') > 0) moved[at('revision')] = revision;
  const labels = labelsIn(of('labels'));
  return { id: of('firing'), target: c.definitions.homeOf(of('automation'), labels), fields: moved };
}

/** Labels of a key as JSON; none where others wrote something else there. */
export function labelsIn(json: string): Labels {
  const labels = shownJson(json);
  return isRecord(labels) ? (labels as Labels) : {};
}

/** Copies the dead letters: each goes where it would be sent again. */
export async function copyLetters(c: Copying): Promise<void> {
  for await (const { source, entry } of pagesOf(c, 'dead')) {
    const fields: (Buffer | string)[] = [...entry.fields];
    const at = (name: string): number => fields.findIndex((text, i) => i % 2 === 0 && String(text) === name) + 1;
    const target = letterHome(c, source, String(fields[at('source')]), fields, at);
    const stage = stageOf(c, target);
    await stage.entry(stage.keys.dead, entry.id, fields);
    c.count('letters', 1);
  }
}

function letterHome(
  c: Copying,
  source: string,
  of: string,
  fields: (Buffer | string)[],
  at: (name: string) => number,
): string {
  const [first = ''] = c.stages.keys();
  const texts = textsIn(String(fields[at('fields')] ?? ''));
  if (texts === null) return first;
  if (of === 'firings') {
    const moved = movedFiring(c, source, texts);
    fields[at('fields')] = JSON.stringify(moved.fields);
    return moved.target;
  }
  if (of !== 'events' || c.routing === null) return first;
  if (source === GLOBAL_PARTITION) return GLOBAL_PARTITION;
  return c.routing.targetsOf({ id: String(fields[at('entry')] ?? '0-0'), fields: texts }, 'front')[0] ?? first;
}

function textsIn(json: string): string[] | null {
  const texts = shownJson(json);
  return Array.isArray(texts) && texts.every((text) => typeof text === 'string') ? texts : null;
}
