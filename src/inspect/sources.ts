import type { Redis } from 'ioredis';
import { compareText } from '../match/key.ts';
import { FRONT } from '../model/fed.ts';
import { msOf } from '../model/intake.ts';
import { fedSources, reachedOf } from '../redis/fed.ts';
import { readBehind } from '../redis/log.ts';
import { partitionStore, type Store } from '../redis/store.ts';
import type { Part, PartAnswer } from './parts.ts';
import type { EngineStatus } from './status.ts';

/**
 * How far a partition is fed from a source, `front` or another partition. Times in ms.
 */
export type SourceStatus = Readonly<{
  partition: string;
  source: string;
  /** The source's last entry that the partition is done with. */
  fed: string;
  /** How long the first entry behind it waits; 0 where there is none. */
  waitingMs: number;
  /** Up to when the applied entries tell of the source; null before the first of them. */
  reached: number | null;
  /** Whether that is longer than a feed takes: it does not keep up, or nobody feeds. */
  late: boolean;
  /** Whether it holds back what is due in the partition. */
  holds: boolean;
}>;

/** A feed that is further behind than this is late. */
const LATE_MS = 10_000;

/** All feeds of a namespace with partitions, in the order of the partitions. */
export async function feedsOf(
  redis: Redis,
  front: Store,
  parts: readonly Part[],
  answers: readonly PartAnswer<EngineStatus>[],
): Promise<SourceStatus[]> {
  const found = new Map(answers.map((answer) => [answer.part, answer.found]));
  const each = await Promise.all(
    parts.map(async ({ name, store }) => {
      const status = found.get(name);
      return status === undefined ? [] : await feedsInto(redis, front, { name, store }, status);
    }),
  );
  return each.flat();
}

async function feedsInto(
  redis: Redis,
  front: Store,
  { name, store }: Part,
  status: EngineStatus,
): Promise<SourceStatus[]> {
  const [fed, reached] = await Promise.all([fedSources(redis, store), reachedOf(redis, store)]);
  const dueMs = status.due.next === null ? Number.POSITIVE_INFINITY : status.due.next + status.lagMs;
  const open = fed.filter((one) => one.open).sort((a, b) => compareText(a.source, b.source));
  return await Promise.all(
    open.map(async ({ source, mark }) => {
      const from = source === FRONT ? front : partitionStore(front, source);
      const [next] = await readBehind(redis, from, mark, 1);
      const at = reached.get(source) ?? null;
      const waitingMs = next === undefined ? 0 : Math.max(0, status.now - msOf(next.id));
      return {
        partition: name,
        source,
        fed: mark,
        waitingMs,
        late: waitingMs > LATE_MS,
        reached: at,
        holds: dueMs <= status.now && at !== null && at < dueMs,
      };
    }),
  );
}
