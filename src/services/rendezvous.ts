import { createHash } from 'node:crypto';
import { compareText } from '../match/key.ts';

/**
 * Which worker has a thing, of those that live: the one with the largest digest of both names. All that know the same workers say the same, and
 * one that comes or goes changes nothing between the others.
 * @returns null where nobody lives
 */
export function preferredOf(thing: string, workers: readonly string[]): string | null {
  const ranked = workers.map((worker) => ({ worker, rank: rankOf(thing, worker) }));
  ranked.sort((a, b) => compareText(b.rank, a.rank) || compareText(a.worker, b.worker));
  return ranked[0]?.worker ?? null;
}

function rankOf(thing: string, worker: string): string {
  return createHash('sha256').update(`${thing}\n${worker}`).digest('hex');
}
