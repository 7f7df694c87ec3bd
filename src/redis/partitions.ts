import type { Redis } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import { FRONT } from '../model/fed.ts';
import {
  GLOBAL_PARTITION,
  layoutText,
  PARTITION_FOLLOW_WAIT_MS,
  type PartitionLayout,
  parseLayout,
  partitionNames,
} from '../model/partition.ts';
import { requireFormat, requireReadable } from './format.ts';
import { writeSettings } from './settings.ts';
import { noteFed } from './steps/note-fed.ts';
import { openSource } from './steps/open-source.ts';
import { partitionStore, type Store } from './store.ts';

/**
 * How a namespace is divided, as a producer may ask; null without partitions, and for a user who may not read it: what such a producer
 * appends to the front log gets to its partition all the same.
 */
export async function layoutThere(redis: Redis, store: Store): Promise<PartitionLayout | null> {
  try {
    return parseLayout(await redis.get(store.keys.format));
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return null;
    throw error;
  }
}

/**
 * Divides the empty namespace of an engine into partitions, or goes on where an earlier call was cut off. It is chosen once.
 * @returns whether it is done now, or was before
 * @throws InvalidDocument where the namespace is in use, or divided in another way
 */
export async function divide(
  { connections: { redis }, store: front }: Readonly<{ connections: Readonly<{ redis: Redis }>; store: Store }>,
  layout: PartitionLayout,
): Promise<{ namespace: string; word: 'made' | 'same' }> {
  const { format } = front.keys;
  const text = layoutText(layout);
  const found = await redis.get(format);
  if (found === null) {
    // State of the first version has no format.
    await requireReadable(redis, front);
    await redis.set(format, text, 'NX');
  }
  const stands = await redis.get(format);
  if (stands !== text) throw refusal(front, stands);
  await writeSettings(redis, front, { followWaitMs: PARTITION_FOLLOW_WAIT_MS });
  const global = partitionStore(front, GLOBAL_PARTITION);
  for (const name of partitionNames(layout)) {
    const store = partitionStore(front, name);
    await requireFormat(redis, store);
    await writeSettings(redis, store, { followWaitMs: PARTITION_FOLLOW_WAIT_MS });
    await openFeed(redis, { name: FRONT, store: front }, { name, store });
    if (name !== GLOBAL_PARTITION) await openFeed(redis, { name, store }, { name: GLOBAL_PARTITION, store: global });
  }
  return { namespace: front.namespace, word: found === null ? 'made' : 'same' };
}

type End = Readonly<{ name: string; store: Store }>;

/** From its first entry on; what is to be fed stays in the source's log until it is. */
async function openFeed(redis: Redis, source: End, target: End): Promise<void> {
  await noteFed(redis, source.store, target.name, '0-0');
  await openSource(redis, target.store, { source: source.name, from: '0-0' });
}

function refusal({ namespace }: Store, stands: string | null): InvalidDocument {
  const layout = parseLayout(stands);
  if (layout === null) {
    return new InvalidDocument(
      'namespace',
      'is in use without partitions: choose another one by --namespace',
      namespace,
    );
  }
  const { count, by } = layout;
  return new InvalidDocument('partitions', `are ${count} by "${by}" in ${namespace}, which is chosen once`);
}
