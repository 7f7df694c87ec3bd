import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';
import { digestOf } from './receive.ts';

const WORDS = ['noted', 'repeated'] as const;
const script = loadScript('note-unmapped', { words: WORDS });

/** What came by HTTP and could not be made an event. `id`: `<source>:<id of its delivery>`; null: it has none. */
export type Unmapped = Readonly<{ source: string; id: string | null; reason: string; fields: readonly string[] }>;

/** Makes a dead letter of it, once as long as its id is remembered. */
export async function noteUnmapped(
  redis: Redis,
  store: Store,
  { source, id, reason, fields }: Unmapped,
  keepMs: number,
): Promise<(typeof WORDS)[number]> {
  // When it is sent again, its id is made of these two.
  const entry = `${source} ${id === null ? randomUUID() : id.replace(`${source}:`, '')}`;
  const answer = await runScript(redis, script, {
    keys: store.keys,
    // The same delivery may be mapped later: it is then known by the id of its event, not by this one.
    args: {
      now_ms: store.virtualNow(),
      keep_ms: String(keepMs),
      digest: digestOf(id === null ? null : `dead ${entry}`),
      entry,
      reason,
    },
    rest: fields,
  });
  const [word] = answerOf('note-unmapped', WORDS, answer);
  return word;
}
