import type { Redis } from 'ioredis';
import type { Store } from './store.ts';

/** What single keys of an engine say, as it stands there. Times in ms. */
export type Overview = Readonly<{
  nowMs: number;
  position: string | null;
  entries: number;
  newest: string | null;
  arrival: string | null;
  generation: string | null;
  automations: number;
  firings: number;
  parked: number;
  dead: number;
  counters: Readonly<Record<string, string>>;
  keptBy: string | null;
  keptFrom: string | null;
  /** INFO memory. */
  memory: string;
}>;

/** All of it in one round trip. */
export async function overviewOf(redis: Redis, store: Store): Promise<Overview> {
  const { keys } = store;
  const [time, position, entries, clock, generation, automations, firings, parked, dead, counters, kept, memory] =
    await Promise.all([
      redis.time(),
      redis.get(keys.position),
      redis.xlen(keys.events),
      redis.hmget(keys.clock, 'newest', 'arrival'),
      redis.get(keys.generation),
      redis.hlen(keys.automations),
      redis.xlen(keys.firings),
      redis.zcard(keys.parked),
      redis.xlen(keys.dead),
      redis.hgetall(keys.counters),
      redis.hmget(keys.audit, 'kept_by', 'kept_from'),
      redis.info('memory'),
    ]);
  const nowMs = Number(time[0]) * 1_000 + Math.floor(Number(time[1]) / 1_000);
  const [newest = null, arrival = null] = clock;
  const [keptBy = null, keptFrom = null] = kept;
  return {
    nowMs,
    position,
    entries,
    newest,
    arrival,
    generation,
    automations,
    firings,
    parked,
    dead,
    counters,
    keptBy,
    keptFrom,
    memory,
  };
}
