import type { Redis } from 'ioredis';
import type { KnownSource, SourceNote } from '../model/known-source.ts';
import { isRecord } from '../model/record.ts';
import { readFed } from './fed.ts';
import { closeSource } from './steps/close-source.ts';
import type { Store } from './store.ts';
import { shownJson, storedNumber } from './stored.ts';
import { execute } from './transaction.ts';

/*
 * What is known of the sources of a log that are no logs of the engine, in one hash: under a source's name the place in it, and behind the
 * name and a space what else there is. Names hold no spaces. lua/bring-in.lua writes the place and the counts.
 */

/** All sources that the log knows, by name. */
export async function knownSources(redis: Redis, store: Store): Promise<KnownSource[]> {
  const fields = await redis.hgetall(store.keys.sources);
  const names = new Set(Object.keys(fields).map((field) => field.split(' ', 1)[0] ?? ''));
  return [...names].sort().map((name) => knownIn(fields, name));
}

/** One of them. */
export async function knownSource(redis: Redis, store: Store, name: string): Promise<KnownSource | null> {
  return (await knownSources(redis, store)).find((one) => one.name === name) ?? null;
}

function knownIn(fields: Readonly<Record<string, string>>, name: string): KnownSource {
  const spec = shownJson(fields[`${name} spec`]);
  const count = (what: string): number => storedNumber(fields[`${name} ${what}`], 0);
  return {
    name,
    place: fields[name] ?? null,
    events: count('events'),
    letters: count('letters'),
    lost: count('lost'),
    pausedMs: fields[`${name} paused`] === undefined ? null : count('paused'),
    spec: isRecord(spec) ? spec : null,
    note: noteIn(shownJson(fields[`${name} note`])),
  };
}

function noteIn(value: unknown): SourceNote | null {
  if (!isRecord(value) || typeof value.atMs !== 'number') return null;
  const { atMs, behind, waitsMs, error } = value;
  return {
    atMs,
    behind: typeof behind === 'number' ? behind : null,
    waitsMs: typeof waitsMs === 'number' ? waitsMs : 0,
    error: typeof error === 'string' ? error : null,
  };
}

/** Publishes the document of a source, so that all see it and its dead letters can be sent again by it. Secrets must not be in it. */
export async function announceSource(redis: Redis, store: Store, name: string, spec: object): Promise<void> {
  await redis.hset(store.keys.sources, `${name} spec`, JSON.stringify(spec));
}

/** Notes how a source is. */
export async function noteSource(redis: Redis, store: Store, name: string, note: SourceNote): Promise<void> {
  await redis.hset(store.keys.sources, `${name} note`, JSON.stringify(note));
}

/** How far a source is: the place, how many entries it ever had up to there, the id by which the log knows it, and whether it is open. */
export type PlaceInSource = Readonly<{
  place: string;
  read: number | null;
  fedId: string;
  open: boolean;
  toldMs: number;
  /** How often somebody had it go on elsewhere. */
  sought: number;
}>;

/** Null where it was never begun. */
export async function placeIn(redis: Redis, store: Store, name: string): Promise<PlaceInSource | null> {
  const [[place = null, read = null, sought = null], fed] = await Promise.all([
    redis.hmget(store.keys.sources, name, `${name} read`, `${name} sought`),
    readFed(redis, store, name),
  ]);
  if (place === null) return null;
  const { open = false, mark = '', toldMs = 0 } = fed ?? {};
  return { place, read: read === null ? null : Number(read), fedId: mark, open, toldMs, sought: Number(sought) };
}

/** Where a source begins, unless somebody began it before. */
export async function beginAt(
  redis: Redis,
  store: Store,
  name: string,
  { place, read }: Readonly<{ place: string; read: number | null }>,
): Promise<void> {
  if ((await redis.hsetnx(store.keys.sources, name, place)) === 1 && read !== null)
    await redis.hset(store.keys.sources, `${name} read`, read);
}

/**
 * Pauses a source, or lets it go on: nothing is brought in meanwhile, by whichever program.
 * @returns false where it was so before
 */
export async function pauseSource(redis: Redis, store: Store, name: string, sinceMs: number | null): Promise<boolean> {
  const field = `${name} paused`;
  const { sources } = store.keys;
  const changed = sinceMs === null ? await redis.hdel(sources, field) : await redis.hsetnx(sources, field, sinceMs);
  return changed === 1;
}

/** Counts what a source was sent that has no place in it. Its document goes along, where somebody forgot the source meanwhile. */
export async function countSent(
  redis: Redis,
  store: Store,
  name: string,
  { spec, events, letters }: Readonly<{ spec: object; events: number; letters: number }>,
): Promise<void> {
  const { sources } = store.keys;
  const counting = redis.multi().hset(sources, `${name} spec`, JSON.stringify(spec));
  counting.hincrby(sources, `${name} events`, events).hincrby(sources, `${name} letters`, letters);
  await execute(counting);
}

/**
 * Has a source go on behind a place, in whichever stream it reads now; how many entries it had up to there is found out again. In one step: a
 * program that read the place with the old count would take what lies between for lost.
 */
export async function moveSource(redis: Redis, store: Store, name: string, place: string): Promise<void> {
  const { sources } = store.keys;
  const moving = redis.multi().hset(sources, name, place).hdel(sources, `${name} read`, `${name} stream`);
  await execute(moving.hincrby(sources, `${name} sought`, 1));
}

/** Notes in which stream the place of a source is. @returns the stream that it is in */
export async function claimStream(redis: Redis, store: Store, name: string, stream: string): Promise<string> {
  const field = `${name} stream`;
  if ((await redis.hsetnx(store.keys.sources, field, stream)) === 1) return stream;
  return (await redis.hget(store.keys.sources, field)) ?? stream;
}

/** Ends a source: time does not wait for it any more, and nothing is known of it. */
export async function forgetSource(redis: Redis, store: Store, name: string): Promise<void> {
  await closeSource(redis, store, name);
  const behind = ['read', 'events', 'letters', 'lost', 'paused', 'spec', 'note', 'stream', 'sought'].map(
    (what) => `${name} ${what}`,
  );
  await redis.hdel(store.keys.sources, name, ...behind);
}
