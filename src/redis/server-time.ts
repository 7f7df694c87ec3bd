import type { Redis } from 'ioredis';
import type { Store } from './store.ts';

/** The clock of the Redis server, in ms. */
export async function serverTimeMs(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

/** The time of an engine, in ms: virtual time where it has one, else the clock of its server. */
export async function engineTimeMs(redis: Redis, store: Store): Promise<number> {
  return Number(store.virtualNow()) || (await serverTimeMs(redis));
}
