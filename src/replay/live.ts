import type { Redis } from 'ioredis';
import { type Entry, msOf } from '../model/intake.ts';
import type { PartitionLayout } from '../model/partition.ts';
import { formatTimestamp } from '../model/timestamp.ts';
import { backlogByBook, readRemoved } from '../redis/backlog.ts';
import type { ErasedEntry } from '../redis/erased.ts';
import { byId, idBefore, isAfter } from '../redis/log.ts';
import { Paced } from '../redis/paced.ts';
import { countBetween, ledgerUpTo, readStanding, type StandingEngine } from '../redis/past.ts';
import { readEntries } from '../redis/scratch-log.ts';
import type { Store } from '../redis/store.ts';
import { type Past, pastOf } from './past.ts';
import type { ScratchPlace } from './player.ts';
import { type ToldFiring, toldOf } from './told.ts';

/** An engine whose log is replayed; nothing of it is changed. */
export type LiveEngine = Readonly<{ connections: Readonly<{ redis: Redis }>; store: Store }>;

/** One whose namespace may be divided. */
export type LiveNamespace = LiveEngine & Readonly<{ partitions: () => Promise<PartitionLayout | null> }>;

/** Where the log of a partition is replayed, by its name: '' without partitions. */
export type PlaceFor = (name: string) => ScratchPlace;

/** How far the clock of a worker's server may lie behind the ids of entries, in ms: rules 1, clock skew, and as much again. */
const SKEW_MS = 10_000;

/** What there is to replay: entries from `first` to `to`, about `count` of them, of which nothing may be missing before. */
export type Retained = Readonly<{
  standing: StandingEngine;
  past: Past;
  first: string | null;
  to: string;
  count: number;
  /** Up to there it is unknown what was, in ms. */
  frontMs: number;
  /** What feeds the log and was opened before it begins; none where it begins at its first entry. */
  sources: readonly string[];
}>;

/** @param sinceMs entries that are older are left out */
export async function readRetained({ connections: { redis }, store }: LiveEngine, sinceMs?: number): Promise<Retained> {
  const standing = withErasedFront(await readStanding(redis, store));
  const since = sinceMs === undefined ? standing.first : await firstSince(redis, store, sinceMs, standing);
  const whole = since === standing.first;
  const complete = whole && (await isComplete(redis, store, standing));
  const past = pastOf({ ...standing, first: since }, complete);
  const count = whole
    ? await countOfWhole(redis, store, standing, complete)
    : await countBetween(redis, store, since === null ? '0-0' : idBefore(since), standing.position);
  const frontMs = Math.max(msOf(since ?? standing.position), msOf(past.knownFrom));
  return {
    standing,
    past,
    first: since,
    to: standing.position,
    count,
    frontMs: past.complete ? Number.NEGATIVE_INFINITY : frontMs,
    sources: past.complete ? [] : Object.keys(standing.reached),
  };
}

/** How many entries of a whole log are applied. Where it is not complete the book says about how many. */
async function countOfWhole(redis: Redis, store: Store, standing: StandingEngine, complete: boolean): Promise<number> {
  if (complete) return standing.applied;
  const { behind } = await backlogByBook(redis, store);
  return standing.length - (behind ?? 0) + erasedCount(standing);
}

/** Whether every entry that was ever applied is still there, or was erased. */
async function isComplete(redis: Redis, store: Store, standing: StandingEngine): Promise<boolean> {
  const kept = standing.length + erasedCount(standing);
  // Often that is known without reading what waits.
  if (kept < standing.applied) return false;
  if ((await readRemoved(redis, store)) === erasedCount(standing)) return true;
  const waiting = await countBetween(redis, store, standing.position, standing.last);
  return kept - waiting === standing.applied;
}

/** Erased entries stand where they stood, as far as the log reaches: a front that was trimmed takes them along. */
function withErasedFront(standing: StandingEngine): StandingEngine {
  const { first } = standing;
  if (standing.length === 0 || standing.applied - standing.length > erasedCount(standing)) return standing;
  const ids = standing.history.flatMap((one) => (one.kind === 'erased' ? one.erased.entries.map(({ id }) => id) : []));
  const front = ids.reduce((least, id) => (least === null || isAfter(least, id) ? id : least), first);
  return { ...standing, first: front };
}

function erasedCount({ history }: StandingEngine): number {
  return history.reduce((sum, one) => sum + (one.kind === 'erased' ? one.erased.entries.length : 0), 0);
}

async function firstSince(
  redis: Redis,
  store: Store,
  sinceMs: number,
  standing: StandingEngine,
): Promise<string | null> {
  const [entry] = await readEntries(redis, store, String(Math.max(0, sinceMs)), standing.position, 1);
  return entry?.id ?? null;
}

/** Entries read at a time, fewer after large ones. */
const PAGE = 1_000;
const PAGE_CHARACTERS = 8_000_000;

/** The entries of a log from one to another, page by page; in the place of those that were erased something that nobody wants. */
export async function* entriesOf(
  live: LiveEngine,
  first: string | null,
  to: string,
  erased: Past['erased'] = NONE_ERASED,
): AsyncGenerator<Entry[]> {
  if (erased.size === 0) return yield* entriesThere(live, first, to);
  const from = first ?? '0-0';
  let left = [...erased.values()].filter(({ id }) => !isAfter(bare(from), id) && !isAfter(id, to)).sort(byId);
  for await (const page of entriesThere(live, first, to)) {
    const end = page.at(-1)?.id ?? to;
    const due = left.filter(({ id }) => !isAfter(id, end));
    left = left.slice(due.length);
    const there = page.filter(({ id }) => !erased.has(id));
    yield [...there, ...due.map(inItsPlace)].sort(byId);
  }
  if (left.length > 0) yield left.map(inItsPlace);
}

const NONE_ERASED: Past['erased'] = new Map();

/** Without the mark that leaves an entry itself out. */
function bare(id: string): string {
  return id.startsWith('(') ? id.slice(1) : id;
}

/** It moves the clock, and the sources of the log, as the one that was erased did. */
function inItsPlace({ id, occurred, fed }: ErasedEntry): Entry {
  const event = { id: `erased-${id}`, event: 'erased', resource: { id: 'erased' } };
  const data = occurred === null ? 'erased' : JSON.stringify({ ...event, occurred: formatTimestamp(occurred) });
  return { id, fields: [...(fed === null ? [] : ['fed', fed]), 'data', data] };
}

async function* entriesThere(
  { connections: { redis }, store }: LiveEngine,
  first: string | null,
  to: string,
): AsyncGenerator<Entry[]> {
  if (first === null) return;
  const paced = new Paced();
  let count = PAGE;
  for (let from = first; ; ) {
    const page = await paced.read(() => readEntries(redis, store, from, to, count));
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (!isAfter(to, last.id)) return;
    from = `(${last.id}`;
    const characters = page.reduce((sum, { fields }) => sum + fields.reduce((all, text) => all + text.length, 0), 0);
    count = Math.max(1, Math.min(PAGE, Math.floor((page.length * PAGE_CHARACTERS) / Math.max(1, characters))));
  }
}

/** The ledger, as far as it is compared. @param sinceMs what was decided before is left out */
export async function ledgerOf(
  { connections: { redis }, store }: LiveEngine,
  { standing }: Retained,
  sinceMs: number,
): Promise<ToldFiring[]> {
  const told: ToldFiring[] = [];
  for await (const page of ledgerUpTo(redis, store, sinceMs - SKEW_MS, standing.ledgerEnd)) {
    for (const entry of page) told.push(toldOf(entry));
  }
  return told;
}

/** A key of an automation, by its triggering_labels as JSON. */
export function keyOf({ automation, labels }: Pick<ToldFiring, 'automation' | 'labels'>): string {
  return JSON.stringify([automation, labels]);
}
