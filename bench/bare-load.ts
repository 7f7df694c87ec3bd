import { digestOf } from '../src/apply/digest.ts';
import type { Store } from '../src/redis/store.ts';
import type { Log } from './engine.ts';

/** Events of one call. */
const CHUNK = 100;

const WINDOW_MS = 600_000;
const KEEP_MS = 60_000;

/** Hashes of remembered ids in use: each holds a few, so that Redis keeps it small. */
const SHARDS = 32_749;

/** The arguments of bare.lua for each chunk of a log of `shop.ts`, see there. */
export function storedEvents({ prefixes }: Store, log: Log): string[][] {
  const calls: string[][] = [];
  for (let at = 0; at < log.length; at += CHUNK) {
    const chunk = log.slice(at, at + CHUNK);
    const values = chunk.flatMap(([entry, data], i) => {
      const event = JSON.parse(data) as { id: string; event: string; resource: { id: string } };
      const ms = Number.parseInt(entry, 10);
      const trigger = `${event.event}++1`;
      return [
        `${prefixes.seen}1:${((at + i) * 7_919) % SHARDS}`,
        digestOf(event.id).tail.toString('base64'),
        `${prefixes.windows}${trigger}:${event.resource.id}`,
        prefixes.deadlines + trigger,
        event.resource.id,
        trigger,
        String(ms),
        String(ms + WINDOW_MS),
        String(ms + WINDOW_MS + KEEP_MS),
        entry,
        data,
      ];
    });
    calls.push([chunk.at(-1)?.[0] ?? '', ...values]);
  }
  return calls;
}
