import type { Redis } from 'ioredis';
import { CHANGE_WORDS, type Changed, runChange } from '../change.ts';
import { loadScript } from '../script.ts';
import type { Store } from '../store.ts';

const script = loadScript('put-automation', { words: CHANGE_WORDS });

export type Change = {
  /** The generation the change was worked out against. */
  generation: string;
  id: string;
  revision: string;
  enabled: boolean;
  /** It was disabled and is enabled by this change. */
  resumes: boolean;
  /** State names that are no longer there. */
  gone: string[];
  triggers: { name: string; fresh: boolean; fields: string[] }[];
  /** Queues that its jobs go to. */
  queues: readonly string[];
  /** Whether it could want state-change events. */
  listens: boolean;
};

/** Adds or replaces an automation; see lua/put-automation.lua. */
export async function putAutomation(
  redis: Redis,
  store: Store,
  change: Change,
  document: string,
  plan: string,
  limit?: number,
): Promise<Changed> {
  return await runChange(redis, store, script, change, { more: { document, plan }, limit });
}
