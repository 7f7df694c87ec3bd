import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['taken'] as const;
const script = loadScript('take-waiting', { words: WORDS });

/** Taken by one call: each of them costs some round trips. */
const LIMIT = 50;

/** What goes out later: a held firing by its entry in the ledger, a group, or the summary of a closed budget. */
export type Waiting =
  | Readonly<{ kind: 'held'; member: string; entry: string; till: number }>
  | Readonly<{ kind: 'group'; member: string; id: string }>
  | Readonly<{ kind: 'summary'; member: string; id: string }>;

/**
 * Takes what is to go out now; another relay gets it after `leaseMs`, unless it has gone out by then.
 * @returns it, and in how many ms the next one is due; null when nothing waits
 */
export async function takeWaiting(
  redis: Redis,
  store: Store,
  { leaseMs, limit = LIMIT }: Readonly<{ leaseMs: number; limit?: number }>,
): Promise<{ due: Waiting[]; nextMs: number | null }> {
  const { waiting, needed, budgets, grouping } = store.keys;
  const answer = await runScript(redis, script, {
    keys: { waiting, needed, budgets, grouping },
    args: {
      prefixes: store.prefixesJson,
      now_ms: store.virtualNow(),
      lease_ms: String(leaseMs),
      limit: String(limit),
    },
  });
  const [, next = '', ...members] = answerOf('take-waiting', WORDS, answer);
  return { due: members.flatMap((member) => waitingIn(member) ?? []), nextMs: next === '' ? null : Number(next) };
}

function waitingIn(member: string): Waiting | null {
  const [, kind, id = ''] = /^([hgs]) ([\s\S]+)$/.exec(member) ?? [];
  if (kind === 'g') return { kind: 'group', member, id };
  if (kind === 's') return { kind: 'summary', member, id };
  const [, till, entry] = /^(\d+) (\S+)$/.exec(id) ?? [];
  return kind === 'h' && till !== undefined && entry !== undefined
    ? { kind: 'held', member, entry, till: Number(till) }
    : null;
}
