import { FED_FORMS, type SourceMove } from '../model/fed.ts';
import { msOf, type OwnForm } from '../model/intake.ts';
import { Packer } from './packer.ts';

/** What a trigger's rules need; sent once for a chunk. */
export type ChunkTrigger = {
  name: string;
  automation: string;
  /** Of a composite, which events only empty, -1. */
  threshold: number;
  within: number;
  /** What holds of it: `kindOf` of src/match/plan.ts. */
  kind: number;
  /** The encoded keys that the chunk's events have there, each once. */
  keys: string[];
};

/**
 * An event meets a trigger: index into `triggers` from 1, and into that trigger's keys from 0. The optional parts are of rules 17; `value`
 * is what it adds, as text: a number, or a text as it is written in keys.
 */
export type ChunkMatch = {
  trigger: number;
  key: number;
  arms: boolean;
  expects: boolean;
  resets?: true;
  resolves?: true;
  noValue?: true;
  value?: string;
};

/** One entry of the log, ready to be applied; `skip` and `rejected` say why nothing else is there. */
type ChunkOutcome =
  | { entry: string; skip: string }
  /** `error` and `attempts`: of one that failed, not of one that breaks a rule. */
  | { entry: string; rejected: string; error?: string; attempts?: number }
  | {
      entry: string;
      id: string;
      /** Number of its digest among those of the chunk, from 1. */
      digest: number;
      t: number;
      occurred: number;
      received: number;
      own: boolean;
      /** It came from outside and not out of the parked ones: a copy of a parked event, then, changes nothing. */
      fresh: boolean;
      /** The first field of an entry that says that the engine wrote it. */
      claims?: OwnForm;
      /** The leader it waits for, when it may wait, with the digest of that id. */
      follows?: string;
      leader?: number;
      /** Index into the documents from 1; absent when nothing can need the document. */
      document?: number;
      matches: ChunkMatch[];
      /** Automations with a condition that could not be answered about it (rules 17.1); absent for none. */
      whereErrors?: readonly string[];
      /** The trace that it comes from; absent for none. Redis is not told. */
      trace?: string;
    };

/** `at`: ms that stand for those of its id, while Redis' clock lies behind the position; `moves`: what it says of sources, where it does. */
export type ChunkEntry = ChunkOutcome & { at?: number; moves?: readonly SourceMove[] };

/** Consecutive entries of the log, matched against one generation of the definitions. */
export type Chunk = {
  generation: string;
  triggers: ChunkTrigger[];
  entries: ChunkEntry[];
  documents: string[];
  /** Of event ids (src/apply/digest.ts): five letters and nine bytes, these as latin1. */
  digests: readonly Readonly<{ head: string; tail: string }>[];
};

/** What an entry is. */
const FRESH = 0; // an event from outside that has just arrived: a plain one
const EVENT = 1; // any other event
const OTHER = 2; // an entry that is no event, with the reason
const FAILED = 3; // an entry that failed and was given up
const IGNORED = 4; // an event whose name the settings ignore

/** What few chunks have: times of their own, conditions that could not be answered, entries that say something of sources. */
const TIMED = 1;
const FAILURES = 2;
const FEEDS = 4;

/** The arguments of a call that say what is in its chunk; see lua/apply.lua. */
export type Wire = Readonly<{ chunk: Buffer; heads: string; tails: Buffer; documents: Buffer }>;

/**
 * A chunk as lua/include/wire.lua reads it: in columns, a value of all triggers or of all entries one behind the other; behind
 * them what only few entries have. Times in ms. The documents are an argument of their own: most are never read.
 */
export function wireOf(chunk: Chunk): Wire {
  const { documents, starts } = packDocuments(chunk.documents);
  let [heads, tails] = ['', ''];
  for (const { head, tail } of chunk.digests) {
    heads += head;
    tails += tail;
  }
  return { chunk: packChunk(chunk, starts), heads, tails: Buffer.from(tails, 'latin1'), documents };
}

const NO_BYTES = Buffer.alloc(0);

/** Before each text stands its length. */
const LENGTH_BYTES = 4;

/** Texts one behind the other, and where each begins, counted from 1. */
function packDocuments(texts: readonly string[]): { documents: Buffer; starts: readonly number[] } {
  if (texts.length === 0) return { documents: NO_BYTES, starts: [] };
  let [length, longest] = [0, 0];
  for (const text of texts) {
    length += text.length + LENGTH_BYTES;
    longest = Math.max(longest, text.length);
  }
  // With room for the last one, should it not be ASCII.
  const packer = new Packer(length + 2 * longest);
  const starts = texts.map((text) => {
    const start = packer.length + 1;
    packer.text(text);
    return start;
  });
  return { documents: packer.done(), starts };
}

function packChunk({ generation, triggers, entries }: Chunk, starts: readonly number[]): Buffer {
  const packer = new Packer();
  packer.text(generation);
  packer.text(entries[0]?.entry ?? '');
  packer.text(entries.at(-1)?.entry ?? '');
  const ats = entries.map(({ entry }) => msOf(entry));
  const kinds = entries.map((entry, i) => kindOf(entry, ats[i] ?? 0));
  const events = entries.filter(isEvent);
  const matches = matchesOf(events, triggers);
  const values = valuesOf(events);
  packer.count(triggers.length);
  packer.count(triggers.reduce((sum, { keys }) => sum + keys.length, 0));
  packer.count(entries.length);
  packer.count(events.length);
  packer.count(matches.length);
  const timed = entries.some(({ at }) => at !== undefined);
  const failures = failuresOf(entries);
  const moves = entries.flatMap(({ moves: of = [] }, i) => of.map((move) => [i + 1, move] as const));
  packer.count((timed ? TIMED : 0) + (failures.length > 0 ? FAILURES : 0) + (moves.length > 0 ? FEEDS : 0));
  packer.count(values.length);
  packTriggers(packer, triggers);
  for (const kind of kinds) packer.byte(kind);
  for (const { entry } of entries) packer.text(entry.slice(entry.indexOf('-') + 1));
  for (const at of ats) packer.number(at);
  if (timed) for (const { at = 0 } of entries) packer.number(at);
  packEvents(packer, events, starts);
  for (const match of matches) packer.count(match);
  for (const [place] of values) packer.count(place);
  for (const [, value] of values) packer.text(value);
  if (failures.length > 0) packFailures(packer, failures);
  if (moves.length > 0) packMoves(packer, moves);
  for (const [i, entry] of entries.entries()) if (kinds[i] !== FRESH && kinds[i] !== IGNORED) packRest(packer, entry);
  return packer.done();
}

export type EventEntry = Extract<ChunkEntry, { digest: number }>;

function isEvent(entry: ChunkEntry): entry is EventEntry {
  return 'digest' in entry;
}

function packTriggers(packer: Packer, triggers: readonly ChunkTrigger[]): void {
  for (const { name } of triggers) packer.text(name);
  for (const { threshold } of triggers) packer.number(threshold);
  for (const { within } of triggers) packer.number(within);
  for (const { kind } of triggers) packer.byte(kind);
  for (const { keys } of triggers) packer.count(keys.length);
  for (const { keys } of triggers) for (const key of keys) packer.text(key);
}

function packEvents(packer: Packer, events: readonly EventEntry[], starts: readonly number[]): void {
  for (const { t } of events) packer.number(t);
  for (const { id } of events) packer.text(id);
  for (const { document } of events) packer.count(document === undefined ? 0 : (starts[document - 1] ?? 0));
  for (const { matches } of events) packer.count(matches.length);
}

/** @param at ms of the entry's id */
function kindOf(entry: ChunkEntry, at: number): number {
  if (!isEvent(entry)) return otherKindOf(entry);
  const { claims, received, follows } = entry;
  return claims === undefined && received === at && follows === undefined ? FRESH : EVENT;
}

function otherKindOf(entry: Exclude<ChunkEntry, EventEntry>): number {
  if ('skip' in entry) return entry.skip === 'ignored' ? IGNORED : OTHER;
  return entry.attempts === undefined ? OTHER : FAILED;
}

/** What stands behind the columns, of an entry that is not plain. */
function packRest(packer: Packer, entry: ChunkEntry): void {
  if (!isEvent(entry)) {
    packer.text('skip' in entry ? entry.skip : 'rejected');
    packer.text('skip' in entry ? (entry.moves?.[0]?.form ?? '') : entry.rejected);
    if ('skip' in entry || entry.attempts === undefined) return;
    packer.text(entry.error ?? '');
    packer.number(entry.attempts);
  } else {
    packer.number(entry.received);
    packer.text(originOf(entry));
    packer.number(entry.occurred);
    packer.text(entry.follows ?? '');
  }
}

/** What an event that is not plain is, by the first fields of its entry: `firing`, `released`, `action`, `straightened` and `fed` before them or alone. */
function originOf({ claims, own, fresh, moves }: EventEntry & { moves?: readonly SourceMove[] }): string {
  const form = claims === 'action' ? claims : own ? 'firing' : fresh ? '' : 'released';
  const fed = moves === undefined ? form : `fed ${form}`.trimEnd();
  return claims === 'straightened' ? `${claims} ${fed}`.trimEnd() : fed;
}

/** How many cells (a trigger with one of its keys) lie before those of each trigger. */
function cellsOf(triggers: readonly ChunkTrigger[]): number[] {
  let before = 0;
  return triggers.map(({ keys }) => {
    before += keys.length;
    return before - keys.length;
  });
}

/** What events add to triggers with `distinct` or `sum`, each with the number of the match, from 1. Most chunks have none. */
function valuesOf(events: readonly EventEntry[]): [place: number, value: string][] {
  const values: [number, string][] = [];
  let place = 0;
  for (const { matches } of events) {
    for (const { value } of matches) {
      place += 1;
      if (value !== undefined) values.push([place, value]);
    }
  }
  return values;
}

/** Conditions that could not be answered: the number of the entry, from 1, and the automation. Most chunks have none. */
function failuresOf(entries: readonly ChunkEntry[]): [place: number, automation: string][] {
  const failures: [number, string][] = [];
  for (const [i, entry] of entries.entries()) {
    if (!isEvent(entry) || entry.whereErrors === undefined) continue;
    for (const id of entry.whereErrors) failures.push([i + 1, id]);
  }
  return failures;
}

function packFailures(packer: Packer, failures: readonly (readonly [number, string])[]): void {
  packer.count(failures.length);
  for (const [place] of failures) packer.count(place);
  for (const [, automation] of failures) packer.text(automation);
}

/** What entries say of sources, each with the number of the entry, from 1. */
function packMoves(packer: Packer, moves: readonly (readonly [place: number, move: SourceMove])[]): void {
  packer.count(moves.length);
  for (const [place] of moves) packer.count(place);
  for (const [, { form }] of moves) packer.byte(FED_FORMS.indexOf(form) + 1);
  for (const [, { source }] of moves) packer.text(source);
  for (const [, { ms }] of moves) packer.number(ms);
}

/** How often the number of a cell is in that of a match; the rest says what holds (lua/include/match.lua). */
const CELL = 64;

/** The matches of all events. They come ordered by automation; the last one of each is marked. */
function matchesOf(events: readonly EventEntry[], triggers: readonly ChunkTrigger[]): number[] {
  const cells = cellsOf(triggers);
  const numbers: number[] = [];
  for (const { matches } of events) {
    for (const [i, match] of matches.entries()) {
      const { trigger, key, arms, expects } = match;
      const next = matches[i + 1];
      const last = !next || triggers[next.trigger - 1]?.automation !== triggers[trigger - 1]?.automation;
      const cell = (cells[trigger - 1] ?? 0) + key + 1;
      numbers.push(CELL * cell + (arms ? 1 : 0) + (expects ? 2 : 0) + (last ? 4 : 0) + more(match));
    }
  }
  return numbers;
}

function more({ resets, resolves, noValue }: ChunkMatch): number {
  return (resets ? 8 : 0) + (resolves ? 16 : 0) + (noValue ? 32 : 0);
}
