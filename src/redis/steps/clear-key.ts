import type { Redis } from 'ioredis';
import { CHANGE_WORDS, type Changed, type KeyChange, runChange } from '../change.ts';
import { loadScript } from '../script.ts';
import type { Store } from '../store.ts';

const script = loadScript('clear-key', { words: CHANGE_WORDS });

/** Forgets all that an automation keeps of a key; see lua/clear-key.lua. */
export async function clearKey(redis: Redis, store: Store, change: KeyChange, limit?: number): Promise<Changed> {
  return await runChange(redis, store, script, change, { limit });
}
