import type { Redis } from 'ioredis';
import { isAfter } from '../../../src/redis/log.ts';
import type { Store } from '../../../src/redis/store.ts';

/** Entries of one read. */
const PAGE = 1_000;

export type LoggedEvent = Readonly<{
  id: string;
  event: string;
  occurred?: string;
  resource: Readonly<{ id: string; region?: string }>;
}>;

/** An event as it stands in a log for the first time, with when it arrived: in the log that it came to first, where it was fed from there. */
export type Logged = Readonly<{ event: LoggedEvent; atMs: number }>;

/** `disorder`: entries whose id in their source is not behind that of the one before them: fed twice, or out of their order. */
export type Log = Readonly<{ events: ReadonlyMap<string, Logged>; fed: number; disorder: readonly string[] }>;

export async function* entriesOf(redis: Redis, key: string): AsyncGenerator<readonly [string, string[]]> {
  for (let after = '-'; ; ) {
    const page = await redis.xrange(key, after, '+', 'COUNT', PAGE);
    yield* page;
    const last = page.at(-1)?.[0];
    if (last === undefined || page.length < PAGE) return;
    after = `(${last}`;
  }
}

/** Reads a whole log. Nothing of the engine explains its entries here. */
export async function logOf(redis: Redis, store: Store): Promise<Log> {
  const events = new Map<string, Logged>();
  const last = new Map<string, string>();
  const disorder: string[] = [];
  let count = 0;
  for await (const [own, whole] of entriesOf(redis, store.keys.events)) {
    let [came, fields] = [own, whole];
    if (whole[0] === 'fed') {
      const [source = '', id = ''] = (whole[1] ?? '').split(' ');
      const before = last.get(source);
      if (before !== undefined && !isAfter(id, before)) disorder.push(`${store.namespace} ${own}: ${source} ${id}`);
      last.set(source, id);
      [came, fields] = [id, whole.slice(2)];
      count += 1;
    }
    if (fields[0] !== 'data') continue;
    const event = JSON.parse(fields[1] ?? '{}') as LoggedEvent;
    if (!events.has(event.id)) events.set(event.id, { event, atMs: Number(came.split('-')[0]) });
  }
  return { events, fed: count, disorder };
}
