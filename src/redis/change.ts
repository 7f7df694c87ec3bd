import type { Redis } from 'ioredis';
import { runScript, type Script } from './script.ts';
import { answerOf } from './steps/answer.ts';
import { SETTLE_LIMIT } from './steps/apply.ts';
import type { Store } from './store.ts';

/** What a change between two entries of the log can answer (lua/include/change.lua). */
export const CHANGE_WORDS = ['changed', 'stale-definitions', 'more-due'] as const;

/** `generation`: the new one, or the one that the change was worked out against. */
export type Changed = { word: (typeof CHANGE_WORDS)[number]; generation: string };

/** What a step of this kind sends besides the change; `limit`: most deadlines settled by the call. */
type ChangeOptions = Readonly<{ more?: Readonly<Record<string, string>>; limit?: number | undefined }>;

/** Runs a step that changes what all workers follow. @param change has the generation that it was worked out against */
export async function runChange(
  redis: Redis,
  store: Store,
  script: Script,
  change: Readonly<{ generation: string }>,
  { more = {}, limit = SETTLE_LIMIT }: ChangeOptions = {},
): Promise<Changed> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: {
      prefixes: store.prefixesJson,
      now_ms: store.virtualNow(),
      limit: String(limit),
      change: JSON.stringify(change),
      ...more,
    },
  });
  const [word, generation = ''] = answerOf(script.name, CHANGE_WORDS, answer);
  return { word, generation };
}
