import type { Redis } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import { deliveryEvent, recordOf } from '../model/delivery.ts';
import { sealEvent } from '../model/intake.ts';
import { noteDelivery } from '../redis/steps/note-delivery.ts';
import type { Store } from '../redis/store.ts';
import type { NotedTry } from './deliveries.ts';

/** Notes how a try of a delivery went, and has the automations that listen hear of its end. */
export async function noteTry(
  { redis, store, nowMs }: Readonly<{ redis: Redis; store: Store; nowMs: number }>,
  { id, job, tried, start }: NotedTry,
): Promise<void> {
  const record = recordOf(job, tried, nowMs);
  const over = record.state === 'sent' || record.state === 'failed';
  const event = over ? sealed(deliveryEvent(id, job, record, start), nowMs) : null;
  await noteDelivery(redis, store, { job: id, state: record.state, record: JSON.stringify(record), event });
}

/** As it stands in the log; null for what no event can hold, such as a name of more than a megabyte. */
function sealed(document: object, nowMs: number): string | null {
  try {
    return sealEvent(document, () => '', nowMs, { anyId: true }).data;
  } catch (error) {
    if (error instanceof InvalidDocument) return null;
    throw error;
  }
}
