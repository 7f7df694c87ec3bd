import type { Redis } from 'ioredis';
import { DamagedKey } from './damage.ts';
import type { Keys } from './keys.ts';
import { KEY_TYPES } from './steps/mend-keys.ts';
import type { Store } from './store.ts';
import { execute } from './transaction.ts';

/** Triggers whose keys are looked at: those with the earliest deadlines. */
const TRIGGER_LIMIT = 250;

/** A key of the engine that others wrote over with another type. */
export type WrongType = Readonly<{ key: string; found: string; wanted: string }>;

/** Looks at all keys that stand alone, and at those of the triggers that are looked at next. */
export async function wrongTypes(redis: Redis, store: Store): Promise<WrongType[]> {
  const alone = Object.entries(KEY_TYPES).map(([name, type]) => [store.keys[name as keyof Keys], type] as const);
  const wrong = await compare(redis, alone);
  if (wrong.some(({ key }) => key === store.keys.due)) return wrong;
  const names = await redis.zrange(store.keys.due, '0', String(TRIGGER_LIMIT - 1));
  const { windows, last, deadlines, trigger } = store.prefixes;
  const types = { [windows]: 'hash', [last]: 'hash', [deadlines]: 'zset', [trigger]: 'string' };
  const more = names.flatMap((name) => Object.entries(types).map(([prefix, type]) => [prefix + name, type] as const));
  return [...wrong, ...(await compare(redis, more))];
}

/** What is to be said of one, behind its key. */
export function wrongTypeInWords({ found, wanted }: WrongType): string {
  return `is a ${found}, not a ${wanted}: a worker removes it within seconds, or you by DEL`;
}

/** Asks, and names the key where the answer is that one has another type. @throws DamagedKey */
export async function naming<T>(redis: Redis, store: Store, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('WRONGTYPE'))) throw error;
    const [wrong] = await wrongTypes(redis, store).catch(() => []);
    throw wrong === undefined ? error : new DamagedKey(wrong.key, wrongTypeInWords(wrong));
  }
}

async function compare(redis: Redis, keys: readonly (readonly [key: string, wanted: string])[]): Promise<WrongType[]> {
  if (keys.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const [key] of keys) pipeline.type(key);
  const types = (await execute(pipeline)) as string[];
  return keys.flatMap(([key, wanted], i) => {
    const found = types[i] ?? 'none';
    return found === wanted || found === 'none' ? [] : [{ key, found, wanted }];
  });
}
