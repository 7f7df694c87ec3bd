import { InvalidDocument } from '../../errors.ts';
import type { Labels } from '../event.ts';
import type { Drafted, Preset } from '../incoming.ts';
import { type JsonObject, objectIn } from './fields.ts';

/** Fields of an event of a queue that have a place of their own. */
const PLACED: ReadonlySet<string> = new Set(['event', 'jobId', 'queue', 'name', 'attempts', 'cause_chain']);

/**
 * An event of a queue of BullMQ: `event` and `jobId` as BullMQ writes them, beside `queue`, and what the runner read of the job: `name`,
 * `attempts`, `data`. A queue that is drained is itself the resource.
 */
export const bullmqPreset: Preset = (incoming) => {
  const entry = objectIn(incoming);
  const { queue } = entry;
  if (typeof entry.event !== 'string') throw new InvalidDocument('entry.event', 'must be a string', entry.event);
  if (typeof queue !== 'string') throw new InvalidDocument('entry.queue', 'must be a string', queue);
  const payload = Object.fromEntries(Object.entries(entry).filter(([key]) => !PLACED.has(key)));
  const chain = Array.isArray(entry.cause_chain) ? { cause_chain: entry.cause_chain as unknown[] } : {};
  return [{ ...named(entry, queue), payload, ...chain } as Drafted];
};

function named(entry: JsonObject, queue: string): Pick<Drafted, 'event' | 'resource'> {
  const { event, jobId } = entry;
  if (typeof jobId !== 'string') {
    return { event: `bullmq.queue.${String(event)}`, resource: { id: `bullmq.queue.${queue}`, queue } };
  }
  const resource: Record<string, string> = { id: `bullmq.job.${queue}.${jobId}`, queue };
  if (typeof entry.name === 'string') resource.name = entry.name;
  if (typeof entry.attempts === 'string') resource.attempts = entry.attempts;
  return { event: `bullmq.job.${String(event)}`, resource: resource as Labels };
}
