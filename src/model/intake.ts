import { InvalidDocument } from '../errors.ts';
import { cloudEventDocument, isCloudEvent } from './cloud-event.ts';
import { DOCUMENT_LIMIT_BYTES, derivedId, type Event, parseEvent, parseEventDocument } from './event.ts';
import { parseExact, writeExact } from './exact.ts';
import { FED_FORMS, FRONT, fedEntryIn, isMarkOfSources, nameOfEntry, type SourceMove, sourceMovesIn } from './fed.ts';
import { parseFiring, stateChangeEvent } from './firing.ts';
import { flatDocument } from './flat.ts';
import { isRecord } from './record.ts';
import { LATEST_MS } from './timestamp.ts';

/**
 * What is known of an entry that was too large to be kept. `bytes`: of all its texts; `sha1`: of its texts from the one on that was too
 * much, so of the value itself where it has one large value; `beginning`: the first kilobyte of that text.
 */
export type LargeEntry = Readonly<{ bytes: number; sha1: string; beginning: string }>;

/** An entry of the event stream: field, value, field, value … `large`: it was too large to be kept, and of its fields the first name alone is. */
export type Entry = { id: string; fields: readonly string[]; large?: LargeEntry };

/** The most of one entry that is read, in bytes and in texts: more than any event may have (rules 1). */
export const ENTRY_BOUNDS = Object.freeze({ bytes: 2_000_000, texts: 250_000 });

/** Why an entry that was too large to be kept is rejected. */
export function tooLarge({ bytes }: LargeEntry): string {
  const { bytes: most, texts } = ENTRY_BOUNDS;
  return `entry: has ${bytes} bytes; at most ${most} in at most ${texts} texts are read`;
}

/**
 * What an entry turned out to be. `own`: made by the engine, does not move the clock (rules 4). `waits`: may be parked for the event
 * it follows (12.2). `mark`: nothing is wrong with it, it is no event and says what feeds the log (rules 18). `claims`: the form that says
 * that the engine wrote the entry; whether it did, lua/include/own.lua knows.
 */
export type Decoded =
  | { kind: 'event'; event: Event; own: boolean; waits: boolean; claims: OwnForm | null }
  | { kind: 'rejected'; reason: string; mark?: true };

/**
 * The first field of an entry that only the engine writes; `straightened` stands before the fields of one that had no usable id, `fed` before
 * those of one that stands in another log.
 */
export const OWN_FORMS = ['firing', 'released', 'action', 'straightened', ...FED_FORMS] as const;
export type OwnForm = (typeof OWN_FORMS)[number];

/** What ids begin with that the engine gives: to events without one, and to state-change events (rules 10). */
const OWN_IDS = ['entry-', 's-'] as const;

/**
 * `anyId`: senders may give such ids too, as where events are applied once more; else they are refused. `origin`: the partition that the
 * entry stands in; '' for an engine without partitions.
 */
export type IntakeOptions = Readonly<{ anyId?: boolean; origin?: string }>;

/**
 * Under which id an event is remembered as applied. One that was sent without an id under an unusable entry id has an id that an entry
 * of the future will get: it is remembered beside it, and never waits, so that it cannot stand in the way of that one.
 */
export function rememberedAs(event: Event, waits: boolean, entry: Entry, origin = ''): string {
  if (waits || (entry.fields[0] !== 'straightened' && entry.fields[0] !== 'fed')) return event.id;
  const { came, fields, name } = originalOf(entry, origin);
  const derived = came.fields[0] === 'straightened' && event.id === derivedId(name);
  return derived && ownFormOf(fields) === null ? `straightened ${event.id}` : event.id;
}

/** Characters of the engine's own forms: a document can grow to five times its size when it is written anew (1e20), and they hold little else. */
const OWN_LIMIT = 8 * DOCUMENT_LIMIT_BYTES;

/** What a decoder puts where bytes were no UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * Decodes an entry in any of its forms, which differ in their fields: `firing …` (a firing of this engine, as its state-change event),
 * `released` (a follower let go, as a complete event document), `action` (an event of an action, or what became of one, as JSON), `fed` (an
 * entry of another log, in any form), `data` (an event or a CloudEvent as JSON; `traceparent` may stand behind it), or flat fields for people.
 * Never throws: whatever is wrong becomes the reason, `field: what is wrong`.
 */
export function decode(entry: Entry, { anyId = true, origin = '' }: IntakeOptions = {}): Decoded {
  if (entry.large) return { kind: 'rejected', reason: tooLarge(entry.large) };
  try {
    return decodeForm(entry, anyId, origin);
  } catch (error) {
    if (error instanceof InvalidDocument) return { kind: 'rejected', reason: error.message };
    // Nothing else is expected here, but one entry must never stop the log: it is refused with what we know.
    const known = error instanceof Error ? error.message : String(error);
    return { kind: 'rejected', reason: `entry: cannot be decoded: ${known}`.toWellFormed() };
  }
}

/** The form of an entry that says that the engine wrote it; null for what everybody may write. */
export function ownFormOf(fields: readonly string[]): OwnForm | null {
  return OWN_FORMS.find((form) => form === fields[0]) ?? null;
}

function decodeForm(entry: Entry, anyId: boolean, origin: string): Decoded {
  const claims = ownFormOf(entry.fields);
  if (claims !== null && isMark(entry)) return { kind: 'rejected', reason: 'says how far the log is fed', mark: true };
  const { came, id, first: entryId, at, fields, name } = originalOf(entry, origin);
  const arrival = { entryId: name, received: at ?? arrivalOf(id) };
  // lua/include/rebuild.lua writes it before the fields of an entry that claimed in vain to be the engine's.
  if ((claims === 'straightened' || claims === 'fed') && fields[0] === 'forged') throw forgedForm(fields[2] ?? '');
  if (fields.length === 0) throw new InvalidDocument('entry', 'has no fields');
  if (fields.length % 2 !== 0) throw new InvalidDocument('entry', 'has a field without a value');
  const [first, value = ''] = fields;
  // What is in the engine's own forms was judged when it came in. But every producer can write these forms too, so they
  // are bounded like any other, before it is seen that they are forged.
  if (first === 'firing') {
    checkOwnSize(fields);
    const event = stateChangeEvent(parseFiring(fields), arrival.received);
    return { kind: 'event', event, own: true, waits: false, claims };
  }
  if (first === 'released') {
    checkOwnSize(fields);
    const event = parseEventDocument(parseExact(value, 'released'), entryId);
    return { kind: 'event', event, own: false, waits: false, claims };
  }
  if (first === 'action') {
    return { kind: 'event', event: parseEvent(dataDocument(value), arrival), own: true, waits: false, claims };
  }
  const event = parseEvent(documentIn(fields), arrival);
  const derived = event.id === derivedId(name);
  if (!anyId && !derived) checkId(event.id);
  // Ids were set back, so an entry of the future will get the first id of this one.
  const comesAgain = derived && came.fields[0] === 'straightened' && comesAfter(entryId, id);
  return { kind: 'event', event, own: false, waits: !comesAgain, claims };
}

/**
 * What an entry was before it was set straight: its fields, and the id that it had first. `at`: ms that stand for those of its id while
 * Redis' clock lies behind the position; null where they are its own.
 */
function straightened({ id, fields }: Entry): Entry & { first: string; at: number | null } {
  if (fields[0] !== 'straightened') return { id, fields, first: id, at: null };
  const [, first = '-', at] = /^(\d{1,20}-\d{1,20}|-)(?: (\d{1,15}))?$/.exec(fields[1] ?? '') ?? [];
  return { id, fields: fields.slice(2), first: first === '-' ? id : first, at: at === undefined ? null : Number(at) };
}

/**
 * The same of an entry in the log that it came to first, where it was fed from there: `came` as it stands there, `name` of it among the ids of
 * events without one.
 */
function originalOf(entry: Entry, origin: string): ReturnType<typeof straightened> & { came: Entry; name: string } {
  const outer = straightened(entry);
  if (outer.fields[0] !== 'fed') return { ...outer, came: entry, name: nameOfEntry(origin, outer.first) };
  const came = fedEntryIn(outer.fields);
  if (came === null) throw forgedForm('fed');
  const inner = straightened(came);
  // What a source of the front log brought; a partition is fed with it from there.
  if (came.source === FRONT && inner.fields[0] === 'fed') return originalOf(inner, origin);
  return { ...inner, came, name: nameOfEntry(came.source, inner.first) };
}

/** What an entry says of the sources of its log (rules 18); of most nothing. */
export function sourceMovesOf(entry: Entry): readonly SourceMove[] {
  const form = ownFormOf(entry.fields);
  if (form === null || form === 'firing' || form === 'released') return [];
  return sourceMovesIn(straightened(entry).fields) ?? [];
}

/** Whether an entry is no event, and says something of sources alone. @throws InvalidDocument when it is none of the engine's */
function isMark(entry: Entry): boolean {
  const { fields } = straightened(entry);
  const form = FED_FORMS.find((name) => name === fields[0]);
  if (form !== undefined && sourceMovesIn(fields) === null) throw forgedForm(form);
  return isMarkOfSources(fields);
}

/** The ms that stand for those of an entry's id; null where they are its own. */
export function timeOf(entry: Entry): number | null {
  return entry.fields[0] === 'straightened' ? straightened(entry).at : null;
}

/** That somebody else wrote what only the engine writes. */
function forgedForm(form: string): InvalidDocument {
  return new InvalidDocument(form, 'is a field that only the engine writes');
}

/** Whether an entry comes behind another one by their ids. */
function comesAfter(id: string, other: string): boolean {
  const [one = [], two = []] = [id, other].map((text) => text.split('-').map(BigInt));
  const [ms = 0n, sequence = 0n] = one;
  const [otherMs = 0n, otherSequence = 0n] = two;
  return ms === otherMs ? sequence > otherSequence : ms > otherMs;
}

/**
 * The text for the field `data` of an entry that `decode` will accept, with the event it will be, apart from the time at
 * which it really arrives. A document without id gets the one of `newId`; a CloudEvent has to bring its own. What is
 * checked is the text itself, by the rules it meets again when it is taken from the log.
 * @throws InvalidDocument
 */
export function sealEvent(
  document: unknown,
  newId: () => string,
  received: number,
  { anyId = false }: IntakeOptions = {},
): { event: Event; data: string } {
  if (!isRecord(document)) throw new InvalidDocument('event', 'must be an object', document);
  const named = isCloudEvent(document) ? document : { ...document, id: document.id ?? newId() };
  // There a replacement character and broken bytes look the same; its escape does not.
  const data = writeExact(named).replaceAll(REPLACEMENT, '\\ufffd');
  const event = parseEvent(dataDocument(data), { entryId: '0-0', received });
  if (!anyId) checkId(event.id);
  return { event, data };
}

/** Refuses an id that the engine may give to another event, which would pass for a duplicate then. */
function checkId(id: string): void {
  if (!OWN_IDS.some((beginning) => id.startsWith(beginning))) return;
  throw new InvalidDocument('id', 'must not begin with "entry-" or "s-": the engine gives these ids', id);
}

/** So many digits are a number without loss, whichever way they are read. */
const EXACT_DIGITS = 15;

/** The milliseconds of a stream id; NaN for what has none. Every entry is asked, and digits are read faster than a number. */
export function msOf(id: string): number {
  const dash = id.indexOf('-');
  if (dash <= 0 || dash > EXACT_DIGITS) return dash <= 0 ? Number.NaN : Number(id.slice(0, dash));
  let ms = 0;
  for (let at = 0; at < dash; at += 1) {
    const digit = id.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number(id.slice(0, dash));
    ms = ms * 10 + digit;
  }
  return ms;
}

/** The milliseconds of a stream entry id. Redis takes any 64-bit number there, far beyond what a date can be. */
function arrivalOf(id: string): number {
  const received = msOf(id);
  if (!(received >= 0 && received <= LATEST_MS)) throw new InvalidDocument('entry', 'its id is not a time', id);
  return received;
}

/** What an entry says: the JSON in its field `data`, which `traceparent` may follow, or else its flat fields. */
function documentIn(fields: readonly string[]): Record<string, unknown> {
  const [first, value = '', beside, traceparent] = fields;
  if (first !== 'data') return flat(fields);
  if (fields.length === 2) return dataDocument(value);
  return fields.length === 4 && beside === 'traceparent' ? { ...dataDocument(value), traceparent } : flat(fields);
}

function dataDocument(text: string): Record<string, unknown> {
  checkSize(text.length, () => Buffer.byteLength(text), 'data');
  checkEncoding(text, 'data');
  const document = parseExact(text, 'data');
  if (!isRecord(document)) throw new InvalidDocument('data', 'must be an object', document);
  return isCloudEvent(document) ? cloudEventDocument(document) : document;
}

function flat(fields: readonly string[]): Record<string, unknown> {
  let length = 0;
  for (const text of fields) length += text.length;
  checkSize(length, () => fields.reduce((sum, text) => sum + Buffer.byteLength(text), 0), 'entry');
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    checkEncoding(name, name);
    checkEncoding(fields[i + 1] ?? '', name);
  }
  return flatDocument(fields);
}

/** Refuses an entry in the engine's own form that is larger than the engine ever writes. */
function checkOwnSize(fields: readonly string[]): void {
  let length = 0;
  for (const text of fields) length += text.length;
  if (length > OWN_LIMIT) throw new InvalidDocument('entry', `must have at most ${OWN_LIMIT} characters`);
}

function checkSize(length: number, bytes: () => number, path: string): void {
  // A UTF-16 unit takes at most three bytes, so ordinary entries are never counted.
  if (length * 3 <= DOCUMENT_LIMIT_BYTES || bytes() <= DOCUMENT_LIMIT_BYTES) return;
  throw new InvalidDocument(path, `must have at most ${DOCUMENT_LIMIT_BYTES} bytes`);
}

/**
 * Refuses text whose bytes were no UTF-8: two different ids or labels in broken bytes would decode to the same text and be taken for
 * one. The entry reaches us decoded, where a replacement character that was sent as such looks the same, so it is refused too; in JSON
 * it can be written as the escape \ufffd.
 */
function checkEncoding(text: string, path: string): void {
  if (text.includes(REPLACEMENT))
    throw new InvalidDocument(path, 'must be valid UTF-8 (write U+FFFD as \\ufffd in JSON)');
}
