import type { Watchfire, WatchfireOptions } from '../../src/index.ts';
import { layoutOf, partitionNames } from '../../src/model/partition.ts';
import { divide } from '../../src/redis/partitions.ts';
import { engine } from './engine.ts';
import { clearedAfter, freshNamespace } from './namespace.ts';
import { ENGINE_KEYS } from './world.ts';

/** An engine whose namespace is divided. Another one in the same namespace: `engine({ namespace })`. */
export async function partitioned(count: number, by = 'id', options: WatchfireOptions = {}): Promise<Watchfire> {
  const permanent = [...ENGINE_KEYS, 'bull:*'];
  const namespace = freshNamespace({ permanent });
  const layout = layoutOf(count, by);
  for (const name of partitionNames(layout)) clearedAfter(`${namespace}.${name}`, { permanent });
  const watchfire = engine({ ...options, namespace });
  await divide(watchfire, layout);
  return watchfire;
}
