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
        Buffer.from(digestOf(event.id).tail, 'latin1').toString('base64'),
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

/** Ids that the last generation keeps in a bucket, on average, and bytes of their records. */
const BUCKETS = 32_768;
const RECORD_BYTES = 12;

/** Threshold of the counters of `shop.ts`. */
const THRESHOLD = 5;

type Command = readonly string[];

/**
 * The commands that the engine sends for each chunk of a log of `shop.ts`, flat, each behind the number of its values: ids in buckets,
 * windows as texts, all of a trigger at once, the position last of all.
 */
export function storedCommands({ keys, prefixes }: Store, log: Log): string[][] {
  const counts = new Map<string, number>();
  const calls: string[][] = [];
  for (let at = 0; at < log.length; at += CHUNK) {
    const chunk = log.slice(at, at + CHUNK);
    const buckets = chunk.map((_, i) => String(((at + i) * 7_919) % BUCKETS));
    const commands: Command[] = [
      ['HMGET', `${prefixes.seen}1`, ...buckets],
      ['HSET', `${prefixes.seen}1`, ...buckets.flatMap((bucket) => [bucket, 'x'.repeat(RECORD_BYTES)])],
      ...chunk.flatMap(([id, data]) => windowCommands({ keys, prefixes } as Store, counts, id, data)),
      ['HINCRBY', keys.counters, 'applied', String(chunk.length)],
      ['SET', keys.position, chunk.at(-1)?.[0] ?? ''],
    ];
    calls.push(commands.flatMap((command) => [String(command.length), ...command]));
  }
  return calls;
}

function windowCommands({ keys, prefixes }: Store, counts: Map<string, number>, id: string, data: string): Command[] {
  const event = JSON.parse(data) as { event: string; resource: { id: string } };
  const ms = Number.parseInt(id, 10);
  const [hash, key] = [`${prefixes.windows}${event.event}++1`, event.resource.id];
  const count = (counts.get(hash + key) ?? 0) + 1;
  counts.set(hash + key, count === THRESHOLD ? 0 : count);
  const shown = `[${ms},${ms + WINDOW_MS}) ${count}`;
  const commands: Command[] = [
    ['HGET', hash, key],
    ['HSET', hash, key, shown],
  ];
  if (count === 1) {
    const due = String(ms + WINDOW_MS + KEEP_MS);
    commands.push(['ZADD', `${prefixes.deadlines}${event.event}++1`, due, key]);
    commands.push(['ZADD', keys.due, 'LT', due, `${event.event}++1`]);
  }
  if (count === THRESHOLD) {
    const record = { firing: '0123456789abcdef0123456789abcdef', automation: 'counter', revision: '1', path: '' };
    const rest = { name: 'five of a kind', posture: 'Reactive', state: 'Triggered', triggered: String(ms) };
    const last = { decided: String(ms), labels: JSON.stringify({ id: key }), event: data, children: '[]' };
    commands.push(['XADD', keys.firings, '*', ...Object.entries({ ...record, ...rest, ...last }).flat()]);
  }
  return commands;
}
