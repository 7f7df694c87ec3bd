import type { Redis } from 'ioredis';
import { compileNames } from '../match/names.ts';
import type { Event } from '../model/event.ts';
import { decode, type Entry } from '../model/intake.ts';
import { isAfter, newestBefore, readEach, readPosition } from '../redis/log.ts';
import type { Store } from '../redis/store.ts';
import { compareIds } from './merged.ts';
import { idIn, type PartAnswer } from './parts.ts';

/** Entries read at a time, and looked at for one question: some tens of ms of Redis. */
const PAGE = 500;
const LOOK_LIMIT = 5_000;

/**
 * Which events are wanted: `name` is a pattern as in `expect`; `resource` is in the id of the resource, `label` a label of it with exactly that
 * value. `before`: the entry that they stand before.
 */
export type EventQuery = Readonly<{
  limit: number;
  before?: string;
  name?: string;
  resource?: string;
  label?: Readonly<{ name: string; value: string }>;
}>;

/** An entry of the log. `event` is null for one that is no event; then `reason` says why. `applied`: whether it has taken effect. */
export type PastEvent = Readonly<{ entry: string; event: Event | null; reason: string | null; applied: boolean }>;

/** The newest first. `next`: the entry before which there may be more; null at the beginning of the log. `looked`: how many entries were read. */
export type FoundEvents = Readonly<{ events: readonly PastEvent[]; next: string | null; looked: number }>;

/** Entries of the log from the newest one back, of one engine. */
export async function pastEvents(redis: Redis, store: Store, query: EventQuery): Promise<FoundEvents> {
  const fits = filterOf(query);
  const position = await readPosition(redis, store);
  const events: PastEvent[] = [];
  let looked = 0;
  let end = query.before === undefined ? '+' : `(${query.before}`;
  for (;;) {
    const page = await newestBefore(redis, store, end, PAGE);
    for (const entry of page) {
      looked += 1;
      const past = pastOf(entry, position);
      if (past !== null && fits(past)) events.push(past);
      if (events.length === query.limit) return { events, next: entry.id, looked };
    }
    const last = page.at(-1)?.id;
    if (last === undefined || page.length < PAGE) return { events, next: null, looked };
    if (looked >= LOOK_LIMIT) return { events, next: last, looked };
    end = `(${last}`;
  }
}

/** One entry, by its id; null for none. */
export async function pastEvent(redis: Redis, store: Store, id: string): Promise<PastEvent | null> {
  if (!/^\d{1,20}-\d{1,20}$/.test(id)) return null;
  const [[entry], position] = await Promise.all([readEach(redis, store, [id]), readPosition(redis, store)]);
  return entry === undefined ? null : pastOf(entry, position);
}

function pastOf(entry: Entry, position: string): PastEvent | null {
  const decoded = decode(entry);
  const applied = !isAfter(entry.id, position);
  if (decoded.kind === 'event') return { entry: entry.id, event: decoded.event, reason: null, applied };
  // Marks of what feeds a log are nobody's events.
  return decoded.mark ? null : { entry: entry.id, event: null, reason: decoded.reason, applied };
}

function filterOf({ name, resource, label }: EventQuery): (past: PastEvent) => boolean {
  if (name === undefined && resource === undefined && label === undefined) return () => true;
  const isNamed = compileNames([name ?? '*']);
  return ({ event }) =>
    event !== null &&
    isNamed(event.event) &&
    (resource === undefined || (event.resource.id ?? '').includes(resource)) &&
    (label === undefined || event.resource[label.name] === label.value);
}

/** What partitions answer, as one answer. */
export function mergedEvents(answers: readonly PartAnswer<FoundEvents>[], limit: number): FoundEvents {
  const [first] = answers;
  if (first?.part === '') return first.found;
  const looked = answers.reduce((sum, { found }) => sum + found.looked, 0);
  const nexts = answers.flatMap(({ part, found }) => (found.next === null ? [] : [idIn(part, found.next)]));
  // Before the newest of these ends nothing is known of that partition.
  const bound = nexts.sort(compareIds).at(-1) ?? null;
  const all = answers
    .flatMap(({ part, found }) => found.events.map((one) => ({ ...one, entry: idIn(part, one.entry) })))
    .filter(({ entry }) => bound === null || compareIds(entry, bound) >= 0)
    .sort((a, b) => compareIds(b.entry, a.entry));
  const events = all.slice(0, limit);
  return { events, next: all.length > limit ? (events.at(-1)?.entry ?? bound) : bound, looked };
}
