import type { Redis } from 'ioredis';
import { isRecord } from '../model/record.ts';
import { readParked } from '../redis/parked.ts';
import { readSettings } from '../redis/settings.ts';
import type { Store } from '../redis/store.ts';
import { shownJson, textIn } from '../redis/stored.ts';

/** An event that waits for the one it follows. Times in ms; after `until` it goes on without it. Empty texts where others removed what stood there. */
export type Parked = {
  id: string;
  event: string;
  resource: string;
  /** Id of the event that it waits for. */
  follows: string;
  since: number;
  until: number;
};

/** Events that wait for the one they follow, those that have waited longest first, and how many there are in all. */
export type FoundParked = { events: Parked[]; total: number };

export async function parkedEvents(redis: Redis, store: Store, limit: number): Promise<FoundParked> {
  const { found, total } = await readParked(redis, store, limit);
  const { followWaitMs } = await readSettings(redis, store);
  const events = found.map(({ id, since, leader, document }): Parked => {
    const event = shownJson(document ?? undefined);
    return {
      id,
      event: textIn(event, 'event') ?? '',
      resource: (isRecord(event) ? textIn(event.resource, 'id') : null) ?? '',
      follows: leader ?? '',
      since,
      until: since + followWaitMs,
    };
  });
  return { events, total };
}
