import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['opened', 'open'] as const;
const script = loadScript('reset-budget', { words: WORDS });

/** Opens the budget of an automation now; `open` when it was not closed. Its minute begins anew. */
export async function resetBudget(redis: Redis, store: Store, automation: string): Promise<(typeof WORDS)[number]> {
  const { budgets, waiting, needed } = store.keys;
  const answer = await runScript(redis, script, {
    keys: { budgets, waiting, needed },
    args: { prefixes: store.prefixesJson, automation, now_ms: store.virtualNow() },
  });
  return answerOf('reset-budget', WORDS, answer)[0];
}
