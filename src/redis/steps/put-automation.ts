import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';
import { SETTLE_LIMIT } from './apply.ts';

/** What a change of definitions can answer. */
export const CHANGE_WORDS = ['changed', 'stale-definitions', 'more-due'] as const;
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

export type Changed = { word: (typeof CHANGE_WORDS)[number]; generation: string };

/** Adds or replaces an automation; see lua/put-automation.lua. */
export async function putAutomation(
  redis: Redis,
  store: Store,
  change: Change,
  document: string,
  plan: string,
  limit = SETTLE_LIMIT,
): Promise<Changed> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: {
      prefixes: store.prefixesJson,
      now_ms: store.virtualNow(),
      limit: String(limit),
      change: JSON.stringify(change),
      document,
      plan,
    },
  });
  const [word, generation = ''] = answerOf('put-automation', CHANGE_WORDS, answer);
  return { word, generation };
}
