import { systemClock } from '../../clock.ts';
import type { Watchfire } from '../../engine.ts';
import type { Reasons } from '../../inspect/reasons.ts';
import type { Io } from '../verb.ts';
import type { Filter } from './filter.ts';
import { firingJson } from './firing.ts';
import { type LiveItem, lineOf, ordered, painter } from './live.ts';
import { unwantedOf } from './live-event.ts';
import { jsonText } from './output.ts';

/** How long the first of several things waits for those it caused, which come by other ways: more than a job takes. */
const GATHER_MS = 60;

/** Things held for a reader that is slower than the engine; beyond it they are only counted. */
const HELD_LIMIT = 10_000;

/** Names kept: hardly anybody has more automations, and they take a few megabytes. */
const NAMES_LIMIT = 100_000;

/** The largest number that a stream id has behind its milliseconds. */
const LAST_OF_MS = '18446744073709551615';

/**
 * `wanted` leaves out what nobody asked for; `only`: the id of the one automation whose reasons are wanted; `sinceMs`: firings since then come
 * first, null for new ones alone.
 */
export type Watched = Readonly<{
  json: boolean;
  wanted?: Filter | null;
  only?: string | null;
  sinceMs?: number | null;
}>;

/** Stops watching; what was seen is printed first. */
export type Watcher = { stop: () => Promise<void> };

/** What has been seen and not printed yet, with the time of this process at which it was. */
class Held {
  #items: { seenMs: number; item: LiveItem }[] = [];
  #more = new Map<string, number>();

  get empty(): boolean {
    return this.#items.length === 0 && this.#more.size === 0;
  }

  get full(): boolean {
    return this.#items.length >= HELD_LIMIT;
  }

  /** There is room for what comes by other ways still. */
  get busy(): boolean {
    return this.#items.length >= HELD_LIMIT / 2;
  }

  add(item: LiveItem, seenMs: number): void {
    if (!this.full) {
      this.#items.push({ seenMs, item });
      return;
    }
    for (const [name, count] of Object.entries(countsOf(item)))
      this.#more.set(name, (this.#more.get(name) ?? 0) + count);
  }

  /** Takes what was seen by `untilMs`, with what belongs to it. */
  take(untilMs: number): LiveItem[] {
    const related = relatives(this.#items.map(({ item }) => item));
    const due = new Set(this.#items.filter(({ seenMs }) => seenMs <= untilMs).map(({ item }) => related(item)));
    const taken = this.#items.filter(({ item }) => due.has(related(item)));
    const items = ordered(taken.map(({ item }) => item));
    this.#items = this.#items.filter(({ item }) => !due.has(related(item)));
    if (this.#more.size > 0) items.push({ kind: 'more', outcomes: Object.fromEntries(this.#more) });
    this.#more = new Map();
    return items;
  }
}

/** What an item counts as where there is no room for it. */
function countsOf(item: LiveItem): Readonly<Record<string, number>> {
  if (item.kind === 'more') return item.outcomes;
  if (item.kind === 'dropped') return { [item.kind]: item.messages };
  return { [item.kind === 'event' ? item.outcome : item.kind]: 1 };
}

/** Gives everything that followed from one event the same name, as far as it is among `items`. */
function relatives(items: readonly LiveItem[]): (item: LiveItem) => string | LiveItem {
  const eventOf = new Map<string, string>();
  for (const item of items) {
    if (item.kind !== 'firing') continue;
    const { id, event } = item.recorded.firing;
    eventOf.set(id, event ? `event ${event.id}` : `firing ${id}`);
  }
  return (item) => {
    if (item.kind === 'job') return eventOf.get(item.firing) ?? `firing ${item.firing}`;
    if (item.kind === 'firing') return eventOf.get(item.recorded.firing.id) ?? item;
    return item.kind === 'event' && item.id !== undefined ? `event ${item.id}` : item;
  };
}

/**
 * Prints what all workers of a namespace do: a line for each event, firing and job, or one JSON object. Events and jobs
 * are published by the workers, which notice a listener within a second; firings come from the ledger.
 * Resolves when it listens.
 */
export async function watch(
  watchfire: Watchfire,
  io: Io,
  { json, wanted = null, only = null, sinceMs = null }: Watched,
): Promise<Watcher> {
  const held = new Held();
  const reasons = await watchfire.reasons(only);
  const names: Names = { generation: '', byId: new Map() };
  const stopping = new AbortController();
  const { signal } = stopping;
  let printing: Promise<void> | null = null;

  const print = async (): Promise<void> => {
    while (!held.empty) {
      // Some of it may have come just now: then there is another round.
      await systemClock.sleep(GATHER_MS, signal);
      const taken = held.take(signal.aborted ? Number.POSITIVE_INFINITY : systemClock.nowMs() - GATHER_MS);
      const known = await withReasons(taken, reasons);
      const items = wanted ? wanted(known) : known;
      if (!json) await learnNames(watchfire, items, names);
      const paint = painter(io.color);
      for (const item of items) {
        io.out(json ? jsonOf(item) : lineOf(item, names.byId, paint));
        await io.drained();
      }
    }
    printing = null;
  };
  const add = (items: readonly LiveItem[]): void => {
    for (const item of items) held.add(item, systemClock.nowMs());
    if (items.length > 0) printing ??= print();
  };

  const deafen = await watchfire.listen(add);
  // An id of a firing of that very millisecond is behind the one that is named here.
  const after = sinceMs === null ? await watchfire.endOfLedger() : `${Math.max(0, sinceMs - 1)}-${LAST_OF_MS}`;
  const follow = async (): Promise<void> => {
    for await (const firings of watchfire.followFirings(after, signal)) {
      add(firings.map((recorded) => ({ kind: 'firing', recorded })));
      // A slow reader of our output holds up the reading, not the engine.
      if (held.busy) await printing;
    }
  };
  const following = follow();

  return {
    stop: async () => {
      stopping.abort();
      deafen();
      await following;
      await printing;
    },
  };
}

/** Adds why events were not wanted, as far as that can be known. */
async function withReasons(items: readonly LiveItem[], reasons: Pick<Reasons, 'of'>): Promise<LiveItem[]> {
  const events = items.flatMap((item) => (item.kind === 'event' && item.event !== undefined ? [item.entry] : []));
  const known = await reasons.of(events).catch(() => new Map<string, never>());
  return items.map((item) => {
    const found = item.kind === 'event' ? known.get(item.entry) : undefined;
    return item.kind !== 'event' || found === undefined ? item : { ...item, unwanted: unwantedOf(item, found) };
  });
}

function jsonOf(item: LiveItem): string {
  return jsonText(item.kind === 'firing' ? { kind: 'firing', ...firingJson(item.recorded) } : item);
}

/** Names of automations, as they were at a generation. */
type Names = { generation: string; byId: Map<string, string> };

/** Looks up the names of automations that were not mentioned before, and of all when an automation has changed since. */
async function learnNames(watchfire: Watchfire, items: readonly LiveItem[], names: Names): Promise<void> {
  const ids = new Set(items.flatMap(mentioned).filter((id) => id !== ''));
  if (ids.size === 0) return;
  const generation = await watchfire.generation().catch(() => names.generation);
  if (generation !== names.generation || names.byId.size + ids.size > NAMES_LIMIT) names.byId.clear();
  names.generation = generation;
  const unknown = [...ids].filter((id) => !names.byId.has(id));
  // Without them ids are shown.
  const found = await watchfire.names(unknown).catch(() => new Map<string, string>());
  for (const [id, name] of found) names.byId.set(id, name);
}

function mentioned(item: LiveItem): string[] {
  if (item.kind === 'event') return [...item.decisions, ...(item.unwanted ?? [])].map(({ automation }) => automation);
  return item.kind === 'job' ? [item.automation] : [];
}
