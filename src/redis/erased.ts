import type { Redis } from 'ioredis';
import { FRONT } from '../model/fed.ts';
import { fieldsOf, groupNamed } from './backlog.ts';
import { readFed } from './fed.ts';
import { ACTIONS_GROUP } from './keys.ts';
import { idBefore, isAfter } from './log.ts';
import { hashPages } from './movable.ts';
import type { Store } from './store.ts';
import { shownJson } from './stored.ts';

/**
 * An entry that was erased, as a replay needs it: `occurred` of its event in ms, null where it moved no clock; `fed`: what it said of the log
 * that it was fed from.
 */
export type ErasedEntry = Readonly<{ id: string; occurred: number | null; fed: string | null }>;

/**
 * What was erased at one time. `label`: its name alone. `automations`: those that had met such an event in a key that stays -> the last
 * time they did, in ms. `generations`: changes of keys whose records went.
 */
export type Erased = Readonly<{
  label: string;
  entries: readonly ErasedEntry[];
  firings: readonly string[];
  automations: Readonly<Record<string, number>>;
  generations: readonly number[];
}>;

/** Entries and firings that one record of the history names. */
const NAMED_AT_ONCE = 500;

/** Ids that one command removes. */
const REMOVED_AT_ONCE = 1_000;

/** Leaves the mark by which replays say "erased", behind the entry `position`; before anything is removed. */
export async function noteErased(redis: Redis, { keys }: Store, position: string, erased: Erased): Promise<void> {
  const { label, entries, firings, automations, generations } = erased;
  const records = Math.max(1, Math.ceil(Math.max(entries.length, firings.length) / NAMED_AT_ONCE));
  for (let i = 0; i < records; i += 1) {
    const [from, to] = [i * NAMED_AT_ONCE, (i + 1) * NAMED_AT_ONCE];
    const told = {
      entries: entries.slice(from, to).map(({ id, occurred, fed }) => [id, occurred, fed]),
      firings: firings.slice(from, to),
      automations: i === 0 ? automations : {},
      generations: i === 0 ? generations : [],
    };
    const texts = Object.entries(told).flatMap(([name, value]) => [name, JSON.stringify(value)]);
    await redis.xadd(keys.history, '*', 'kind', 'erased', 'position', position, 'label', label, ...texts);
  }
}

/** What such a record says. */
export function erasedIn(fields: ReadonlyMap<string, string>): Erased {
  const list = (name: string): unknown[] => {
    const value = shownJson(fields.get(name));
    return Array.isArray(value) ? value : [];
  };
  return {
    label: fields.get('label') ?? '',
    entries: list('entries').flatMap((one): ErasedEntry[] => {
      if (!Array.isArray(one) || typeof one[0] !== 'string') return [];
      const [id, occurred, fed] = one as [string, unknown, unknown];
      return [
        { id, occurred: typeof occurred === 'number' ? occurred : null, fed: typeof fed === 'string' ? fed : null },
      ];
    }),
    firings: list('firings').map(String),
    automations: Object(shownJson(fields.get('automations'))) as Record<string, number>,
    generations: list('generations').map(Number),
  };
}

/** All marks that are kept, the oldest first, each with when it was left, in ms. */
export async function erasedMarks(redis: Redis, { keys }: Store): Promise<(Erased & Readonly<{ at: number }>)[]> {
  const records = await redis.xrange(keys.history, '-', '+');
  return records.flatMap(([id, flat]) => {
    const fields = fieldsOf([...flat]) as ReadonlyMap<string, string>;
    return fields.get('kind') === 'erased' ? [{ ...erasedIn(fields), at: Number.parseInt(id, 10) }] : [];
  });
}

/** A stream of an engine from which entries can be taken. */
export type ErasableStream = 'events' | 'firings' | 'dead' | 'history' | 'acts';

/** Entries of a stream up to one, page by page. */
export async function* pagesOfStream(
  redis: Redis,
  { keys }: Store,
  name: ErasableStream,
  to = '+',
): AsyncGenerator<[id: string, fields: string[]][]> {
  for (let from = '-'; ; ) {
    const page = await redis.xrange(keys[name], from, to, 'COUNT', 500);
    const last = page.at(-1)?.[0];
    if (last === undefined) return;
    yield page;
    from = `(${last}`;
  }
}

export async function removeEntries(
  redis: Redis,
  { keys }: Store,
  name: ErasableStream,
  ids: readonly string[],
): Promise<void> {
  for (let from = 0; from < ids.length; from += REMOVED_AT_ONCE)
    await redis.xdel(keys[name], ...ids.slice(from, from + REMOVED_AT_ONCE));
}

/** Up to which entry of the ledger all is handed on, so that nobody needs it any more. */
export async function relayedTo(redis: Redis, { keys }: Store): Promise<string> {
  const group = await groupNamed(redis, keys.firings, ACTIONS_GROUP);
  if (group === undefined) return '0-0';
  const [, oldest] = (await redis.xpending(keys.firings, ACTIONS_GROUP)) as [number, string | null, ...unknown[]];
  return oldest == null ? String(group.get('last-delivered-id')) : idBefore(oldest);
}

/** Up to which entry of the front log each of these partitions has what concerns it. */
export async function fedTo(redis: Redis, parts: readonly Store[]): Promise<string> {
  const fed = await Promise.all(parts.map((part) => readFed(redis, part, FRONT)));
  const ids = fed.map((one) => one?.mark ?? '0-0');
  return ids.reduce((least, id) => (isAfter(least, id) ? id : least), ids[0] ?? '0-0');
}

/** Entries of the ledger that something of the relay waits for. */
export async function neededEntries(redis: Redis, { keys }: Store): Promise<ReadonlySet<string>> {
  const members = await redis.zrange(keys.needed, '0', '-1');
  return new Set(members.map((member) => member.split(' ')[0] ?? ''));
}

/** The keys of a trigger that hold anything, by its state name. */
export async function keysOfTrigger(redis: Redis, { prefixes }: Store, name: string): Promise<string[]> {
  const found = new Set(await redis.zrange(prefixes.deadlines + name, '0', '-1'));
  for await (const page of hashPages(redis, prefixes.windows + name)) for (const [key] of page) found.add(key);
  return [...found];
}

/** Documents of events that keys of a trigger remember, by their fields. */
export async function rememberedEvents(
  redis: Redis,
  { prefixes }: Store,
  name: string,
): Promise<(readonly [field: string, text: string])[]> {
  // One that changes meanwhile may come twice.
  const found = new Map<string, string>();
  for await (const page of hashPages(redis, prefixes.last + name))
    for (const [field, text] of page) found.set(field, text);
  return [...found];
}

export async function replaceRemembered(
  redis: Redis,
  { prefixes }: Store,
  name: string,
  field: string,
  text: string,
): Promise<void> {
  await redis.hset(prefixes.last + name, field, text);
}

/** What a group of a composite has stored. */
export async function storedGroup(redis: Redis, { prefixes }: Store, name: string, group: string): Promise<string[]> {
  return await redis.hvals(`${prefixes.composite}${name}:${group}`);
}

/** Forgets that nobody was told of alerts of these names (outcomes.ts). */
export async function forgetMuted(redis: Redis, { keys }: Store, names: readonly string[]): Promise<void> {
  for (let from = 0; from < names.length; from += REMOVED_AT_ONCE)
    await redis.hdel(keys.muted, ...names.slice(from, from + REMOVED_AT_ONCE));
}

/** Removes silences for good, and tells that there was a change. */
export async function removeSilences(redis: Redis, { shared }: Store, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await redis.hdel(shared.silences, ...ids);
  await redis.hincrby(shared.silences, 'version', 1);
}
