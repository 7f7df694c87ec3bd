import type { Redis } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import { parseFiring } from '../model/firing.ts';
import { decode, ownFormOf } from '../model/intake.ts';
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
import { redrive } from '../redis/steps/redrive.ts';
import type { Store } from '../redis/store.ts';

/** Letters read at a time: some megabytes at most, with entries of ordinary size. */
const PAGE = 200;

/** Letters removed by one call: Redis frees them at several a microsecond, so other clients do not notice. */
const REMOVED_AT_ONCE = 10_000;

/** Something that was given up. `windows`: an overdue window that cannot be settled; it has no fields and cannot be sent again. */
export type DeadLetterSource = 'events' | 'firings' | 'windows';

/** A dead letter, as lua/include/dlq.lua writes it. */
export type DeadLetter = Readonly<{
  /** Stream id of the letter; its milliseconds say when it was given up. */
  id: string;
  source: DeadLetterSource;
  /** Stream id under which it stood in the log or in the ledger. */
  entry: string;
  /** Why, as a sentence: `path: reason` for an event that breaks a rule. */
  reason: string;
  /** What was thrown, `''` when nothing was. */
  error: string;
  /** How often it was tried. */
  attempts: number;
  /** The entry's own fields as they were sent: name, value, name, value … Empty when it was trimmed away. */
  fields: readonly string[];
}>;

/** The newest letters, oldest first. */
export async function lastDeadLetters(redis: Redis, store: Store, limit: number): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (let before = '+'; letters.length < limit; ) {
    const page = await deadLettersBefore(redis, store, before, Math.min(PAGE, limit - letters.length));
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
  for (let from = '-'; ; ) {
    const page = await deadLettersBetween(redis, store, [from, newest], PAGE);
    for (const [id] of page) yield id;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    from = `(${last[0]}`;
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
    const reason = letter && (await unfitness(redis, store, letter));
    if (reason) {
      summary.unfit.push({ id, reason });
      continue;
    }
    const { word } = await redrive(redis, store, id);
    if (word === 'redriven') summary.redriven += 1;
    else if (word === 'gone') summary.gone.push(id);
    else summary.unfit.push({ id, reason: NOTHING_TO_SEND });
  }
  return summary;
}

const NOTHING_TO_SEND = 'holds nothing that could be sent again';

/** Why a letter would only come back if it was sent again, as far as can be known; null when it may get through. */
async function unfitness(redis: Redis, store: Store, entry: DeadLetterEntry): Promise<string | null> {
  const { source, fields } = deadLetterOf(entry);
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
function isOwn([, flat]: DeadLetterEntry): boolean {
  return flat.some((name, at) => at % 2 === 0 && name === 'own');
}

function deadLetterOf([id, flat]: DeadLetterEntry): DeadLetter {
  const named = new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : [])));
  return {
    id,
    source: (named.get('source') ?? 'events') as DeadLetterSource,
    entry: named.get('entry') ?? '',
    reason: named.get('reason') ?? '',
    error: named.get('error') ?? '',
    attempts: Number(named.get('attempts') ?? 0),
    fields: fieldsOf(named.get('fields')),
  };
}

/** Others may write to the stream as well; anything but a list of texts is shown as an empty one. */
function fieldsOf(text: string | undefined): string[] {
  try {
    const fields: unknown = JSON.parse(text ?? '[]');
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
