import type { Clock } from '../clock.ts';
import { type Away, Unanswered } from '../errors.ts';
import type { Event } from '../model/event.ts';
import type { Connections } from '../redis/connection.ts';
import { type Durability, NOT_KEPT_RETRY_MS } from '../redis/durability.ts';
import { receive } from '../redis/steps/receive.ts';
import type { Store } from '../redis/store.ts';
import type { Home, Homes } from './homes.ts';
import { withPatience } from './patience.ts';
import { refused } from './refused.ts';

/** What one call of the script takes: as many as a worker hands over at once, and no more of Redis' time. */
const AT_ONCE = 100;
const CHARACTERS_AT_ONCE = 2_000_000;

/** An event that came from outside, as `sealEvent` gives it. `known`: it brought an id, by which it is known when it comes again. */
export type SealedEvent = Readonly<{ event: Event; data: string; known: boolean }>;

/** `keepMs`: how long ids are remembered; `timeoutMs`: after which it is given up that Redis has not answered. */
export type ReceiveOptions = Readonly<{ keepMs: number; timeoutMs: number }>;

/** What became of an event, by its id. `repeated`: it came before. */
export type Received = Readonly<{ id: string; repeated: boolean }>;

export type ReceivingParts = Readonly<{
  clock: Clock;
  connections: Connections;
  homes: Homes;
  /** That of a log; null where nothing is asked for. */
  durability: (store: Store) => Durability | null;
  admit: (characters: number) => Promise<void> | null;
}>;

/**
 * Appends events that came from outside, those of one log in their order, each once. Resolves when all are as durable as the settings ask.
 * Where it fails, some may be in the log: those with an id are known when they are sent again.
 * @throws Overloaded, NotDurable; Unanswered, also at once while Redis is away: what waits for it here nobody knows of
 */
export async function receiveAll(
  parts: ReceivingParts,
  events: readonly SealedEvent[],
  { keepMs, timeoutMs }: ReceiveOptions,
): Promise<Received[]> {
  const id = events[0]?.event.id ?? '';
  const away: Away = parts.connections.away();
  if (away.reason !== null) throw new Unanswered('no', timeoutMs, id, NOT_KEPT_RETRY_MS, away);
  return await withPatience(parts, timeoutMs, id, async (patience) => {
    const homes: Home[] = [];
    for (const { event, data } of events)
      homes.push(await parts.homes.of(event, parts.admit(data.length), data.length));
    if (patience.over) throw new Error('given up');
    patience.sent = true;
    const found: Received[] = [];
    const byHome = Map.groupBy(events.keys(), (place) => homes[place] as Home);
    const written = [...byHome].map(async ([home, places]) => {
      for (const some of chunks(places, events)) {
        const entries = await write(
          parts,
          home,
          some.map((place) => events[place] as SealedEvent),
          keepMs,
        );
        for (const [i, place] of some.entries()) {
          found[place] = { id: (events[place] as SealedEvent).event.id, repeated: entries[i] === null };
        }
      }
    });
    await Promise.all(written);
    return found;
  });
}

async function write(
  { connections, durability }: ReceivingParts,
  home: Home,
  events: readonly SealedEvent[],
  keepMs: number,
): Promise<(string | null)[]> {
  const sent = events.map(({ event, data, known }) => ({ data, id: known ? event.id : null }));
  try {
    const kept = durability(home.store);
    if (kept === null) return await receive(connections.toward(home.store), home.store, sent, keepMs);
    // Without an id the second write of a lost connection would be another event.
    const named = events.map(({ event, data }) => ({ data, id: event.id }));
    const entries = await kept.write((redis) => receive(redis, home.store, named, keepMs));
    // What came before was written by another call, which may have failed for want of being durable.
    if (entries.includes(null)) await kept.barrier();
    return entries;
  } catch (error) {
    throw refused(error, events[0]?.event.id ?? null);
  }
}

/** Places of events, cut into lists that one call takes. */
function chunks(places: readonly number[], events: readonly SealedEvent[]): number[][] {
  const lists: number[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const { length } = events[place]?.data ?? '';
    const last = lists.at(-1);
    if (last !== undefined && last.length < AT_ONCE && characters + length <= CHARACTERS_AT_ONCE) {
      last.push(place);
      characters += length;
    } else {
      lists.push([place]);
      characters = length;
    }
  }
  return lists;
}
