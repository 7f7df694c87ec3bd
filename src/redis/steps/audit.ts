import type { Redis } from 'ioredis';
import { ENGINE_GROUP } from '../keys.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['audited'] as const;
const script = loadScript('audit', { words: WORDS });

/** Entries acknowledged by one call: well under a millisecond. */
const LIMIT = 1_000;

/**
 * What others did to the log: its position was lost (detail: the one that was found again), it was deleted or replaced (its
 * last id now), the position was ahead of it (the position it had), entries were removed before they were applied (how many),
 * one ahead of the position was deleted (its id; how many are lost is known when the log is applied).
 */
export const FINDINGS = ['position-lost', 'log-replaced', 'position-ahead', 'entries-lost', 'deleted-ahead'] as const;

export type LogFinding = { kind: (typeof FINDINGS)[number]; detail: string };

export type Audited = { position: string; findings: LogFinding[] };

/** Checks the log, see lua/audit.lua. Each finding is reported once, to the first caller. */
export async function audit(redis: Redis, store: Store): Promise<Audited> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { group: ENGINE_GROUP, limit: String(LIMIT) },
  });
  const [, position = '', ...rest] = answerOf('audit', WORDS, answer);
  const findings: LogFinding[] = [];
  for (let at = 0; at + 1 < rest.length; at += 2) {
    const kind = FINDINGS.find((known) => known === rest[at]);
    if (kind) findings.push({ kind, detail: rest[at + 1] ?? '' });
  }
  return { position, findings };
}
