import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['finished', 'gone'] as const;
const script = loadScript('finish-waiting', { words: WORDS });

/** Says that what was taken has gone out; `gone` when another relay said so. Safe to repeat. */
export async function finishWaiting(redis: Redis, store: Store, member: string): Promise<(typeof WORDS)[number]> {
  const { waiting, needed } = store.keys;
  const answer = await runScript(redis, script, {
    keys: { waiting, needed },
    args: { prefixes: store.prefixesJson, member },
  });
  return answerOf('finish-waiting', WORDS, answer)[0];
}
