import type { Redis } from 'ioredis';
import { CHANGE_WORDS, type Changed, runChange } from '../change.ts';
import { loadScript } from '../script.ts';
import type { Store } from '../store.ts';

const script = loadScript('delete-automation', { words: CHANGE_WORDS });

export type Deletion = {
  /** The generation the change was worked out against. */
  generation: string;
  id: string;
  /** State names of all its triggers. */
  gone: string[];
};

/** Removes an automation with all of its state; see lua/delete-automation.lua. */
export async function deleteAutomation(redis: Redis, store: Store, deletion: Deletion): Promise<Changed> {
  return await runChange(redis, store, script, deletion);
}
