import type { Redis } from 'ioredis';
import type { PartitionLayout } from '../model/partition.ts';
import { partitionNames } from '../model/partition.ts';
import { at } from '../redis/cluster.ts';
import { partitionStore, type Store } from '../redis/store.ts';

/** An engine that a namespace is made of: `name` is the partition's, `''` where there are none. */
export type Part = Readonly<{ name: string; store: Store }>;

/** What one of them answered. */
export type PartAnswer<T> = Readonly<{ part: string; found: T }>;

/** The engines of a namespace, the global one last. */
export function partsOf(front: Store, layout: PartitionLayout | null): readonly Part[] {
  if (layout === null) return [{ name: '', store: front }];
  return partitionNames(layout).map((name) => ({ name, store: partitionStore(front, name) }));
}

/** Asks each of them the same. */
export async function askEach<T>(
  redis: Redis,
  parts: readonly Part[],
  ask: (redis: Redis, store: Store) => Promise<T>,
): Promise<PartAnswer<T>[]> {
  return await Promise.all(
    parts.map(async ({ name, store }) => ({ part: name, found: await ask(at(redis, store), store) })),
  );
}

/** An id of a partition's stream as people read it: `7/1795906202819-0`; without partitions as it is. */
export function idIn(part: string, id: string): string {
  return part === '' ? id : `${part}/${id}`;
}

/** The partition and the id in such a text; the partition is '' where it names none. */
export function partOfId(text: string): Readonly<{ part: string; id: string }> {
  const [, part = '', id = text] = /^(\d{1,4}|g)\/(.+)$/.exec(text) ?? [];
  return { part, id };
}
