import type { Redis } from 'ioredis';
import { fieldsOf, noStream } from './backlog.ts';
import type { Store } from './store.ts';

/** What single keys of an engine say, as it stands there. Times in ms. */
export type Overview = Readonly<{
  nowMs: number;
  position: string | null;
  entries: number;
  /** The largest id that the log ever had. */
  lastId: string;
  /** Whether it is being written anew (lua/straighten.lua). */
  straightens: boolean;
  newest: string | null;
  arrival: string | null;
  generation: string | null;
  automations: number;
  firings: number;
  parked: number;
  dead: number;
  counters: Readonly<Record<string, string>>;
  damage: Readonly<Record<string, string>>;
  keptBy: string | null;
  keptFrom: string | null;
  /** INFO memory. */
  memory: string;
}>;

/** All of it in one round trip. */
export async function overviewOf(redis: Redis, store: Store): Promise<Overview> {
  const { keys } = store;
  const [
    time,
    position,
    entries,
    clock,
    generation,
    automations,
    firings,
    parked,
    dead,
    counters,
    damage,
    kept,
    ...others
  ] = await Promise.all([
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
    redis.hgetall(keys.damage),
    redis.hmget(keys.audit, 'kept_by', 'kept_from', 'straight_to'),
    redis.info('memory'),
    redis.xinfo('STREAM', keys.events).then((flat) => fieldsOf(flat as unknown[]), noStream),
  ]);
  const [memory, log] = others;
  const nowMs = Number(time[0]) * 1_000 + Math.floor(Number(time[1]) / 1_000);
  const [newest = null, arrival = null] = clock;
  const [keptBy = null, keptFrom = null, straightTo = null] = kept;
  return {
    nowMs,
    position,
    entries,
    lastId: String(log.get('last-generated-id') ?? '0-0'),
    straightens: straightTo !== null,
    newest,
    arrival,
    generation,
    automations,
    firings,
    parked,
    dead,
    counters,
    damage,
    keptBy,
    keptFrom,
    memory,
  };
}
