import type { Redis } from 'ioredis';
import { ENGINE_GROUP } from '../keys.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['trimmed'] as const;
const script = loadScript('trim', { words: WORDS });

/** Entries removed by one call: Redis frees them at several a microsecond, so other clients do not notice. */
const LIMIT = 10_000;

export type Trimmed = {
  removed: number;
  /** The consumer group that still needs entries older than the bound, the engine's own among them; null when none does. */
  blockedBy: string | null;
};

/** Which stream is trimmed, and whether the position of the engine holds it back. */
export type Trimmable = { stream: string; fenced: boolean };

/** Removes entries of a stream that are older than `beforeMs` and not needed any more; possibly fewer, never more. */
export async function trim(
  redis: Redis,
  store: Store,
  { stream, fenced }: Trimmable,
  beforeMs: number,
): Promise<Trimmed> {
  const answer = await runScript(redis, script, {
    keys: { stream, position: store.keys.position, audit: store.keys.audit, needed: store.keys.needed },
    args: {
      group: fenced ? ENGINE_GROUP : '',
      ledger: stream === store.keys.firings ? '1' : '',
      before: `${Math.max(0, beforeMs)}-0`,
      limit: String(LIMIT),
    },
  });
  const [, removed, blockedBy = ''] = answerOf('trim', WORDS, answer);
  return { removed: Number(removed), blockedBy: blockedBy === '' ? null : blockedBy };
}
