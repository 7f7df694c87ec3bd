import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['retired', 'alive', 'busy'] as const;
const script = loadScript('retire', { words: WORDS });

/** Removes the consumer of a worker that is gone, unless it lives or still holds entries. */
export async function retire(
  redis: Redis,
  store: Store,
  stream: string,
  group: string,
  consumer: string,
): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, {
    keys: { stream, worker: store.prefixes.worker + consumer },
    args: { group, consumer },
  });
  return answerOf('retire', WORDS, answer)[0];
}
