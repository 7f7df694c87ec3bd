import type { Redis } from 'ioredis';
import { parseAutomation } from '../model/automation.ts';
import { currentGeneration, updateDefinition } from './definitions.ts';
import { KEEP_MARK_MS } from './steps/append-once.ts';
import type { Store } from './store.ts';
import { execute } from './transaction.ts';

/** The most periods that one waits for its turn: the rate may be another one by then. */
const MOST_PERIODS = 10;

/**
 * Whether one more delivery to a target may go now; else how many ms to wait. All programs count together, by the time of Redis. Each one
 * that waits gets a time of its own behind those before it, so that they do not come back all at once.
 */
export async function takeTurn(
  redis: Redis,
  store: Store,
  target: string,
  { most, perMs }: Readonly<{ most: number; perMs: number }>,
): Promise<number> {
  const [seconds, micros] = await redis.time();
  const now = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  const key = `${store.prefixes.rate}${target}:${Math.floor(now / perMs)}`;
  const [count] = await execute(
    redis
      .multi()
      .incr(key)
      .pexpire(key, 2 * perMs),
  );
  if (Number(count) <= most) return 0;
  const place = Number(count) - 1;
  const periods = Math.min(Math.floor(place / most), MOST_PERIODS);
  return periods * perMs - (now % perMs) + Math.floor(((place % most) * perMs) / most);
}

/** Appends an entry to a stream outside the engine's slot: a repeat appends it again. */
export async function appendElsewhere(redis: Redis, stream: string, fields: readonly string[]): Promise<string> {
  return String(await redis.xadd(stream, '*', ...fields));
}

/** What a job made of an automation: it was switched, or left alone since somebody changed it after the job's first try. */
export type Switched = 'switched' | 'left';

/**
 * Enables or disables an automation for a job. The first try notes the generation; a later one, after a crash, does nothing if the
 * automation was changed since, be it by that try or by a person.
 * @throws NotFound
 */
export async function switchOnce(
  redis: Redis,
  store: Store,
  { job, id, enabled }: Readonly<{ job: string; id: string; enabled: boolean }>,
): Promise<Switched> {
  const key = store.prefixes.switched + job;
  const generation = await currentGeneration(redis, store);
  const first = (await redis.set(key, generation, 'PX', KEEP_MARK_MS, 'NX')) === 'OK';
  if (!first) {
    const [noted, changed] = await Promise.all([redis.get(key), redis.zscore(store.keys.changes, id)]);
    if (Number(changed ?? 0) > Number(noted ?? generation)) return 'left';
  }
  await updateDefinition(redis, store, id, ({ document }) => parseAutomation({ ...document, enabled }));
  return 'switched';
}
