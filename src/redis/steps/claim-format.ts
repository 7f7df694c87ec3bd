import type { Redis } from 'ioredis';
import { FORMAT } from '../keys.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['claimed', 'same', 'older', 'newer'] as const;
const script = loadScript('claim-format', { words: WORDS });

/** What the script found. `number`: the one that stands there, null for none. */
export type ClaimedFormat = Readonly<{ word: (typeof WORDS)[number]; number: string | null }>;

/** Asks whether this version can work on the namespace, and claims an empty one; see lua/claim-format.lua. */
export async function claimFormat(redis: Redis, store: Store, own = FORMAT): Promise<ClaimedFormat> {
  const answer = await runScript(redis, script, { keys: store.keys, args: { own } });
  const [word, number = ''] = answerOf('claim-format', WORDS, answer);
  return { word, number: number === '' ? null : number };
}
