import type { Redis } from 'ioredis';
import type { Watchfire } from '../../../src/index.ts';
import { parseFiring } from '../../../src/model/firing.ts';
import { isRecord } from '../../../src/model/record.ts';
import type { Prefect } from './prefect.ts';

/** A firing of either system. `what`: its labels and the id of its event, which both know; `atMs`: when it says that it fired. */
export type Fired = Readonly<{ automation: string; what: string; atMs: number }>;

const PAGE = 2_000;

/** An event as Prefect stored it. */
export type StoredEvent = Readonly<{
  id: string;
  event: string;
  occurred: string;
  follows: string | null;
  resource: Readonly<Record<string, string>>;
  related: readonly Readonly<Record<string, string>>[];
  payload: unknown;
}>;

/** All events that Prefect stored, the oldest first. */
export async function storedEvents(prefect: Prefect): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  let page = await prefect.post('/events/filter', { filter: { order: 'ASC' }, limit: 50 });
  for (;;) {
    events.push(...(page.events as StoredEvent[]));
    const next = page.next_page;
    if (typeof next !== 'string') return events;
    page = await prefect.get(next.slice(next.indexOf('/events/')));
  }
}

/** What Prefect's own triggers fired, as its events say. */
export function firedByPrefect(stored: readonly StoredEvent[]): Fired[] {
  const fired = stored.filter(({ event }) => event === 'prefect.automation.triggered');
  return fired.map(({ resource, payload, occurred }) => {
    const { triggering_labels: labels, triggering_event: event } = isRecord(payload) ? payload : {};
    return {
      automation: resource['prefect.resource.name'] ?? '',
      what: told(labels, event),
      atMs: Date.parse(occurred),
    };
  });
}

/** What Watchfire fired, as its ledger says. */
export async function firedByWatchfire({ connections, store }: Watchfire): Promise<Fired[]> {
  const fired: Fired[] = [];
  for await (const [, fields] of allOf(connections.redis, store.keys.firings)) {
    const { name, state, labels, event, triggered } = parseFiring(fields);
    if (state === 'Triggered') fired.push({ automation: name, what: told(labels, event), atMs: triggered });
  }
  return fired;
}

/** Ids of the events in the log of Watchfire, in order, and when each came in, in ms. */
export async function logged({ connections, store }: Watchfire): Promise<[id: string, atMs: number][]> {
  const events: [string, number][] = [];
  for await (const [entry, fields] of allOf(connections.redis, store.keys.events))
    for (const [i, name] of fields.entries())
      if (name === 'data')
        events.push([(JSON.parse(fields[i + 1] ?? '{}') as { id: string }).id, Number.parseInt(entry, 10)]);
  return events;
}

async function* allOf(redis: Redis, key: string): AsyncGenerator<[entry: string, fields: string[]]> {
  for (let from = '-'; ; ) {
    const page = await redis.xrange(key, from, '+', 'COUNT', PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = `(${last[0]}`;
  }
}

function told(labels: unknown, event: unknown): string {
  const sorted = Object.entries(isRecord(labels) ? labels : {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted, isRecord(event) ? event.id : null]);
}
