import type { Redis } from 'ioredis';
import type { Surroundings } from '../findings/automation-findings.ts';
import { sampleOf } from '../findings/log-sample.ts';
import { queueOf, queuesOf } from '../model/action.ts';
import type { Automation } from '../model/automation.ts';
import { decode } from '../model/intake.ts';
import type { PartitionLayout } from '../model/partition.ts';
import { readNewest } from '../redis/log.ts';
import { partitionStores, type Store } from '../redis/store.ts';
import { Queues } from '../relay/queues.ts';

/** How much of the log is looked at: what is rare is in it, and it is read within a second. */
const SAMPLE = Object.freeze({ count: 5_000, characters: 16 * 1_024 * 1_024 });

/** What Redis shows of what these automations ask for: the newest events, and which queues have a worker. */
export async function readSurroundings(
  { redis, log }: Readonly<{ redis: Redis; log: Redis }>,
  store: Store,
  automations: readonly Automation[],
  layout: PartitionLayout | null,
): Promise<Surroundings> {
  const logs = layout === null ? [store] : partitionStores(store, layout);
  const share = { count: Math.ceil(SAMPLE.count / logs.length), characters: SAMPLE.characters / logs.length };
  const read = await Promise.all(logs.map((one) => readNewest(log, one, share)));
  const newest = read.flat().map((entry) => decode(entry));
  const sample = sampleOf(newest.flatMap((decoded) => (decoded.kind === 'event' ? [decoded.event] : [])));
  const attended = await attendedOf(redis, store, [...new Set(automations.flatMap(queuesOf))]);
  return {
    sample,
    unattended: (action) => {
      const queue = queueOf(action);
      return attended.has(queue) ? null : queue;
    },
  };
}

async function attendedOf(redis: Redis, store: Store, names: readonly string[]): Promise<ReadonlySet<string>> {
  const queues = new Queues(redis, store.prefixes.bull);
  try {
    return await queues.attended(names);
  } finally {
    await queues.close();
  }
}
