import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import { parseFiring } from '../model/firing.ts';
import { incomingOfLetter, sealedBy } from '../model/foreign-entry.ts';
import { decode, ownFormOf } from '../model/intake.ts';
import { mapOf } from '../model/source-map.ts';
import { LATEST_MS } from '../model/timestamp.ts';
import {
  type DeadLetterEntry,
  deadLettersBefore,
  deadLettersBetween,
  deleteDeadLetters,
  newestDeadLetter,
  trimDeadLetters,
} from '../redis/dead-letters.ts';
import { documentsAt } from '../redis/definitions.ts';
import { serverTimeMs } from '../redis/server-time.ts';
import { knownSource } from '../redis/sources.ts';
import { redrive } from '../redis/steps/redrive.ts';
import type { Store } from '../redis/store.ts';

/** Most letters read at a time, how many are read first, and about how many bytes: a letter can have some megabytes. */
const PAGE = 200;
const FIRST_PAGE = 10;
const PAGE_BYTES = 8e6;

/** Characters of the fields of a letter that are shown. */
const SHOWN_CHARACTERS = 64_000;

/** Letters removed by one call: Redis frees them at several a microsecond, so other clients do not notice. */
const REMOVED_AT_ONCE = 10_000;

/**
 * Something that was given up. `windows`: an overdue window that cannot be settled; it has no fields and cannot be sent again. `sources`: what
 * came from a source and became no event, with the fields that it had there.
 */
export type DeadLetterSource = 'events' | 'firings' | 'windows' | 'sources';

/** A dead letter, as lua/include/dlq.lua writes it. */
export type DeadLetter = Readonly<{
  /** Stream id of the letter; its milliseconds say when it was given up. */
  id: string;
  source: DeadLetterSource;
  /** Stream id under which it stood in the log or in the ledger; of a source its name, a space, and the id there. */
  entry: string;
  /** Why, as a sentence: `path: reason` for an event that breaks a rule. */
  reason: string;
  /** What was thrown, `''` when nothing was. */
  error: string;
  /** How often it was tried. */
  attempts: number;
  /**
   * The entry's own fields as they were sent: name, value, name, value … At most 64,000 characters. Empty when it was trimmed away, or
   * was too large to be kept.
   */
  fields: readonly string[];
  /** Bytes of the entry, where `fields` is not all of it. */
  bytes?: number;
  /** SHA-1 of an entry that was too large to be kept: of its texts from the one on that was too much. */
  sha1?: string;
  /** The first kilobyte of that text. */
  beginning?: string;
}>;

/** How many letters to read next, after a page. */
function nextPage(page: readonly DeadLetterEntry[]): number {
  const bytes = page.reduce((sum, [, flat]) => sum + flat.reduce((all, text) => all + text.length, 0), 0);
  return Math.max(1, Math.min(PAGE, Math.floor((PAGE_BYTES * page.length) / Math.max(1, bytes))));
}

/** The newest letters, oldest first. */
export async function lastDeadLetters(redis: Redis, store: Store, limit: number): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  let count = FIRST_PAGE;
  for (let before = '+'; letters.length < limit; ) {
    const page = await deadLettersBefore(redis, store, before, Math.min(count, limit - letters.length));
    count = nextPage(page);
    letters.push(...page.map(deadLetterOf));
    const last = page.at(-1);
    if (!last) break;
    before = `(${last[0]}`;
  }
  return letters.reverse();
}

/** One letter, or null. */
export async function findDeadLetter(redis: Redis, store: Store, id: string): Promise<DeadLetter | null> {
  const [entry] = await deadLettersBetween(redis, store, [id, id], 1);
  return entry ? deadLetterOf(entry) : null;
}

/** Ids of all letters there are at the first look, oldest first; those that come later are left out. */
export async function* deadLetterIds(redis: Redis, store: Store): AsyncGenerator<string> {
  const newest = await newestDeadLetter(redis, store);
  if (newest === null) return;
  let count = FIRST_PAGE;
  for (let from = '-'; ; ) {
    const page = await deadLettersBetween(redis, store, [from, newest], count);
    for (const [id] of page) yield id;
    const last = page.at(-1);
    if (!last || page.length < count) return;
    from = `(${last[0]}`;
    count = nextPage(page);
  }
}

/** What became of letters that were to be sent again. `unfit`: those that stay, since they would come back as they are, and why. */
export type RedriveSummary = { redriven: number; gone: string[]; unfit: { id: string; reason: string }[] };

/**
 * Sends what these letters hold on its way again, in their order: events to the end of the log, firings to the end of the
 * ledger. What would be given up again for the same reason stays. Stops between two letters when `signal` is aborted. Safe to repeat.
 */
export async function redriveDeadLetters(
  redis: Redis,
  store: Store,
  ids: Iterable<string> | AsyncIterable<string>,
  signal?: AbortSignal,
): Promise<RedriveSummary> {
  const summary: RedriveSummary = { redriven: 0, gone: [], unfit: [] };
  for await (const id of ids) {
    if (signal?.aborted) break;
    const [letter] = await deadLettersBetween(redis, store, [id, id], 1);
    const remapped = letter && isOfSource(letter) ? await remappedBy(redis, store, letter) : null;
    const reason = remapped === null ? letter && (await unfitness(redis, store, letter)) : remapped.reason;
    if (reason) {
      summary.unfit.push({ id, reason });
      continue;
    }
    const { word } = await redrive(redis, store, id, remapped?.entries);
    if (word === 'redriven') summary.redriven += 1;
    else if (word === 'gone') summary.gone.push(id);
    else summary.unfit.push({ id, reason: NOTHING_TO_SEND });
  }
  return summary;
}

const NOTHING_TO_SEND = 'holds nothing that could be sent again';

function isOfSource(entry: DeadLetterEntry): boolean {
  return deadLetterOf(entry).source === 'sources';
}

/** The events that a letter of a source becomes by the map as it is now, as fields of entries; or why it stays. */
async function remappedBy(
  redis: Redis,
  store: Store,
  letter: DeadLetterEntry,
): Promise<{ entries: string[][]; reason: string | null }> {
  const { entry } = deadLetterOf(letter);
  const name = entry.split(' ', 1)[0] ?? '';
  const spec = (await knownSource(redis, store, name))?.spec ?? null;
  const stays = (reason: string): { entries: string[][]; reason: string } => ({ entries: [], reason });
  if (spec === null) return stays(`came from the source "${name}", which is not known any more`);
  const fields = fieldsOf(namedIn(letter));
  if (fields.length === 0) return stays(NOTHING_TO_SEND);
  try {
    const incoming = incomingOfLetter(spec.type, entry, fields);
    const texts = sealedBy(mapOf(spec, 'map'), incoming, LATEST_MS, randomUUID);
    if (texts.length === 0) return stays('would be passed over by the map of its source: remove it by purge');
    return { entries: texts.map((data) => ['data', data]), reason: null };
  } catch (error) {
    if (error instanceof InvalidDocument) return stays(`would be rejected again: ${error.message}`);
    throw error;
  }
}

/** Why a letter would only come back if it was sent again, as far as can be known; null when it may get through. */
async function unfitness(redis: Redis, store: Store, entry: DeadLetterEntry): Promise<string | null> {
  const { source } = deadLetterOf(entry);
  const fields = fieldsOf(namedIn(entry));
  if (source === 'windows' || fields.length === 0) return NOTHING_TO_SEND;
  if (source === 'events') {
    const claimed = ownFormOf(fields);
    if (claimed !== null && !isOwn(entry))
      return `would be rejected again: ${claimed}: is a field that only the engine writes`;
    // Under an id of any later time: none of the rules asks for more.
    const decoded = decode({ id: `${LATEST_MS}-0`, fields }, { anyId: store.virtualNow() !== '' });
    return decoded.kind === 'rejected' ? `would be rejected again: ${decoded.reason}` : null;
  }
  try {
    const { automation, revision } = parseFiring(fields);
    const [document] = await documentsAt(redis, store, [{ automation, revision }]);
    if (typeof document === 'string') return null;
    return `would be given up again: revision ${revision} of automation ${automation} is gone`;
  } catch (error) {
    if (error instanceof InvalidDocument) return `would be given up again: ${error.message}`;
    throw error;
  }
}

/** Removes letters for good. @returns how many of them there were */
async function removeDeadLetters(redis: Redis, store: Store, ids: readonly string[]): Promise<number> {
  let removed = 0;
  for (let first = 0; first < ids.length; first += REMOVED_AT_ONCE) {
    removed += await deleteDeadLetters(redis, store, ids.slice(first, first + REMOVED_AT_ONCE));
  }
  return removed;
}

/** Removes all letters that were written before a time (ms of Redis) for good. @returns how many */
async function removeDeadLettersBefore(redis: Redis, store: Store, beforeMs: number): Promise<number> {
  return await trimDeadLetters(redis, store, `${Math.max(0, beforeMs)}-0`);
}

/** Removes all letters there are for good. @returns how many; those that come meanwhile stay */
async function removeAllDeadLetters(redis: Redis, store: Store): Promise<number> {
  const newest = await newestDeadLetter(redis, store);
  if (newest === null) return 0;
  return (await trimDeadLetters(redis, store, newest)) + (await deleteDeadLetters(redis, store, [newest]));
}

/** Whether the engine itself wrote what the letter holds (lua/include/own.lua). */
function isOwn(entry: DeadLetterEntry): boolean {
  return namedIn(entry).has('own');
}

/** The values of a letter by their names. */
type Named = ReadonlyMap<string, Buffer>;

function namedIn([, flat]: DeadLetterEntry): Named {
  return new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[name.toString(), flat[at + 1] ?? EMPTY] as const] : [])));
}

const EMPTY = Buffer.alloc(0);

function deadLetterOf(entry: DeadLetterEntry): DeadLetter {
  const named = namedIn(entry);
  const text = (name: string): string => (named.get(name) ?? EMPTY).toString();
  const { fields, isAll } = shown(fieldsOf(named));
  const bytes = named.get('raw')?.length ?? Number(text('bytes'));
  return {
    id: entry[0],
    source: (named.has('source') ? text('source') : 'events') as DeadLetterSource,
    entry: text('entry'),
    reason: text('reason'),
    error: text('error'),
    attempts: Number(text('attempts')),
    fields,
    ...(!isAll || named.has('bytes') ? { bytes } : {}),
    ...(named.has('bytes') ? { sha1: text('sha1'), beginning: text('beginning') } : {}),
  };
}

/** As many of some fields as are shown. */
function shown(fields: readonly string[]): { fields: readonly string[]; isAll: boolean } {
  let left = SHOWN_CHARACTERS;
  for (const [i, text] of fields.entries()) {
    if (text.length > left)
      return { fields: [...fields.slice(0, i), text.slice(0, left).toWellFormed()], isAll: false };
    left -= text.length;
  }
  return { fields, isAll: true };
}

/** The fields that a letter keeps; as lua/include/dlq.lua. Others may write to the stream as well: anything but a list of texts is an empty one. */
function fieldsOf(named: Named): string[] {
  const raw = named.get('raw');
  if (raw !== undefined) {
    let from = 0;
    const sizes = String(named.get('sizes') ?? '').match(/\d+/g) ?? [];
    return sizes.map((size) => {
      const start = from;
      from += Number(size);
      return raw.toString('utf8', start, from);
    });
  }
  try {
    const fields: unknown = JSON.parse(String(named.get('fields') ?? '[]'));
    return Array.isArray(fields) ? fields.map(String) : [];
  } catch {
    return [];
  }
}

/** Which dead letters are removed for good: by their ids, those given up longer ago, or all. */
export type Purged = readonly string[] | 'all' | { readonly olderThanMs: number };

/** Removes dead letters. @returns how many there were */
export async function purgeDeadLetters(redis: Redis, store: Store, letters: Purged): Promise<number> {
  if (letters === 'all') return await removeAllDeadLetters(redis, store);
  if (!('olderThanMs' in letters)) return await removeDeadLetters(redis, store, letters);
  return await removeDeadLettersBefore(redis, store, (await serverTimeMs(redis)) - letters.olderThanMs);
}
