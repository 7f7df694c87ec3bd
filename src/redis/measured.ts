import type { Cluster, Redis } from 'ioredis';
import { ENTRY_BOUNDS, type LargeEntry } from '../model/intake.ts';
import { clusterOf } from './cluster.ts';
import { ReplyMeter } from './reply-meter.ts';

/** Called twice for an entry that is too large: while it comes (`sha1` is '' then), and when all of it has come. */
export type OnLarge = (id: string, large: LargeEntry) => void;

/** Of each client: what was too large to be kept, by the name that it was given in place of its last text. */
const large = new WeakMap<Redis | Cluster, Map<string, LargeEntry>>();

/**
 * Has a client that is not connected yet measure what it reads: no entry of the log costs it more than ENTRY_BOUNDS. For connections
 * that read the log alone, since other replies may be larger.
 */
export function measured(client: Redis, onLarge: OnLarge): Redis {
  const found = new Map<string, LargeEntry>();
  const cluster = clusterOf(client);
  large.set(cluster ?? client, found);
  if (cluster === null) {
    client.on('connect', () => found.clear());
    meter(client, found, onLarge);
  } else cluster.on('+node', (node: Redis) => meter(node, found, onLarge));
  return client;
}

function meter(client: Redis, found: Map<string, LargeEntry>, onLarge: OnLarge): void {
  // ioredis has begun to listen to the socket by then, and nothing has come.
  client.on('connect', () => {
    const { stream } = client;
    const listeners = stream.listeners('data') as ((chunk: Buffer) => void)[];
    const meter = new ReplyMeter({
      bounds: ENTRY_BOUNDS,
      pass: (chunk) => {
        for (const listener of listeners) listener(chunk);
      },
      large: found,
      onLarge,
    });
    for (const listener of listeners) stream.removeListener('data', listener);
    stream.prependListener('data', (chunk: Buffer) => meter.write(chunk));
  });
}

/** What is known of an entry that was too large, by its fields as they were read; undefined for one that came whole. Answered once. */
export function largeIn(client: Redis, fields: readonly string[] | null): LargeEntry | undefined {
  const found = large.get(clusterOf(client) ?? client);
  if (found === undefined || found.size === 0) return undefined;
  const name = fields?.at(-1) ?? '';
  const known = found.get(name);
  found.delete(name);
  return known;
}
