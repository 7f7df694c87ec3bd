import type { Redis } from 'ioredis';
import type { Automation } from '../model/automation.ts';
import { type Entry, msOf } from '../model/intake.ts';
import { isAfter } from '../redis/log.ts';
import { countBetween, ledgerUpTo, readStanding, type StandingEngine } from '../redis/past.ts';
import { readEntries } from '../redis/scratch-log.ts';
import type { Store } from '../redis/store.ts';
import { alerts } from './exactness.ts';
import { type Past, pastOf } from './past.ts';
import { automationIn } from './run.ts';
import { type ToldFiring, toldOf } from './told.ts';

/** An engine whose log is replayed; nothing of it is changed. */
export type LiveEngine = Readonly<{ connections: Readonly<{ redis: Redis }>; store: Store }>;

/** How far the clock of a worker's server may lie behind the ids of entries, in ms: rules 1, clock skew, and as much again. */
const SKEW_MS = 10_000;

/** What there is to replay: entries from `first` to `to`, `count` of them, of which nothing may be missing before. */
export type Retained = Readonly<{
  standing: StandingEngine;
  past: Past;
  first: string | null;
  to: string;
  count: number;
  /** Up to there it is unknown what was, in ms. */
  frontMs: number;
}>;

/** @param sinceMs entries that are older are left out */
export async function readRetained({ connections: { redis }, store }: LiveEngine, sinceMs?: number): Promise<Retained> {
  const standing = await readStanding(redis, store);
  const waiting = await countBetween(redis, store, standing.position, standing.last);
  const since = sinceMs === undefined ? standing.first : await firstSince(redis, store, sinceMs, standing);
  const whole = since === standing.first;
  const complete = whole && standing.length - waiting === standing.applied;
  const past = pastOf({ ...standing, first: since }, complete);
  const count = whole
    ? standing.length - waiting
    : await countBetween(redis, store, idBefore(since), standing.position);
  const frontMs = Math.max(msOf(since ?? standing.position), msOf(past.knownFrom));
  return {
    standing,
    past,
    first: since,
    to: standing.position,
    count,
    frontMs: past.complete ? Number.NEGATIVE_INFINITY : frontMs,
  };
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

/** An id that no entry in front of this one has behind it. */
export function idBefore(id: string | null): string {
  if (id === null) return '0-0';
  const [ms = '0', sequence = '0'] = id.split('-');
  return BigInt(sequence) > 0n ? `${ms}-${BigInt(sequence) - 1n}` : `${BigInt(ms) - 1n}-18446744073709551615`;
}

/** Entries read at a time, fewer after large ones. */
const PAGE = 1_000;
const PAGE_CHARACTERS = 8_000_000;

/** The entries of a log from one to another, page by page. */
export async function* entriesOf(
  { connections: { redis }, store }: LiveEngine,
  first: string | null,
  to: string,
): AsyncGenerator<Entry[]> {
  if (first === null) return;
  let count = PAGE;
  for (let from = first; ; ) {
    const page = await readEntries(redis, store, from, to, count);
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

/** Keys that had an alert when the log began, by the ledger: what comes of it is not in the log. */
export async function alertsAt(live: LiveEngine, retained: Retained): Promise<ReadonlySet<string>> {
  const { automations, complete } = retained.past;
  const alerting = new Set([...automations.values()].flatMap((stood) => alertingId(automationIn(stood))));
  const open = new Set<string>();
  if (complete || alerting.size === 0) return open;
  const { frontMs } = retained;
  for (const told of await ledgerOf(live, retained, 0)) {
    if (!alerting.has(told.automation) || told.triggered > frontMs) continue;
    if (told.state === 'Triggered') open.add(keyOf(told));
    else open.delete(keyOf(told));
  }
  return open;
}

function alertingId(automation: Automation | null): string[] {
  if (automation === null || automation.trigger.type !== 'event') return [];
  return alerts(automation.trigger) ? [automation.id] : [];
}
