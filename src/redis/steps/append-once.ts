import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['appended', 'repeated'] as const;
const script = loadScript('append-once', { words: WORDS });

/** How long a job is known to have appended its entry: as long as BullMQ recognises it. */
export const KEEP_MARK_MS = 7 * 24 * 3_600_000;

export type AppendedOnce = Readonly<{ word: (typeof WORDS)[number]; entry: string }>;

/**
 * Appends an entry for a job, once however often it is asked.
 * @param stream the log, where the entry is the engine's own, or another stream in the engine's slot
 */
export async function appendOnce(
  redis: Redis,
  store: Store,
  { job, stream, fields }: Readonly<{ job: string; stream: string; fields: readonly string[] }>,
): Promise<AppendedOnce> {
  const answer = await runScript(redis, script, {
    keys: { ...store.keys, stream },
    args: {
      job,
      now_ms: store.virtualNow(),
      keep_ms: String(KEEP_MARK_MS),
      is_own: stream === store.keys.events ? '1' : '0',
    },
    rest: fields,
  });
  const [word, entry = ''] = answerOf('append-once', WORDS, answer);
  return { word, entry };
}
