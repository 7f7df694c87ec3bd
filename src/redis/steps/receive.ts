import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['received'] as const;
const script = loadScript('receive', { words: WORDS });

/** An event that came by HTTP: as JSON that `decode` accepts, and the id by which it is known when it comes again; null: it is not. */
export type ReceivedEvent = Readonly<{ data: string; id: string | null }>;

/**
 * Appends events in their order, all in one step; those whose ids came within `keepMs` are left out.
 * @returns for each the id of its entry; null where it came before
 */
export async function receive(
  redis: Redis,
  store: Store,
  events: readonly ReceivedEvent[],
  keepMs: number,
): Promise<(string | null)[]> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { now_ms: store.virtualNow(), keep_ms: String(keepMs) },
    rest: events.flatMap(({ data, id }) => [digestOf(id), data]),
  });
  const [, ...entries] = answerOf('receive', WORDS, answer);
  return entries.map((entry) => entry || null);
}

/** 128 bits, as text of 22 characters; '' for none. Two ids have the same one by chance in no lifetime. */
export function digestOf(id: string | null): string {
  return id === null ? '' : createHash('sha256').update(id).digest().subarray(0, 16).toString('base64url');
}
